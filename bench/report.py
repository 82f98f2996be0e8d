"""What a measurement comes to: figures of both sides, their ratio, one line of what was compared; as table or JSON.

A ratio is the median of the ratios of single rounds, whose two sides were taken one right after the other: what slows
the machine for a while slows both sides of a round and cancels out, which dividing two medians would not give.
"""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_BUSY = 20.0  # per cent of the processor used by others, from which the figures are not to be quoted


@dataclass(frozen=True, slots=True)
class Row:
    """The rounds of one thing measured: `ours[i]` and `base[i]` belong together, in the unit of the measurement."""

    label: str
    ours: tuple[float, ...]
    base: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.ours or len(self.ours) != len(self.base):
            raise ValueError(f"{len(self.ours)} and {len(self.base)} rounds are not pairs")
        if min(*self.ours, *self.base) <= 0:
            raise ValueError("a figure is not positive")

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(ours / base for ours, base in zip(self.ours, self.base, strict=True))

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One ratio. `ours` and `base` name the two sides, `compared` says in one line what they are (all Chinese)."""

    key: str
    compared: str
    ours: str
    base: str
    unit: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of shares (floats) and counts (whole numbers); None where there is nothing to say. Headings Chinese."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | int | None, ...]], ...]

    def __post_init__(self) -> None:
        if any(len(values) != len(self.columns) for _, values in self.rows):
            raise ValueError("a row has more or fewer figures than there are columns")


@dataclass(frozen=True, slots=True)
class Report:
    """What one bench prints. `notes` (Chinese) are what a reader must know; `machine` is facts by name; `wrong`
    (Chinese) is what must not be so."""

    bench: str
    measurements: tuple[Measurement, ...]
    notes: tuple[str, ...]
    machine: Mapping[str, str | int | float]
    figures: tuple[Figures, ...] = ()
    wrong: tuple[str, ...] = ()


def pooled(label: str, rows: Sequence[Row]) -> Row:
    """All rounds of all rows as one row."""
    return Row(label, tuple(v for row in rows for v in row.ours), tuple(v for row in rows for v in row.base))


def machine(**more: str | int | float) -> dict[str, str | int | float]:
    """The facts figures depend on, to be asked before measuring; looks half a second at what others use."""
    import psutil

    from rag.models.machine import physical_cores

    return {
        "system": platform.system(),
        "python": platform.python_version(),
        "cores": physical_cores(),
        "busy_percent": psutil.cpu_percent(interval=0.5),
        **more,
    }


def as_json(report: Report) -> dict[str, Any]:
    """One object; every figure of every round is in it."""
    return {
        "bench": report.bench,
        "machine": dict(report.machine),
        "measurements": [
            {
                "key": m.key,
                "compared": m.compared,
                "unit": m.unit,
                "rows": [
                    {
                        "label": row.label,
                        "ours": statistics.median(row.ours),
                        "base": statistics.median(row.base),
                        "ratio": row.ratio,
                        "lowest": min(row.ratios),
                        "highest": max(row.ratios),
                        "rounds": [list(pair) for pair in zip(row.ours, row.base, strict=True)],
                    }
                    for row in m.rows
                ],
            }
            for m in report.measurements
        ],
        "figures": [
            {
                "key": f.key,
                "title": f.title,
                "rows": [{"label": label, **dict(zip(f.columns, values, strict=True))} for label, values in f.rows],
            }
            for f in report.figures
        ],
        "notes": list(notes(report)),
        "wrong": list(report.wrong),
    }


def figure(value: float) -> str:
    """Three or four digits that count: 1,234 · 12.3 · 1.23 · 0.0123."""
    if value >= 1:
        return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"
    return f"{value:.3f}" if value >= 0.1 else f"{value:.3g}"


def table(measurement: Measurement) -> Table:
    from rich.table import Table

    m = measurement
    made = Table(title=f"{m.compared}（{m.unit}）", title_justify="left", title_style="bold")
    made.add_column("对象", overflow="fold", ratio=1)
    for heading in (m.ours, m.base, "比值", "范围", "次数"):
        made.add_column(heading, justify="right", no_wrap=True)
    for row in m.rows:
        made.add_row(
            row.label,
            figure(statistics.median(row.ours)),
            figure(statistics.median(row.base)),
            f"{row.ratio:.3f}",
            f"{min(row.ratios):.3f}～{max(row.ratios):.3f}",
            str(len(row.ours)),
        )
    return made


def figures_table(figures: Figures) -> Table:
    from rich.table import Table

    made = Table(title=figures.title, title_justify="left", title_style="bold")
    made.add_column("对象", overflow="fold", ratio=1, min_width=12)
    for heading in figures.columns:
        made.add_column(heading, justify="right")
    for label, values in figures.rows:
        made.add_row(label, *map(_share_or_count, values))
    return made


def _share_or_count(value: float | int | None) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def notes(report: Report) -> Iterator[str]:
    if report.measurements:
        yield "两边在同一次运行中轮流测量；数字是中位数，比值是各次比值的中位数。"
    yield from report.notes
    busy = float(report.machine.get("busy_percent", 0.0))
    if report.measurements and busy > _BUSY:
        yield f"注意：开始测量时别的程序占用了 {busy:.0f}% 的处理器，这次的数字不宜引用，请空闲时重测。"


def show(report: Report, console: Console) -> None:
    for measurement in report.measurements:
        console.print(table(measurement))
    for figures in report.figures:
        console.print(figures_table(figures))
    for note in notes(report):
        console.print(f"· {note}", soft_wrap=True)
    for sentence in report.wrong:
        console.print(f"✗ {sentence}", soft_wrap=True)
    console.print("· 机器：" + "，".join(f"{name} {value}" for name, value in report.machine.items()), soft_wrap=True)
