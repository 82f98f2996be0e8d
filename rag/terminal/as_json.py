"""What `--json` prints, one object a line. Others script against these forms; keep them exact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.answering.evaluating import Verdict
from rag.answers import (
    Answer,
    Citation,
    Conversation,
    DateReading,
    Evidence,
    Period,
    Refusal,
    SearchResult,
    Statement,
    Turn,
)
from rag.briefings import Briefing, BriefingStatement, KeptBriefing
from rag.models import ModelStatus
from rag.types import Box, Document, FileAdded, Finding, Paragraph, StoredArticle

Json = dict[str, Any]
Elsewhere = Mapping[str, tuple[StoredArticle, Document]]
NOWHERE: Elsewhere = {}


def file_added(event: FileAdded) -> Json:
    return {
        "path": str(event.path),
        "status": event.status.value,
        "document": event.document,
        "articles": event.articles,
        "paragraphs": event.paragraphs,
        "error": event.error,
        "problems": list(event.problems),
        "seconds": _seconds(event.seconds),
    }


def document(value: Document) -> Json:
    return {
        "id": value.id,
        "name": value.name,
        "sha256": value.sha256,
        "bytes": value.bytes,
        "added": value.added.isoformat(timespec="seconds"),
        "pages": value.pages,
        "articles": value.articles,
        "paragraphs": value.paragraphs,
        "problems": list(value.problems),
    }


def article(value: StoredArticle, elsewhere: Elsewhere = NOWHERE) -> Json:
    """`elsewhere` holds the twins (and their documents) by article id, as `Library.elsewhere` gives them."""
    return {
        "id": value.id,
        "document": value.document,
        "title": value.title,
        "headings": [{"role": h.role, **_printed(h.paragraph)} for h in value.headings],
        **_date(value),
        "page": value.page,
        "corrected": value.corrected,
        "indexed_as": value.indexed_as or None,
        "twins": _twins(value, elsewhere),
        "paragraphs": [{"id": p.id, **_printed(p.paragraph)} for p in value.paragraphs],
    }


def furniture(value: Paragraph) -> Json:
    """A paragraph that stands outside the articles."""
    return {"furniture": True, **_printed(value)}


def search_result(value: SearchResult, elsewhere: Elsewhere = NOWHERE) -> Json:
    return {
        "question": value.question,
        "hits": [_hit(hit, elsewhere) for hit in value.hits],
        "seconds": _seconds(value.seconds),
    }


def reply(value: Answer | Refusal, elsewhere: Elsewhere = NOWHERE) -> Json:
    """`evidence` lists the paragraphs shown to the model, 【1】 first; for a refusal those that came nearest."""
    refused = isinstance(value, Refusal)
    evidence = value.nearest if isinstance(value, Refusal) else value.evidence
    return {
        "question": value.question,
        "refused": refused,
        "statements": [] if isinstance(value, Refusal) else [_statement(s, elsewhere) for s in value.statements],
        "evidence": [item.paragraph.id for item in evidence],
        "readings": [_reading(reading) for reading in value.readings],
        "summary": value.summary,
        "searched": value.searched,
        "model": value.model,
        "seconds": {
            "evidence": _seconds(value.seconds.evidence),
            "first_token": None if value.seconds.first_token is None else _seconds(value.seconds.first_token),
            "total": _seconds(value.seconds.total),
        },
        "tokens": {"prompt": value.prompt_tokens, "answer": value.answer_tokens},
    }


def briefing(value: Briefing, elsewhere: Elsewhere = NOWHERE) -> Json:
    """A statement as in a reply; written: `Written`'s values, duty: who and by when. left_out: beside the page."""
    return {
        "kind": value.kind,
        "title": value.title,
        "sections": [
            {
                "heading": section.heading,
                "note": section.note,
                "sides": list(section.sides),
                "silent": list(section.silent),
                "statements": [_briefing_statement(s, elsewhere) for s in section.statements],
            }
            for section in value.sections
        ],
        "left_out": [
            {
                **_briefing_statement(one.statement, elsewhere),
                "reason": one.reason.value,
                "section": one.section,
            }
            for one in value.left_out
        ],
        "gaps": list(value.gaps),
        "articles": [one.article.id for one in value.articles],
        "pages": value.pages,
        "model": value.making.model,
        "seconds": _seconds(value.making.seconds),
        "tokens": {"prompt": value.making.prompt_tokens, "answer": value.making.answer_tokens},
    }


def kept_briefing(value: KeptBriefing) -> Json:
    return {
        "id": value.id,
        "title": value.title,
        "kind": value.kind_name,
        "made": value.made.isoformat(timespec="seconds"),
        "changed": value.changed.isoformat(timespec="seconds"),
    }


def conversation(value: Conversation) -> Json:
    last = value.last.isoformat(timespec="seconds")
    return {"id": value.id, "title": value.title, "turns": value.turns, "last": last}


def turn(value: Turn) -> Json:
    """question: as typed; the reply's own question is the one that was answered."""
    return {
        "question": value.question,
        "at": value.at.isoformat(timespec="seconds"),
        "reply": reply(value.reply),
    }


def verdict(value: Verdict) -> Json:
    return {"passed": value.passed, "faults": list(value.faults), "reply": reply(value.reply)}


def finding(value: Finding) -> Json:
    return {"severity": value.severity, "message": value.message, "remedy": value.remedy}


def model_status(value: ModelStatus) -> Json:
    return {
        "role": value.role,
        "name": value.name,
        "path": str(value.path) if value.path else None,
        "bytes": value.bytes,
        "sha256": value.spec.source.sha256 if value.spec else None,
        "whole": value.whole,
        "problem": value.problem,
    }


def _reading(value: DateReading) -> Json:
    return {
        "words": value.words,
        **_period(value.period),
        "why": value.why,
        "other": _period(value.other) if value.other else None,
    }


def _period(value: Period) -> Json:
    return {"meant": value.name, "since": value.since.isoformat(), "until": value.until.isoformat()}


def _briefing_statement(value: BriefingStatement, elsewhere: Elsewhere) -> Json:
    return {
        **_statement(value, elsewhere),
        "written": value.written.value,
        "duty": {"who": value.duty.who, "due": value.duty.due} if value.duty else None,
    }


def _statement(value: Statement | BriefingStatement, elsewhere: Elsewhere) -> Json:
    return {
        "text": value.text,
        "supported": value.supported,
        "problems": list(value.problems),
        "group": value.group,
        "citations": [_citation(citation, elsewhere) for citation in value.citations],
    }


def _citation(value: Citation, elsewhere: Elsewhere) -> Json:
    return {
        "paragraph": value.paragraph.id,
        "start": value.start,
        "end": value.end,
        "quote": value.quote,
        "article": value.article.id,
        "title": value.article.title,
        "document": value.document.id,
        "removed": value.document.gone,
        "page": value.paragraph.page,
        **_date(value.article),
        "confidence": value.paragraph.paragraph.confidence,
        "twins": _twins(value.article, elsewhere),
    }


def _hit(value: Evidence, elsewhere: Elsewhere) -> Json:
    return {
        "paragraph": value.paragraph.id,
        "article": value.article.id,
        "title": value.article.title,
        "document": value.document.id,
        "page": value.paragraph.page,
        "text": value.paragraph.text,
        **_date(value.article),
        "header": value.paragraph.paragraph.header,
        "confidence": value.paragraph.paragraph.confidence,
        "twins": _twins(value.article, elsewhere),
        "score": round(value.score, 6),
    }


def _date(value: StoredArticle) -> Json:
    """date_basis: `DateBasis`'s values; certain: whether the article itself names the day, or the user did."""
    basis = value.date_basis
    return {
        "date": value.date.isoformat() if value.date else None,
        "date_basis": basis.value if basis else None,
        "certain": basis is not None and basis.certain,
    }


def _twins(value: StoredArticle, elsewhere: Elsewhere) -> list[Json]:
    """The same article printed elsewhere."""
    found = [elsewhere[twin] for twin in value.twins if twin in elsewhere]
    return [
        {"article": twin.id, "title": twin.title, "document": document.id, "page": twin.page}
        for twin, document in found
    ]


def _printed(value: Paragraph) -> Json:
    """confidence: of text recognition, None for text that the file itself holds; header: of a table row."""
    return {
        "page": value.page,
        "text": value.text,
        "header": value.header,
        "confidence": value.confidence,
        "boxes": [_box(fragment.box) for fragment in value.fragments],
    }


def _box(value: Box) -> list[float]:
    return [round(edge, 2) for edge in (value.x0, value.y0, value.x1, value.y1)]


def _seconds(value: float) -> float:
    return round(value, 3)
