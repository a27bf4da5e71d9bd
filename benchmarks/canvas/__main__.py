"""`python -m benchmarks.canvas [--json]`: the rows of the canvas benchmark."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.canvas import page as pages
from benchmarks.canvas.measure import Frames, best_of, browser, frames, look, page, pan, swing

TIMES = 3
ZOOMS = (0.1, 0.2, 0.3, 0.36, 0.45, 0.6, 1.0, 1.5)
Row = dict[str, Any]


def row(work: str, ours: float, peer: float, unit: str, peer_name: str = "empty canvas") -> Row:
    """One line of the table; `ratio` is ours to the peer's."""
    ratio = round(ours / peer, 3) if peer else None
    peer_figure = round(peer, 2) if peer else None
    return {
        "work": work,
        "ours": round(ours, 2),
        "peer": peer_figure,
        "peer_name": peer_name,
        "ratio": ratio,
        "unit": unit,
    }


def smooth(work: str, found: Frames, empty: Frames) -> list[Row]:
    """A gesture's frames and main-thread time beside the empty canvas."""
    return [
        row(work, found.per_second, empty.per_second, "fps"),
        row(f"{work}, main thread", found.busy_ms, empty.busy_ms, "ms/frame"),
    ]


def drag_node(on: Page) -> None:
    """Pulls the node nearest the middle by its title."""
    swing(on, middle_title(on), "left", reach=160)


def middle_title(on: Page) -> tuple[float, float]:
    """Where the title of the node nearest the middle is."""
    found: list[float] = on.evaluate(
        """() => { const far = ({x, y, width, height}) =>
          Math.hypot(x + width / 2 - innerWidth / 2, y + height / 2 - innerHeight / 2);
        const boxes = [...document.querySelectorAll('.lb-title')]
          .map(each => each.getBoundingClientRect());
        boxes.sort((a, b) => far(a) - far(b));
        return [boxes[0].x + 20, boxes[0].y + boxes[0].height / 2]; }"""
    )
    return found[0], found[1]


def panning(found: Browser, address: str, empty: Frames) -> list[Row]:
    """Pan and drag at life size, pan with everything in view, pan at every distance."""
    rows: list[Row] = []
    for count in (1000, 2000):
        with page(found, f"{address}/?nodes={count}") as on:
            look(on, 1)
            rows += smooth(
                f"pan {count} nodes, zoom 1", best_of(TIMES, lambda: frames(on, pan)), empty
            )
    with page(found, f"{address}/?nodes=1000") as on:
        shown = best_of(TIMES, lambda: frames(on, pan))
        rows += smooth("pan 1000 nodes, all in view", shown, empty)
        look(on, 1)
        dragged = best_of(TIMES, lambda: frames(on, drag_node))
        rows += smooth("drag a node of 1000, zoom 1, overview shown", dragged, empty)
        for zoom in ZOOMS:
            look(on, zoom)
            swept = best_of(TIMES, lambda: frames(on, pan))
            rows.append(
                row(f"pan 1000 nodes, zoom {zoom}", swept.per_second, empty.per_second, "fps")
            )
    return rows


def dragging_many(found: Browser, address: str, empty: Frames) -> list[Row]:
    """Fifty selected nodes of a thousand, pulled together."""
    with page(found, f"{address}/?nodes=1000") as on:
        look(on, 0.5)

        def choose() -> None:
            on.evaluate(
                """() => { const {editor} = window.bench;
                const far = ({box: {x, y}}) => Math.hypot(x - 4800, y - 3500);
                const nodes = [...editor.view().nodes].sort((a, b) => far(a) - far(b));
                editor.select(nodes.slice(0, 50).map(({id}) => id)); }"""
            )

        def once() -> Frames:
            choose()
            on.wait_for_timeout(200)
            return frames(on, lambda each: swing(each, selected_title(each), "left", reach=120))

        return smooth("drag 50 of 1000 nodes, zoom 0.5", best_of(TIMES, once), empty)


def selected_title(on: Page) -> tuple[float, float]:
    """Where the title of some selected node in view is."""
    found: list[float] = on.evaluate(
        """() => { const selected = '.react-flow__node.selected .lb-title';
        const box = [...document.querySelectorAll(selected)].map(each => each.getBoundingClientRect())
          .find(({x, y}) => x > 300 && x < innerWidth - 300 && y > 200 && y < innerHeight - 200);
        return [box.x + 12, box.y + box.height / 2]; }"""
    )
    return found[0], found[1]


def status_traffic(found: Browser, address: str, empty: Frames) -> list[Row]:
    """Panning while a run reports five hundred steps a second."""
    with page(found, f"{address}/?nodes=1000") as on:
        look(on, 1)
        on.evaluate("() => window.bench.follow('r_1')")
        on.wait_for_timeout(1000)
        busy = best_of(TIMES, lambda: frames(on, pan))
        idle = frames(on, lambda each: each.wait_for_timeout(4000))
        steps: int = on.evaluate("() => window.bench.live.getState().steps")
        assert steps > 0, "no event arrived"
    return [
        *smooth(f"pan 1000 nodes under {pages.EVENTS_PER_SECOND} events/s", busy, empty),
        row(
            f"script share under {pages.EVENTS_PER_SECOND} events/s, still",
            idle.script_share * 100,
            0,
            "%",
        ),
    ]


def undoing(found: Browser, address: str) -> list[Row]:
    """From the call of undo to the next painted frame, deleting 500 of 1000 nodes being undone."""
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
        const started = performance.now(); editor.undo(); await painted();
        times.push(performance.now() - started); await painted();
      }
      return Math.min(...times);
    }"""
    with page(found, f"{address}/?nodes=1000") as on:
        look(on, 1)
        return [
            row("undo deleting 500 of 1000 nodes, to paint", float(on.evaluate(script)), 0, "ms")
        ]


def run() -> dict[str, Any]:
    """Everything, as the one object the benchmark prints."""
    with tempfile.TemporaryDirectory() as folder:
        pages.build(Path(folder))
        with pages.serve(Path(folder)) as address, browser() as found:
            with page(found, f"{address}/?nodes=0") as on:
                empty = best_of(TIMES, lambda: frames(on, pan))
            rows = [row("pan the empty canvas", empty.per_second, empty.per_second, "fps")]
            rows += panning(found, address, empty)
            rows += dragging_many(found, address, empty)
            rows += status_traffic(found, address, empty)
            rows += undoing(found, address)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, no GPU assumed"
    return {"name": "canvas", "machine": machine, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench canvas", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    wanted = parser.parse_args()
    result = run()
    if wanted.json:
        json.dump(result, sys.stdout)
        print()
        return
    print(result["machine"])
    for each in result["rows"]:
        ratio = "" if each["ratio"] is None else f"{each['ratio']:.2f} of {each['peer_name']}"
        print(f"{each['work']:52} {each['ours']:8.2f} {each['unit']:9} {ratio}")


if __name__ == "__main__":
    main()
