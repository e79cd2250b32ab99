"""The one table that a run prints."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the median has to be."""

    least: float | None = None
    most: float | None = None

    def met_by(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    def __str__(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


@dataclass(frozen=True)
class Row:
    """One figure, measured once or several times."""

    what: str
    unit: str  # "/s", "ms", "MB"; "× F" for a ratio to the floor of the same round
    samples: Sequence[float] = field(repr=False)
    target: Target | None = None
    note: str = ""

    def cells(self) -> list[str]:
        low, middle, high = min(self.samples), median(self.samples), max(self.samples)
        verdict = ""
        if self.target:
            verdict = f"{self.target}: {'met' if self.target.met_by(middle) else '**missed**'}"
        figures = [_short(each) for each in (low, middle, high)]
        return [self.what, self.unit, *figures, verdict, self.note]


def markdown(rows: Sequence[Row]) -> str:
    """The table; its columns are as wide as they need to be."""
    head = ["what", "unit", "min", "median", "max", "target", "note"]
    cells = [head, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [_line(line, widths) for line in cells]
    rule = [
        f"{'-' * (width - 1)}:" if 2 <= i <= 4 else "-" * width for i, width in enumerate(widths)
    ]
    return "\n".join([lines[0], _line(rule, widths), *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if 2 <= i <= 4 else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
