"""What `--json` prints, one object a line. Others script against these forms; keep them exact."""

from __future__ import annotations

from typing import Any

from rag.models import ModelStatus
from rag.types import (
    Answer,
    Box,
    Citation,
    Document,
    Evidence,
    FileAdded,
    Finding,
    Refusal,
    SearchResult,
    Statement,
    StoredArticle,
    StoredParagraph,
)

Json = dict[str, Any]


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
    }


def article(value: StoredArticle) -> Json:
    return {
        "id": value.id,
        "document": value.document,
        "title": value.title,
        "date": value.date.isoformat() if value.date else None,
        "page": value.page,
        "paragraphs": [_paragraph(paragraph) for paragraph in value.paragraphs],
    }


def search_result(value: SearchResult) -> Json:
    return {
        "question": value.question,
        "hits": [_hit(hit) for hit in value.hits],
        "seconds": _seconds(value.seconds),
    }


def reply(value: Answer | Refusal) -> Json:
    """`evidence` lists the paragraphs shown to the model, 【1】 first; for a refusal those that came nearest."""
    refused = isinstance(value, Refusal)
    evidence = value.nearest if isinstance(value, Refusal) else value.evidence
    return {
        "question": value.question,
        "refused": refused,
        "statements": [] if isinstance(value, Refusal) else [_statement(s) for s in value.statements],
        "evidence": [item.paragraph.id for item in evidence],
        "readings": dict(value.readings),
        "model": value.model,
        "seconds": {
            "evidence": _seconds(value.seconds.evidence),
            "first_token": None if value.seconds.first_token is None else _seconds(value.seconds.first_token),
            "total": _seconds(value.seconds.total),
        },
        "tokens": {"prompt": value.prompt_tokens, "answer": value.answer_tokens},
    }


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


def _statement(value: Statement) -> Json:
    return {
        "text": value.text,
        "supported": value.supported,
        "problems": list(value.problems),
        "citations": [_citation(citation) for citation in value.citations],
    }


def _citation(value: Citation) -> Json:
    return {
        "paragraph": value.paragraph.id,
        "start": value.start,
        "end": value.end,
        "quote": value.quote,
        "article": value.article.id,
        "title": value.article.title,
        "document": value.document.id,
        "page": value.paragraph.page,
    }


def _hit(value: Evidence) -> Json:
    return {
        "paragraph": value.paragraph.id,
        "article": value.article.id,
        "title": value.article.title,
        "document": value.document.id,
        "page": value.paragraph.page,
        "text": value.paragraph.text,
        "score": round(value.score, 6),
    }


def _paragraph(value: StoredParagraph) -> Json:
    return {
        "id": value.id,
        "page": value.page,
        "text": value.text,
        "boxes": [_box(fragment.box) for fragment in value.paragraph.fragments],
    }


def _box(value: Box) -> list[float]:
    return [round(edge, 2) for edge in (value.x0, value.y0, value.x1, value.y1)]


def _seconds(value: float) -> float:
    return round(value, 3)
