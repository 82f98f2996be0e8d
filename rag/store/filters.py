"""Where to look, kept under a name: 「教育局简报」, 「2024年上半年」. Kept in the catalogue."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from rag.answers import Filter, Period
from rag.errors import JianwenError
from rag.store.catalog import Catalog

_NOTE: Final = "filters"
_LONGEST: Final = 30  # characters of a name


class Filters:
    """The kept filters of one library, by name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def all(self) -> tuple[Filter, ...]:
        """In the order in which they were first kept."""
        kept = json.loads(self._catalog.note(_NOTE) or "[]")
        return tuple(Filter(name, tuple(documents), _period(only)) for name, documents, only in kept)

    def keep(self, kept: Filter) -> None:
        """Keep one; another of the same name gives way.

        Raises:
            JianwenError: the name is blank or too long, or the disk is full.
        """
        if not kept.name.strip() or len(kept.name) > _LONGEST:
            raise JianwenError(f"范围的名称要有 1 到 {_LONGEST} 个字。")
        filters = {one.name: one for one in self.all()}
        self._write({**filters, kept.name: kept})

    def delete(self, name: str) -> None:
        """Forget one; nothing happens where there is none of that name. Raises JianwenError: the disk is full."""
        self._write({one.name: one for one in self.all() if one.name != name})

    def _write(self, filters: dict[str, Filter]) -> None:
        rows = [[one.name, list(one.documents), _days(one.only)] for one in filters.values()]
        self._catalog.set_note(_NOTE, json.dumps(rows, ensure_ascii=False))


def _days(period: Period | None) -> list[str] | None:
    return [period.since.isoformat(), period.until.isoformat(), period.name] if period else None


def _period(days: list[str] | None) -> Period | None:
    if days is None:
        return None
    since, until, name = days
    return Period(dt.date.fromisoformat(since), dt.date.fromisoformat(until), name)
