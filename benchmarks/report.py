"""What a benchmark found, as a table for people and as one JSON object for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure of ours beside a peer's; `ratio` says how many times more the peer's is.

    `bar` is what the figure must reach, in words; it is printed, and never decides anything.
    """

    work: str
    ours: float | None
    unit: str
    peer: float | None = None
    peer_name: str = ""
    bar: str = ""

    @property
    def ratio(self) -> float | None:
        if self.ours is None or self.peer is None or not self.ours:
            return None
        return self.peer / self.ours

    def as_json(self) -> dict[str, Any]:
        return {
            "work": self.work,
            "ours": _short(self.ours),
            "peer": _short(self.peer),
            "peer_name": self.peer_name,
            "ratio": _short(self.ratio),
            "unit": self.unit,
        }


@dataclass
class Report:
    """All of one benchmark; `method` says how the figures came about, `notes` what was left out."""

    name: str
    machine: str
    method: list[str]
    rows: list[Row] = field(default_factory=list["Row"])
    notes: list[str] = field(default_factory=list[str])

    def as_json(self) -> str:
        rows = [row.as_json() for row in self.rows]
        return json.dumps({"name": self.name, "machine": self.machine, "rows": rows})

    def as_text(self) -> str:
        cells = [("", "ours", "peer", "ratio", "unit", "bar", "")]
        cells += [
            (
                row.work,
                _figure(row.ours),
                _figure(row.peer),
                "" if row.ratio is None else f"{_figure(row.ratio)} x",
                row.unit,
                row.bar,
                row.peer_name,
            )
            for row in self.rows
        ]
        wide = [max(len(line[column]) for line in cells) for column in range(7)]
        lines = [f"benchmark {self.name} on {self.machine}", "", *self.method, ""]
        for work, ours, peer, ratio, unit, bar, name in cells:
            line = (
                f"{work:<{wide[0]}}  {ours:>{wide[1]}}  {peer:>{wide[2]}}  {ratio:>{wide[3]}}"
                f"  {unit:<{wide[4]}}  {bar:<{wide[5]}}  {name}"
            )
            lines.append(line.rstrip())
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])


def _short(value: float | None) -> float | None:
    """Three digits after the point are more than any of these figures is worth."""
    return None if value is None else round(value, 3)


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
