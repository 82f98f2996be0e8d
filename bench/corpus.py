"""Texts put straight into a library's catalogue, and vectors that are computed once and kept.

Importing ten thousand files measures the import; here what is looked for and how long it takes is measured, so rows
and vectors are written as an import would leave them and the indexes made from them by the program's own code.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import platformdirs
from numpy.typing import NDArray

from bench.options import Say
from rag.errors import JianwenError
from rag.evidence.embedding import Embedder
from rag.evidence.search import embedding_text, passage_vectors, recipe
from rag.store.catalog import Catalog, State
from rag.store.reading_parts import parts_of
from rag.text import passages
from rag.types import Article, Document, Paragraph, Reading

Floats = NDArray[np.float32]

_PART: Final = 256  # texts whose vectors are kept in one file: what a run that is cut off loses at most


@dataclass(frozen=True, slots=True)
class Text:
    """One passage of the corpus: its name, what it says, and the article it stands in with others of the same one."""

    name: str
    text: str
    article: str = ""
    title: str = ""


def records(directory: Path, name: str) -> list[dict[str, Any]]:
    """The objects of `name`.jsonl in `directory`, one a line. Raises JianwenError: it cannot be read."""
    path = directory / f"{name}.jsonl"
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except OSError as error:
        raise JianwenError(f"读不到 {path}（{error.strerror}）。请检查目录。") from error


def cache_folder() -> Path:
    """Where benches keep what takes long to compute; outside the program's folder, and safe to delete."""
    return Path(platformdirs.user_cache_dir("jianwen", appauthor=False)) / "bench"


def filled(catalog: Catalog, texts: Sequence[Text], vectors: Floats, made_with: str) -> dict[str, str]:
    """Write one document of `texts` with their `vectors` (n, d); returns the name of each passage id."""
    articles: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        articles.setdefault(text.article or text.name, []).append(place)
    sha256 = hashlib.sha256(made_with.encode()).hexdigest()
    document = Document(sha256[:12], "语料.txt", sha256, 0, dt.datetime.now(dt.UTC), 1, 0, 0)
    reading = Reading(
        tuple(
            Article(texts[places[0]].title, None, tuple(Paragraph(texts[place].text) for place in places))
            for places in articles.values()
        )
    )
    catalog.insert(document, ".txt", parts_of(reading), lambda text: ((0, len(text)),))
    ids = {
        f"{document.id}-{number}-{paragraph}#1": place
        for number, places in enumerate(articles.values(), 1)
        for paragraph, place in enumerate(places, 1)
    }
    catalog.store_vectors(made_with, list(ids), vectors[list(ids.values())])
    catalog.set_state(document.id, State.READY)
    return {passage: texts[place].name for passage, place in ids.items()}


def put(catalog: Catalog, name: str, articles: Sequence[Article], embedder: Embedder) -> str:
    """Write one document as an import would, cut into passages with vectors of `embedder`, READY; returns its id."""
    said = "\0".join([name, *(paragraph.text for article in articles for paragraph in article.paragraphs)])
    sha256 = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    document = Document(sha256[:12], name, sha256, 0, dt.datetime.now(dt.UTC), 1, 0, 0)
    catalog.insert(document, ".txt", parts_of(Reading(tuple(articles))), passages)
    rows = list(catalog.index_rows(document.id))
    made = passage_vectors(embedder, [embedding_text(row.title, row.text, row.above) for row in rows])
    catalog.store_vectors(recipe(embedder), [row.passage for row in rows], made)
    catalog.set_state(document.id, State.READY)
    return document.id


def kept_vectors(embedder: Embedder, made_with: str, texts: Sequence[str], folder: Path, say: Say) -> Floats:
    """(n, d) vectors of `texts`: read from `folder` where they were made of the same texts in the same way before.

    Kept part by part, like lengths together, so that a run that was cut off goes on where it stopped.
    """
    key = hashlib.sha256("\0".join([made_with, *texts]).encode("utf-8", "replace")).hexdigest()[:16]
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    vectors = np.zeros((len(texts), embedder.dimension), np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(order), _PART):
        places = order[start : start + _PART]
        path = folder / f"{key}-{start // _PART:04}.npy"
        if not path.exists():
            say(f"计算向量 {start}/{len(order)}……")
            scratch = path.with_suffix(".tmp")
            with scratch.open("wb") as file:
                np.save(file, embedder.embed_passages([texts[place] for place in places]))
            scratch.replace(path)
        vectors[places] = np.load(path)
    return vectors
