"""One question to one CSV file, by our block, by DuckDB or by hand; prints what it took."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

_SQL = """SELECT city, count(*) AS n, sum(amount) AS total, avg(price) AS mean
FROM read_csv('{file}') WHERE price > 500 GROUP BY city ORDER BY city"""


def main() -> None:
    name, file = sys.argv[1], Path(sys.argv[2])
    begun = time.monotonic()
    rows = {"ours": _ours, "duckdb": _duckdb, "csv": _csv}[name](file)
    wall = time.monotonic() - begun
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    times = (own.ru_utime, own.ru_stime, children.ru_utime, children.ru_stime)
    told = {
        "wall": wall,
        "cpu": sum(times),
        "peak": (own.ru_maxrss + children.ru_maxrss) / 1024,
        "child_peak": children.ru_maxrss / 1024,
        "answer": [[city, n, round(total), round(mean, 6)] for city, n, total, mean in rows],
    }
    print(json.dumps(told))


def _ours(file: Path) -> list[Any]:
    """The block as the engine runs it; the file comes in pieces, as out of the store."""
    from luban.blocks.data.summarize_table import SummarizeTable
    from luban.sdk import FileRef
    from luban.sdk.memory_files import MemoryFiles
    from luban.sdk.testing import TestContext, run_block

    class DiskFiles(MemoryFiles):
        async def save(self, file: FileRef, folder: Path, name: str = "") -> Path:
            target = folder / (name or file.name)
            await asyncio.to_thread(_copied, Path(file.id), target)
            return target

    order = {
        "file": {"$file": str(file), "name": file.name, "size": file.stat().st_size},
        "where": [{"column": "price", "operator": ">", "value": 500}],
        "group_by": ["city"],
        "figures": [
            {"figure": "count", "name": "n"},
            {"figure": "sum", "column": "amount", "name": "total"},
            {"figure": "mean", "column": "price", "name": "mean"},
        ],
        "sort": ["city"],
    }
    got = asyncio.run(run_block(SummarizeTable, TestContext(files=DiskFiles()), **order))
    return [list(row.values()) for row in got["rows"][0]]


def _copied(source: Path, target: Path) -> None:
    with source.open("rb") as come, target.open("xb") as gone:
        while piece := come.read(1 << 20):
            gone.write(piece)


def _duckdb(file: Path) -> list[Any]:
    import duckdb

    return duckdb.connect().execute(_SQL.format(file=file)).fetchall()


def _csv(file: Path) -> list[Any]:
    import csv

    groups: dict[str, list[float]] = {}
    with file.open(encoding="utf-8", newline="") as source:
        lines = csv.reader(source)
        header = next(lines)
        price, amount, city = (header.index(name) for name in ("price", "amount", "city"))
        for line in lines:
            if float(line[price]) > 500:
                group = groups.setdefault(line[city], [0, 0, 0])
                group[0] += 1
                group[1] += int(line[amount])
                group[2] += float(line[price])
    return [[name, n, total, sums / n] for name, (n, total, sums) in sorted(groups.items())]


if __name__ == "__main__":
    main()
