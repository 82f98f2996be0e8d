"""The folder of a derived index: numbered generations, one of which holds, and the seal that tells whether to trust it.

`chroma/3` and `keywords/7` are generations; the catalogue notes which number holds, so that making an index anew and
swapping it in is one transaction and a half-made one is never looked at. At a clean close the note also keeps a seal
(size and checksum of every file): files that do not match were changed behind our back, or written by a program that
was killed.
"""

from __future__ import annotations

import json
import logging
import shutil
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from rag.store.catalog import Catalog

Seal = dict[str, tuple[int, int]]  # relative path: (bytes, CRC-32)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Note:
    """What the catalogue remembers of an index; generation 0: there is none. `recipe` names what it was made with."""

    generation: int = 0
    recipe: str = ""
    seal: Seal = field(default_factory=dict)


class Generations:
    """The generations of one kind of index in one library."""

    def __init__(self, library: Path, catalog: Catalog, kind: str) -> None:
        self._root = library / kind
        self._catalog = catalog
        self._kind = kind

    @property
    def note(self) -> Note:
        text = self._catalog.note(self._kind)
        if text is None:
            return Note()
        kept = json.loads(text)
        return Note(kept["generation"], kept["recipe"], {name: (size, crc) for name, size, crc in kept["seal"]})

    @property
    def folder(self) -> Path:
        """Of the generation that holds."""
        return self.folder_of(self.note.generation)

    def folder_of(self, generation: int) -> Path:
        return self._root / str(generation)

    def fresh(self) -> int:
        """A number that no folder has yet."""
        taken = [int(entry.name) for entry in self._root.glob("*") if entry.name.isdigit()]
        return max([self.note.generation, *taken]) + 1

    def swap(self, generation: int, recipe: str) -> None:
        """From here on `generation` holds."""
        self._write(Note(generation, recipe))
        self.tidy()

    def tidy(self) -> None:
        """Delete the folders that do not hold: half made, or outlived."""
        keep = str(self.note.generation)
        for entry in self._root.glob("*"):
            if entry.name.isdigit() and entry.name != keep:
                # fails while Windows still has a file open; the next opening tries again
                shutil.rmtree(entry, ignore_errors=True)

    def seal(self) -> None:
        """Note the files as they are now. Nothing may be writing to them."""
        note = self.note
        self._write(Note(note.generation, note.recipe, _sealed(self.folder)))

    def untouched(self) -> bool:
        """Whether the files are exactly as sealed."""
        seal = self.note.seal
        return bool(seal) and _sealed(self.folder) == seal

    def unharmed(self) -> bool:
        """Whether no sealed file was changed, for an index that never changes a file once written (JSON apart)."""
        now = _sealed(self.folder)
        return self.folder.is_dir() and all(
            now.get(name, kept) == kept for name, kept in self.note.seal.items() if not name.endswith(".json")
        )

    def _write(self, note: Note) -> None:
        seal = [[name, size, crc] for name, (size, crc) in note.seal.items()]
        text = json.dumps({"generation": note.generation, "recipe": note.recipe, "seal": seal}, separators=(",", ":"))
        self._catalog.set_note(self._kind, text)


def _sealed(folder: Path) -> Seal:
    """All files below `folder` but lock files; empty when one cannot be read. About 1 GB a second."""
    seal: Seal = {}
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                crc, size = 0, 0
                with path.open("rb") as file:
                    while block := file.read(1 << 20):
                        crc, size = zlib.crc32(block, crc), size + len(block)
                seal[path.relative_to(folder).as_posix()] = size, crc
    except OSError:
        _logger.exception("cannot read %s", folder)
        return {}
    return seal
