"""The parts of an office document, which is a ZIP file of XML: read one by one, within limits, nothing else touched."""

from __future__ import annotations

import errno
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rag.errors import JianwenError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MOST_PARTS = 20_000
LARGEST_PART = 64 * 1024 * 1024  # bytes, unpacked
# What `zipfile` raises for damaged archives; RuntimeError: an encrypted part, NotImplementedError: unknown compression.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, NotImplementedError
)  # fmt: skip
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def damaged(name: str, kind: str) -> JianwenError:
    return JianwenError(f"“{name}”已损坏或不是真正的{kind}，无法读取。请重新获取该文件，或用原软件打开后另存一份。")


class Package:
    """An office document opened for reading. Raises JianwenError (Chinese) for damage and excess, OSError for the disk.

    `kind` is what the user calls such a file («Word 文档»).
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.name, self.kind = path.name, kind
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGE as error:
            raise damaged(path.name, kind) from error
        self._parts: Mapping[str, zipfile.ZipInfo] = {
            info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._zip.infolist()
        }
        if len(self._parts) > MOST_PARTS:
            self._zip.close()
            raise JianwenError(f"“{path.name}”里的部件太多，不像正常的{kind}，未读取。请用原软件打开后另存一份。")

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def read(self, part: str) -> bytes:
        """The bytes of a part that is there. What is unpacked is counted, whatever the ZIP directory claims."""
        info = self._parts[part.lower()]
        try:
            with self._zip.open(info) as stream:
                data = stream.read(LARGEST_PART + 1)
        except (*DAMAGE, OSError) as error:
            if isinstance(error, OSError) and error.errno != errno.EINVAL:  # that one: a place before the beginning
                raise
            raise damaged(self.name, self.kind) from error
        if len(data) > LARGEST_PART:
            raise JianwenError(f"“{self.name}”的正文展开后超过 64 MB，不像正常的{self.kind}，未读取。请拆分后再添加。")
        return data

    def xml(self, part: str) -> Element:
        """The root of a part that is there. No entity is expanded, nothing is fetched, depth and size are bounded."""
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
        )
        try:
            root = etree.fromstring(self.read(part), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged(self.name, self.kind) from error
        if root.getroottree().docinfo.doctype:
            raise damaged(self.name, self.kind)  # office formats have no DTD; one is there to do harm
        return root

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """(id, last word of the type, part) of each part that `part` refers to, in order; links outwards left out."""
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if relations not in self:
            return []
        found = []
        for relation in self.xml(relations).iter(_RELATION):
            target = unquote(relation.get("Target", "")).replace("\\", "/")
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if relation.get("TargetMode") != "External" and place in self:
                kind = relation.get("Type", "").rpartition("/")[2]
                found.append((relation.get("Id", ""), kind, place))
        return found
