"""Charts drawn: axes, series and letters, without anything that charts share between them."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from luban.blocks.media.fonts import chinese, font_for, is_latin

Kind = Literal["line", "bar", "area", "pie", "scatter", "histogram"]
_COLOURS = (
    "#2563eb",
    "#f97316",
    "#16a34a",
    "#dc2626",
    "#7c3aed",
    "#0891b2",
    "#ca8a04",
    "#db2777",
    "#4b5563",
    "#65a30d",
)
_MOST_LABELS = 24
_drawing = threading.Lock()
"""The library's options are one for the process; its charts are drawn one at a time."""


@dataclass(frozen=True)
class Drawn:
    """What a chart shows: names along the axis, numbers of each series, `None` where none is."""

    kind: Kind
    labels: Sequence[str | float]
    series: Sequence[tuple[str, Sequence[float | None]]]
    title: str = ""
    x_title: str = ""
    y_title: str = ""
    stacked: bool = False
    sideways: bool = False
    values: bool = False
    bins: int = 20
    width: int = 800
    height: int = 500
    form: Literal["png", "svg"] = "png"


def draw(chart: Drawn) -> bytes:
    """The file. Raises `BlockError` where there is no font for its letters."""
    words = [chart.title, chart.x_title, chart.y_title, *(name for name, _ in chart.series)]
    words += [label for label in chart.labels if isinstance(label, str)]
    # In SVG letters stay letters, and it is the viewer who has the font.
    if chart.form == "png":
        font_for("".join(words), "choose SVG")
    with _drawing:
        return _drawn(chart, all(map(is_latin, words)))


def _drawn(chart: Drawn, latin: bool) -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    options = {"svg.fonttype": "none", "svg.hashsalt": "luban", "path.simplify": True}
    families = ["DejaVu Sans", *([] if latin else _more_families())]
    out = io.BytesIO()
    with mpl.rc_context({**options, "font.family": families}):
        # A little more than the pixels: what is a hair less would lose one.
        inches = ((chart.width + 0.01) / 100, (chart.height + 0.01) / 100)
        figure = Figure(figsize=inches, dpi=100)
        figure.set_layout_engine("constrained")
        axes = figure.add_subplot()
        axes.set_prop_cycle(color=_COLOURS)
        _SHAPES[chart.kind](axes, chart)
        if chart.kind != "pie":
            _frame(axes, chart)
        if chart.title:
            axes.set_title(_plain(chart.title), fontsize=15)
        metadata: dict[str, Any] = {"Software": None} if chart.form == "png" else {"Date": None}
        figure.savefig(out, format=chart.form, metadata=metadata)
    return out.getvalue()


def _more_families() -> list[str]:
    from matplotlib import font_manager

    found = chinese()
    if found is None:
        return ["sans-serif"]
    known = {font.fname: font.name for font in font_manager.fontManager.ttflist}
    if found not in known:
        font_manager.fontManager.addfont(found)
    return [font_manager.FontProperties(fname=found).get_name()]


def _plain(text: str) -> str:
    """Dollars are dollars, and begin no formula."""
    return text.replace("$", r"\$")


def _frame(axes: Any, chart: Drawn) -> None:
    x_title, y_title = chart.x_title, chart.y_title
    if chart.sideways:
        x_title, y_title = y_title, x_title
    axes.set_xlabel(_plain(x_title))
    axes.set_ylabel(_plain(y_title))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x" if chart.sideways else "y", color="#e5e7eb")
    axes.set_axisbelow(True)
    if len(chart.series) > 1:
        axes.legend([_plain(name) for name, _ in chart.series], frameon=False)


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def _along(axes: Any, chart: Drawn) -> list[float]:
    """Places along the axis: the numbers themselves, or one after another with names."""
    numbers = [label for label in chart.labels if not isinstance(label, str)]
    if len(numbers) == len(chart.labels) and chart.kind in ("line", "area", "scatter"):
        return [float(number) for number in numbers]
    names = [_plain(f"{n:g}" if not isinstance(n, str) else n) for n in chart.labels]
    step = max(1, -(-len(names) // _MOST_LABELS))
    places = list(range(len(names)))
    shown = [name if len(name) <= 30 else f"{name[:29]}…" for name in names[::step]]
    if chart.sideways:
        axes.set_yticks(places[::step], shown)
        axes.invert_yaxis()
    else:
        slanted = sum(len(name) if is_latin(name) else 2 * len(name) for name in shown) > 80
        slant: dict[str, Any] = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
        axes.set_xticks(places[::step], shown, **(slant if slanted else {}))
    return [float(place) for place in places]


def _lines(axes: Any, chart: Drawn) -> None:
    along = _along(axes, chart)
    below = [0.0] * len(along)
    for _, values in chart.series:
        numbers = _numbers(values)
        if chart.kind == "scatter":
            axes.scatter(along, numbers, s=24, alpha=0.8)
            continue
        if chart.kind == "area" and chart.stacked:
            top = [a + (b if b == b else 0.0) for a, b in zip(below, numbers, strict=True)]
            axes.fill_between(along, below, top, alpha=0.8)
            below = top
            continue
        if chart.kind == "area":
            axes.fill_between(along, numbers, alpha=0.4)
            continue
        few = len(along) <= 40
        axes.plot(along, numbers, marker="o" if few else None, markersize=4, linewidth=2)
        if chart.values and few:
            for x, y in zip(along, numbers, strict=True):
                if y == y:
                    axes.annotate(f"{y:g}", (x, y), xytext=(0, 6), textcoords="offset points",
                                  ha="center", fontsize=9)  # fmt: skip


def _bars(axes: Any, chart: Drawn) -> None:
    along = _along(axes, chart)
    count = 1 if chart.stacked else len(chart.series)
    thick = 0.8 / count
    ups, downs = [0.0] * len(along), [0.0] * len(along)
    for place, (_, values) in enumerate(chart.series):
        numbers = [number if number == number else 0.0 for number in _numbers(values)]
        shift = 0.0 if chart.stacked else (place - (count - 1) / 2) * thick
        starts = [0.0] * len(along)
        if chart.stacked:
            starts = [u if n >= 0 else d for u, d, n in zip(ups, downs, numbers, strict=True)]
            ups = [u + max(n, 0) for u, n in zip(ups, numbers, strict=True)]
            downs = [d + min(n, 0) for d, n in zip(downs, numbers, strict=True)]
        at = [x + shift for x in along]
        if chart.sideways:
            drawn = axes.barh(at, numbers, thick, left=starts)
        else:
            drawn = axes.bar(at, numbers, thick, bottom=starts)
        if chart.values and len(along) * count <= 60:
            kind = "center" if chart.stacked else "edge"
            axes.bar_label(drawn, fmt="%g", label_type=kind, padding=2, fontsize=9)


def _pie(axes: Any, chart: Drawn) -> None:
    numbers = _numbers(chart.series[0][1])
    shares = "%.1f%%" if chart.values else None
    names = [_plain(str(label)) for label in chart.labels]
    colours = [_COLOURS[place % len(_COLOURS)] for place in range(len(names))]
    rims = {"edgecolor": "white", "linewidth": 1}
    axes.pie(numbers, labels=names, autopct=shares, startangle=90, counterclock=False,
             colors=colours, wedgeprops=rims)  # fmt: skip


def _histogram(axes: Any, chart: Drawn) -> None:
    numbers = [[n for n in _numbers(values) if n == n] for _, values in chart.series]
    axes.hist(numbers, bins=chart.bins, stacked=chart.stacked)


_SHAPES = {
    "line": _lines,
    "area": _lines,
    "scatter": _lines,
    "bar": _bars,
    "pie": _pie,
    "histogram": _histogram,
}
