"""Conversations, kept in the catalogue: what was asked, how it was understood, what was answered and from which words.

A reply is kept with the words it cites. Opened again, each citation is led back to the paragraph in the library where
it stands today; where the document is gone, the words kept with the reply are shown instead.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rag.answers import Answer, Conversation, DateReading, Period, Refusal, Statement, Timing, Turn
from rag.errors import JianwenError
from rag.store.catalog import Catalog
from rag.store.kept_words import Places, about, place_of

Reply = Answer | Refusal
# what was asked and said in a turn; not the paragraphs it was looked for in, for most words stand in those
_SAID = """question || ' ' || asked || ' ' || json_extract(reply, '$.summary') || ' ' || COALESCE(
    (SELECT group_concat(json_extract(value, '$.text'), ' ') FROM json_each(reply, '$.statements')), '')"""
_TITLE = 40  # characters of the first question that name a conversation


class History:
    """The conversations of one library."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def add(self, question: str, reply: Reply, conversation: int | None, at: dt.datetime) -> int:
        """Append a turn to a conversation, or begin one; returns its id.

        Raises:
            JianwenError: there is no such conversation (it was deleted meanwhile), or the disk is full.
        """
        if conversation is not None:
            self._require(conversation)
        kept = json.dumps(_packed(reply), ensure_ascii=False)
        with self._catalog.transaction(aside=True) as connection:
            if conversation is None:
                cursor = connection.execute(
                    "INSERT INTO conversations(title, begun) VALUES (?, ?)", (question[:_TITLE], at.isoformat())
                )
                conversation = int(cursor.lastrowid or 0)
            connection.execute(
                "INSERT INTO turns(conversation, question, asked, at, reply) VALUES (?, ?, ?, ?, ?)",
                (conversation, question, reply.question, at.isoformat(), kept),
            )
        return conversation

    def conversations(self, words: str = "") -> tuple[Conversation, ...]:
        """All, or those in whose questions or answers each of the `words` (parted by spaces) stands; latest first."""
        wanted = [f"%{_escaped(word)}%" for word in words.split()]
        each = f" AND EXISTS (SELECT 1 FROM turns WHERE conversation = c.id AND ({_SAID}) LIKE ? ESCAPE '\\')"
        rows = self._catalog.rows(
            f"""SELECT c.id, c.title, COUNT(turns.id), MAX(turns.at) FROM conversations c
                JOIN turns ON turns.conversation = c.id WHERE 1 {each * len(wanted)}
                GROUP BY c.id ORDER BY MAX(turns.at) DESC, c.id DESC""",
            wanted,
        )
        return tuple(Conversation(row[0], row[1], row[2], dt.datetime.fromisoformat(row[3])) for row in rows)

    def turns(self, conversation: int) -> tuple[Turn, ...]:
        """The turns of one conversation in order. Raises JianwenError when there is none of that id."""
        self._require(conversation)
        rows = self._catalog.rows(
            "SELECT question, asked, at, reply FROM turns WHERE conversation = ? ORDER BY id", (conversation,)
        )
        return tuple(
            Turn(question, asked, dt.datetime.fromisoformat(at), self._opened(asked, json.loads(reply)))
            for question, asked, at, reply in rows
        )

    def delete(self, conversation: int) -> None:
        """Forget a conversation. Raises JianwenError when there is none of that id."""
        self._require(conversation)
        with self._catalog.transaction(aside=True):
            self._catalog.write("DELETE FROM conversations WHERE id = ?", (conversation,))

    def _require(self, conversation: int) -> None:
        if not self._catalog.rows("SELECT 1 FROM conversations WHERE id = ?", (conversation,)):
            raise JianwenError("这次对话已被删除。请重新提问，或在历史中选别的对话。")

    # ------------------------------------------------------------ opening again

    def _opened(self, asked: str, kept: Mapping[str, Any]) -> Reply:
        places = Places(self._catalog, kept["articles"])
        evidence = tuple(places.evidence(one) for one in kept["evidence"])
        timing = Timing(*kept["seconds"])
        prompt, written = kept["tokens"]
        readings = tuple(map(_opened_reading, kept["readings"]))
        counted = kept["summary"], kept["searched"]
        if kept["refused"]:
            return Refusal(asked, evidence, kept["model"], timing, prompt, written, readings, *counted)
        statements = tuple(
            Statement(one["text"], tuple(map(places.citation, one["citations"])), tuple(one["problems"]), one["group"])
            for one in kept["statements"]
        )
        return Answer(asked, statements, evidence, kept["model"], timing, prompt, written, readings, *counted)


# ---------------------------------------------------------------- keeping


def _packed(reply: Reply) -> dict[str, Any]:
    refused = isinstance(reply, Refusal)
    evidence = reply.nearest if isinstance(reply, Refusal) else reply.evidence
    statements: tuple[Statement, ...] = () if isinstance(reply, Refusal) else reply.statements
    cited = [citation for statement in statements for citation in statement.citations]
    return {
        "refused": refused,
        "model": reply.model,
        "seconds": [reply.seconds.evidence, reply.seconds.first_token, reply.seconds.total],
        "tokens": [reply.prompt_tokens, reply.answer_tokens],
        "readings": [_kept_reading(reading) for reading in reply.readings],
        "summary": reply.summary,
        "searched": reply.searched,
        "articles": dict(
            about(article, document)
            for article, document in [(e.article, e.document) for e in evidence]
            + [(c.article, c.document) for c in cited]
        ),
        "evidence": [
            {
                **place_of(one.paragraph, one.article),
                "passage": one.passage.id,
                "span": [one.passage.start, one.passage.end],
                "score": one.score,
            }
            for one in evidence
        ],
        "statements": [
            {
                "text": statement.text,
                "problems": list(statement.problems),
                "group": statement.group,
                "citations": [
                    {**place_of(c.paragraph, c.article), "span": [c.start, c.end], "number": c.number}
                    for c in statement.citations
                ],
            }
            for statement in statements
        ],
    }


def _kept_reading(reading: DateReading) -> dict[str, Any]:
    return {
        "words": reading.words,
        "place": [reading.start, reading.end],
        "period": _kept_period(reading.period),
        "why": reading.why,
        "other": _kept_period(reading.other) if reading.other else None,
    }


def _kept_period(period: Period) -> list[str]:
    return [period.since.isoformat(), period.until.isoformat(), period.name]


def _opened_reading(kept: Mapping[str, Any]) -> DateReading:
    other = _opened_period(kept["other"]) if kept["other"] else None
    start, end = kept["place"]
    return DateReading(kept["words"], start, end, _opened_period(kept["period"]), kept["why"], other)


def _opened_period(kept: Sequence[str]) -> Period:
    since, until, name = kept
    return Period(dt.date.fromisoformat(since), dt.date.fromisoformat(until), name)


def _escaped(word: str) -> str:
    """For LIKE: the user's % and _ are letters."""
    return "".join(f"\\{c}" if c in "\\%_" else c for c in word)
