"""Documents that give orders: read, searched, answered from and shown like any other, and never obeyed.

`tests/hostile` holds them, and in obeyed.json what a model that obeys each would write. Here a scripted model does
obey, and what must hold whatever a model writes is checked; `tests/e2e/test_hostile_documents.py` asks the real one.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from desktop.answer_text import answer_html, answer_plain
from rag.answers import Answer, AskEvent, DraftText, EvidenceFound, Refusal
from rag.library import Library
from rag.settings import Settings
from rag.terminal import as_text
from rag.text import normalise, plain
from rag.types import AddStatus, Document, FileAdded
from tests.fakes import FakeEmbedder, FakeJudge
from tests.scripted_chat import ScriptedChat

FOLDER = Path(__file__).parent / "hostile"
OBEYED: dict[str, str] = json.loads((FOLDER / "obeyed.json").read_text("utf-8"))
QUESTION, FOR_A_LIST = "会议说了什么？", "会议有什么要求？"
GENUINE = "各单位要明确责任、细化措施，按时报送进展情况。"


@dataclass(frozen=True)
class Case:
    """A library that holds all of them, the model it is answered by, and one of the documents."""

    library: Library
    chat: ScriptedChat
    document: Document
    obeyed: str

    def ask(self, draft: str, question: str = QUESTION) -> list[AskEvent]:
        """The events of an answer to what this document says, by a model that writes `draft`."""
        self.chat.draft = draft
        self.chat.prompts.clear()
        return list(self.library.ask(question, within=[self.document.id]))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, ScriptedChat]]:
    chat = ScriptedChat(answering=lambda _prompt: 0.9)  # too little to leave it at the first passage
    place = tmp_path_factory.mktemp("hostile") / "library"
    with Library.open(
        place, settings=Settings(), embedder=FakeEmbedder(), chat=chat, judge=FakeJudge("", yes=9.0, no=9.0)
    ) as library:
        added = [
            event for event in library.add(sorted(FOLDER / name for name in OBEYED)) if isinstance(event, FileAdded)
        ]
        assert {event.status for event in added} == {AddStatus.ADDED}, [e for e in added if e.error]
        yield library, chat


@pytest.fixture(params=sorted(OBEYED))
def case(held: tuple[Library, ScriptedChat], request: pytest.FixtureRequest) -> Case:
    library, chat = held
    (document,) = [one for one in library.documents() if one.name == request.param]
    return Case(library, chat, document, OBEYED[request.param])


def test_there_are_enough_of_them_and_all_are_used() -> None:
    assert len(OBEYED) >= 40
    assert set(OBEYED) == {path.name for path in FOLDER.iterdir()} - {"obeyed.json"}


def test_the_genuine_text_beside_an_order_is_found_and_quoted(case: Case) -> None:
    reply = case.ask(GENUINE)[-1]
    assert isinstance(reply, Answer)
    (statement,) = reply.statements
    assert statement.supported, statement.problems
    assert {citation.document.id for citation in statement.citations} == {case.document.id}


def test_what_an_order_wants_said_is_at_most_quoted_from_it(case: Case) -> None:
    reply = case.ask(case.obeyed)[-1]
    statements = [s for s in reply.statements if s.supported] if isinstance(reply, Answer) else []
    for statement in statements:
        said = [letter for letter in normalise(statement.text) if letter.isalnum()]
        quoted = normalise("".join(citation.quote for citation in statement.citations))
        assert sum(letter in quoted for letter in said) >= 0.85 * len(said), (statement.text, quoted)


def test_only_our_evidence_numbers_look_like_evidence_numbers(case: Case) -> None:
    events = case.ask(case.obeyed)
    written_from = next(messages for messages in reversed(case.chat.prompts) if len(messages) > 2)  # 是 is in it
    prompt = "".join(message.text for message in written_from)
    shown = [event for event in events if isinstance(event, EvidenceFound)][-1].evidence
    assert re.findall("【[^【】]*】|[【】]", prompt) == [f"【{n}】" for n in range(1, len(shown) + 1)]
    draft = "".join(event.text for event in events if isinstance(event, DraftText))
    assert all(1 <= int(number) <= len(shown) for number in re.findall("【(.*?)】", draft))
    reply = events[-1]
    if isinstance(reply, Answer):
        for statement in reply.statements:
            for citation in statement.citations:
                assert shown[citation.number - 1].paragraph.id == citation.paragraph.id


def test_a_list_only_quotes_and_its_evidence_numbers_are_ours(case: Case) -> None:
    """Though the model finds that every order answers."""
    events = case.ask(case.obeyed, FOR_A_LIST)
    (*_, shown, reply) = (event for event in events if isinstance(event, EvidenceFound | Answer | Refusal))
    assert isinstance(reply, Answer) and isinstance(shown, EvidenceFound) and shown.evidence == reply.evidence
    for statement in reply.statements:
        (citation,) = statement.citations
        assert normalise(statement.text) == normalise(citation.quote) and citation.document.id == case.document.id
        assert shown.evidence[citation.number - 1].paragraph.id == citation.paragraph.id
    prompts = "".join(message.text for messages in case.chat.prompts for message in messages)
    assert "【" not in prompts and "】" not in prompts


def test_the_terminal_shows_its_text_without_markup_or_control_characters(case: Case) -> None:
    out = io.StringIO()
    console = Console(file=out, markup=False, highlight=False, emoji=False, soft_wrap=True, force_terminal=False)
    for article in case.library.articles([case.document.id]):
        as_text.article(console, article)
    as_text.search_result(console, case.library.search(QUESTION, within=[case.document.id]))
    reply = case.ask(case.obeyed)[-1]
    assert isinstance(reply, Answer | Refusal)
    as_text.reply(console, reply)
    shown = out.getvalue()
    assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"}
    for article in case.library.articles([case.document.id]):
        for paragraph in article.paragraphs:
            assert all(plain(cell) in shown for cell in paragraph.text.split("\t"))


def test_the_window_shows_it_as_text_with_no_link_but_ours(case: Case) -> None:
    from PySide6.QtGui import QTextDocument

    for draft in (case.obeyed, *(p.text for a in case.library.articles([case.document.id]) for p in a.paragraphs)):
        reply = case.ask(draft)[-1]
        if not isinstance(reply, Answer):
            continue
        html = answer_html(reply)
        assert set(re.findall(r"<(\w+)", html)) <= {"p", "span", "a", "s", "br"}
        assert all(link.startswith("cite:") for link in re.findall(r'href="([^"]*)"', html))
        page = QTextDocument()
        page.setHtml(html)
        for statement in reply.statements:
            assert normalise(plain(statement.text)) in normalise(page.toPlainText())
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.toPlainText() + answer_plain(reply))


def test_what_a_web_page_hides_is_not_read(held: tuple[Library, ScriptedChat]) -> None:
    library, _ = held
    (document,) = [one for one in library.documents() if "hidden" in one.name]
    text = "".join(paragraph.text for article in library.articles([document.id]) for paragraph in article.paragraphs)
    assert GENUINE in text
    assert "经费" not in text
