"""Briefings and the key sentences of articles, kept in the catalogue.

A briefing is kept whole: its sentences with the words they cite, what stays out of it, how it was made and every change
by hand. Opened again, each citation is led back to where its words stand today (`rag.store.kept_words`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rag.briefings import (
    Briefing,
    BriefingStatement,
    ChosenArticle,
    Duty,
    Edit,
    Form,
    KeptBriefing,
    LeftOut,
    Making,
    Masthead,
    Reason,
    Section,
    Written,
)
from rag.errors import JianwenError
from rag.statements.roles import RECIPE, KeySentence, Role, key_sentences
from rag.store.catalog import Catalog
from rag.store.kept_words import Places, about, place_of
from rag.types import StoredArticle

_NO_MODEL = ""  # the sentences are read from the form of the text


class KeySentences:
    """Those of each article, kept until its text or the way of reading it changes."""

    def __init__(self, catalog: Catalog, *, readonly: bool = False) -> None:
        self._catalog = catalog
        self._readonly = readonly

    def of(self, article: StoredArticle) -> tuple[tuple[KeySentence, ...], bool]:
        """The key sentences, and whether they were kept. Raises JianwenError: the disk is full."""
        made_from = _checksum(article), _NO_MODEL, RECIPE
        rows = self._catalog.rows(
            "SELECT found FROM key_sentences WHERE article = ? AND checksum = ? AND model = ? AND recipe = ?",
            (article.id, *made_from),
        )
        if rows:
            return tuple(_opened_sentence(row) for row in json.loads(rows[0][0])), True
        found = key_sentences(article)
        if not self._readonly:
            kept = json.dumps([_kept_sentence(one) for one in found], ensure_ascii=False)
            with self._catalog.transaction():
                self._catalog.write(
                    "INSERT OR REPLACE INTO key_sentences VALUES (?, ?, ?, ?, ?)", (article.id, *made_from, kept)
                )
        return found, False


def _checksum(article: StoredArticle) -> str:
    """Of all that the sentences depend on."""
    parts = [article.title, *(f"{one.paragraph.header or ''}\n{one.text}" for one in article.paragraphs)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _kept_sentence(one: KeySentence) -> list[Any]:
    return [one.paragraph, one.start, one.end, one.role.value, one.importance, one.point, one.head]


def _opened_sentence(row: list[Any]) -> KeySentence:
    paragraph, start, end, role, importance, point, head = row
    return KeySentence(paragraph, start, end, Role(role), importance, point, head)


class Briefings:
    """The briefings of one library."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def keep(self, briefing: Briefing, known: int | None, at: dt.datetime) -> int:
        """Keep a new one, or what has become of one that is kept; returns its id.

        Raises:
            JianwenError: it was deleted meanwhile, or the disk is full.
        """
        kept = json.dumps(_packed(briefing), ensure_ascii=False)
        if known is not None:
            self._require(known)
            with self._catalog.transaction():
                self._catalog.write(
                    "UPDATE briefings SET title = ?, changed = ?, kept = ? WHERE id = ?",
                    (briefing.title, at.isoformat(), kept, known),
                )
            return known
        made = briefing.making.at.isoformat()
        with self._catalog.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO briefings(title, kind_name, made, changed, kept) VALUES (?, ?, ?, ?, ?)",
                (briefing.title, briefing.kind_name, made, at.isoformat(), kept),
            )
        return int(cursor.lastrowid or 0)

    def all(self) -> tuple[KeptBriefing, ...]:
        """Last changed first."""
        rows = self._catalog.rows(
            "SELECT id, title, kind_name, made, changed FROM briefings ORDER BY changed DESC, id DESC"
        )
        return tuple(
            KeptBriefing(name, title, kind, dt.datetime.fromisoformat(made), dt.datetime.fromisoformat(changed))
            for name, title, kind, made, changed in rows
        )

    def open(self, briefing: int) -> Briefing:
        """Raises JianwenError: there is none of that id."""
        self._require(briefing)
        kept = json.loads(self._catalog.rows("SELECT kept FROM briefings WHERE id = ?", (briefing,))[0][0])
        return _opened(kept, Places(self._catalog, kept["articles"]))

    def delete(self, briefing: int) -> None:
        """Raises JianwenError: there is none of that id."""
        self._require(briefing)
        with self._catalog.transaction():
            self._catalog.write("DELETE FROM briefings WHERE id = ?", (briefing,))

    def _require(self, briefing: int) -> None:
        if not self._catalog.rows("SELECT 1 FROM briefings WHERE id = ?", (briefing,)):
            raise JianwenError("这份简报已被删除。请重新生成，或打开别的简报。")


# ---------------------------------------------------------------- keeping


def _packed(briefing: Briefing) -> dict[str, Any]:
    statements = [*briefing.statements, *(one.statement for one in briefing.left_out)]
    cited = [citation for statement in statements for citation in statement.citations]
    places = [(one.article, one.document) for one in briefing.articles] + [(c.article, c.document) for c in cited]
    return {
        "kind": [briefing.kind, briefing.kind_name],
        "title": briefing.title,
        "articles": dict(about(article, document) for article, document in places),
        "chosen": [[one.article.id, one.why, one.side] for one in briefing.articles],
        "sections": [
            {
                "heading": section.heading,
                "form": section.form.value,
                "level": section.level,
                "note": section.note,
                "sides": section.sides,
                "silent": section.silent,
                "statements": [_packed_statement(one) for one in section.statements],
            }
            for section in briefing.sections
        ],
        "left_out": [
            {"statement": _packed_statement(one.statement), "reason": one.reason.name, "section": one.section}
            for one in briefing.left_out
        ],
        "masthead": _packed_masthead(briefing.masthead) if briefing.masthead else None,
        "making": {
            "model": briefing.making.model,
            "at": briefing.making.at.isoformat(),
            "seconds": briefing.making.seconds,
            "tokens": [briefing.making.prompt_tokens, briefing.making.answer_tokens],
        },
        "pages": [briefing.pages, briefing.pages_allowed],
        "edits": [[one.at.isoformat(), one.what, one.before, one.after] for one in briefing.edits],
        "gaps": list(briefing.gaps),
    }


def _packed_statement(one: BriefingStatement) -> dict[str, Any]:
    return {
        "text": one.text,
        "citations": [
            {**place_of(c.paragraph, c.article), "span": [c.start, c.end], "number": c.number} for c in one.citations
        ],
        "problems": list(one.problems),
        "written": one.written.value,
        "importance": one.importance,
        "group": one.group,
        "duty": [one.duty.who, one.duty.due] if one.duty else None,
    }


def _packed_masthead(one: Masthead) -> dict[str, Any]:
    return {
        "name": one.name,
        "number": one.number,
        "issuer": one.issuer,
        "date": one.date.isoformat() if one.date else None,
        "to": list(one.to),
        "cc": list(one.cc),
    }


# ---------------------------------------------------------------- opening again


def _opened(kept: Mapping[str, Any], places: Places) -> Briefing:
    making = kept["making"]
    kind, kind_name = kept["kind"]
    pages, pages_allowed = kept["pages"]
    return Briefing(
        kind,
        kind_name,
        kept["title"],
        tuple(
            Section(
                one["heading"],
                tuple(_opened_statements(one["statements"], places)),
                Form(one["form"]),
                one["level"],
                one["note"],
                tuple(one.get("sides", ())),  # briefings kept before comparisons stood side by side have none
                tuple(one.get("silent", ())),
            )
            for one in kept["sections"]
        ),
        tuple(ChosenArticle(*places.article(name), why, side) for name, why, side in kept["chosen"]),
        Making(making["model"], dt.datetime.fromisoformat(making["at"]), making["seconds"], *making["tokens"]),
        _opened_masthead(kept["masthead"]) if kept["masthead"] else None,
        tuple(
            LeftOut(statement, Reason[one["reason"]], one["section"])
            for one in kept["left_out"]
            for statement in _opened_statements([one["statement"]], places)
        ),
        pages,
        pages_allowed,
        tuple(Edit(dt.datetime.fromisoformat(at), what, before, after) for at, what, before, after in kept["edits"]),
        tuple(kept["gaps"]),
    )


def _opened_statements(kept: Iterable[Mapping[str, Any]], places: Places) -> Iterable[BriefingStatement]:
    for one in kept:
        yield BriefingStatement(
            one["text"],
            tuple(map(places.citation, one["citations"])),
            tuple(one["problems"]),
            Written(one["written"]),
            one["importance"],
            one["group"],
            Duty(*one["duty"]) if one["duty"] else None,
        )


def _opened_masthead(kept: Mapping[str, Any]) -> Masthead:
    date = dt.date.fromisoformat(kept["date"]) if kept["date"] else None
    return Masthead(kept["name"], kept["number"], kept["issuer"], date, tuple(kept["to"]), tuple(kept["cc"]))
