"""`python -m benchmarks.canvas [--json]`: the rows of the canvas benchmark."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.canvas import page as pages
from benchmarks.canvas.measure import Frames, best_of, browser, frames, look, page, pan, swing
from benchmarks.machine import describe
from benchmarks.report import Report, Row

TIMES = 3
ZOOMS = (0.1, 0.2, 0.3, 0.36, 0.45, 0.6, 1.0, 1.5)
EMPTY = "empty canvas"
METHOD = [
    "Each figure is the best of three: a real mouse swings for four seconds over the built page,",
    "frames are counted, and the same gesture on the empty canvas in the same session is the peer.",
]


@dataclass(frozen=True)
class Share(Row):
    """A figure of which more is better: `ratio` is our share of the peer's."""

    @property
    def ratio(self) -> float | None:
        return None if self.ours is None or not self.peer else self.ours / self.peer


def smooth(work: str, found: Frames, empty: Frames, bar: str, busy_bar: str = "") -> list[Row]:
    """A gesture's frames and main-thread time beside the empty canvas."""
    return [
        Share(work, found.per_second, "fps", empty.per_second, EMPTY, bar),
        Row(f"{work}, main thread", found.busy_ms, "ms/frame", empty.busy_ms, EMPTY, busy_bar),
    ]


def drag_node(on: Page) -> None:
    """Pulls the node nearest the middle by its title."""
    swing(on, title_in_the_middle(on, ".lb-title"), "left", reach=160)


def drag_selected(on: Page) -> None:
    """Pulls the selected nodes by the title of one of them."""
    swing(on, title_in_the_middle(on, ".react-flow__node.selected .lb-title"), "left", reach=120)


def title_in_the_middle(on: Page, selector: str) -> tuple[float, float]:
    """A point in the title nearest the middle of the page."""
    found: list[float] = on.evaluate(
        """selector => {
        const far = ({x, y}) => Math.hypot(x - innerWidth / 2, y - innerHeight / 2);
        const boxes = [...document.querySelectorAll(selector)]
          .map(each => each.getBoundingClientRect());
        boxes.sort((a, b) => far(a) - far(b));
        return [boxes[0].x + 12, boxes[0].y + boxes[0].height / 2]; }""",
        selector,
    )
    return found[0], found[1]


def panning(found: Browser, address: str, empty: Frames) -> list[Row]:
    """Pan and drag at life size, pan with everything in view, pan at every distance."""
    rows: list[Row] = []
    for count, bar in ((1000, "0.90"), (2000, "0.85")):
        with page(found, f"{address}/?nodes={count}") as on:
            look(on, 1)
            panned = best_of(TIMES, lambda on=on: frames(on, pan))
            rows += smooth(f"pan {count} nodes, zoom 1", panned, empty, bar, "12")
    with page(found, f"{address}/?nodes=1000") as on:
        shown = best_of(TIMES, lambda: frames(on, pan))
        rows += smooth("pan 1000 nodes, all in view", shown, empty, "0.90")
        look(on, 1)
        dragged = best_of(TIMES, lambda: frames(on, drag_node))
        rows += smooth("drag a node of 1000, overview shown", dragged, empty, "0.85", "14")
        for zoom in ZOOMS:
            look(on, zoom)
            swept = best_of(TIMES, lambda: frames(on, pan)).per_second
            work = f"pan 1000 nodes, zoom {zoom}"
            rows.append(Share(work, swept, "fps", empty.per_second, EMPTY, "0.70"))
    return rows


def dragging_many(found: Browser, address: str, empty: Frames) -> list[Row]:
    """Fifty selected nodes of a thousand, pulled together."""
    choose = """() => { const {editor} = window.bench;
      const far = ({box: {x, y}}) => Math.hypot(x - 4800, y - 3500);
      const nodes = [...editor.view().nodes].sort((a, b) => far(a) - far(b));
      editor.select(nodes.slice(0, 50).map(({id}) => id)); }"""
    with page(found, f"{address}/?nodes=1000") as on:
        look(on, 0.5)
        on.evaluate(choose)
        on.wait_for_timeout(200)
        pulled = best_of(TIMES, lambda: frames(on, drag_selected))
    return smooth("drag 50 of 1000 nodes, zoom 0.5", pulled, empty, "0.60")


def status_traffic(found: Browser, address: str, empty: Frames) -> list[Row]:
    """Panning while a run reports hundreds of events a second, and resting meanwhile."""
    rate = f"{pages.EVENTS_PER_SECOND} events/s"
    with page(found, f"{address}/?nodes=1000") as on:
        look(on, 1)
        on.evaluate("() => window.bench.follow('r_1')")
        on.wait_for_timeout(1000)
        busy = best_of(TIMES, lambda: frames(on, pan))
        rests = [frames(on, lambda each: each.wait_for_timeout(4000)) for _ in range(TIMES)]
        if not on.evaluate("() => window.bench.live.getState().steps"):
            raise SystemExit("No event of the run arrived: the figures would mean nothing.")
    share = min(each.script_share for each in rests) * 100
    return [
        *smooth(f"pan 1000 nodes under {rate}", busy, empty, "0.95"),
        Row(f"script under {rate}, at rest", share, "%", bar="8"),
    ]


def undoing(found: Browser, address: str) -> list[Row]:
    """From the call of undo to the next painted frame, deleting half the nodes being undone."""
    script = """async () => {
      const {editor} = window.bench;
      const painted = () => new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
      }));
      const times = [], half = () => editor.graph().nodeOrder.slice(0, 500);
      for (let round = 0; round < 5; round += 1) {
        editor.dispatch({type: 'delete', nodes: half()});
        await painted(); await painted();
        const started = performance.now();
        editor.undo();
        await painted();
        times.push(performance.now() - started);
        await painted();
      }
      return Math.min(...times);
    }"""
    with page(found, f"{address}/?nodes=1000") as on:
        look(on, 1)
        took = float(on.evaluate(script))
    return [Row("undo deleting 500 of 1000 nodes, to paint", took, "ms", bar="50")]


def run() -> Report:
    """Everything measured, in the order of the table."""
    report = Report("canvas", describe(), METHOD)
    with tempfile.TemporaryDirectory() as folder:
        pages.build(Path(folder))
        with pages.serve(Path(folder)) as address, browser() as found:
            with page(found, f"{address}/?nodes=0") as on:
                empty = best_of(TIMES, lambda: frames(on, pan))
            report.rows += panning(found, address, empty)
            report.rows += dragging_many(found, address, empty)
            report.rows += status_traffic(found, address, empty)
            report.rows += undoing(found, address)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench canvas", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    wanted = parser.parse_args()
    report = run()
    sys.stdout.write((report.as_json() if wanted.json else report.as_text()) + "\n")


if __name__ == "__main__":
    main()
