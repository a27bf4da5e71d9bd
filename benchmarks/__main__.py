"""`python -m benchmarks NAME [--json]`: one benchmark, as a table or as one JSON object."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable

from benchmarks.report import Report


def _engine() -> Report:
    from benchmarks import engine

    return engine.measure()


def _start() -> Report:
    from benchmarks import start

    return start.measure()


def _canvas() -> Report:
    from benchmarks.canvas import __main__ as canvas

    return canvas.run()


def _peers() -> Report:
    from benchmarks import peers

    return peers.measure()


def _recovery() -> Report:
    from benchmarks import recovery

    return recovery.measure()


def _crowd() -> Report:
    from benchmarks import crowd

    return crowd.measure()


def _serving() -> Report:
    from benchmarks import serving

    return serving.measure()


def _items() -> Report:
    from benchmarks import items

    return items.measure()


def _tables() -> Report:
    from benchmarks import tables

    return tables.measure()


def _code() -> Report:
    from benchmarks import code

    return code.measure()


def _scale() -> Report:
    from benchmarks import scale

    return scale.measure()


def _palette() -> Report:
    from benchmarks import palette

    return palette.measure()


def _models() -> Report:
    from benchmarks import models

    return models.measure()


def _memory() -> Report:
    from benchmarks import memory

    return memory.measure()


def _talk() -> Report:
    from benchmarks import talk

    return talk.measure()


# Each imports its own: what one of them needs, a browser's driver say, the others do without.
BENCHMARKS: dict[str, Callable[[], Report]] = {
    "engine": _engine,
    "items": _items,
    "tables": _tables,
    "code": _code,
    "peers": _peers,
    "recovery": _recovery,
    "scale": _scale,
    "serving": _serving,
    "crowd": _crowd,
    "start": _start,
    "palette": _palette,
    "models": _models,
    "talk": _talk,
    "memory": _memory,
    "canvas": _canvas,
}


def main(words: list[str] | None = None) -> int:
    """Measures and prints; what was found never makes it fail."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS, help="which benchmark")
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    asked = parser.parse_args(words)
    # What was started ends with its context, also when this is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = BENCHMARKS[asked.name]()
    print(report.as_json() if asked.json else report.as_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
