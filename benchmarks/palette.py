"""The palette with 1,000 blocks: a search in the browser's code, and the server's list."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import tomllib
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import describe
from benchmarks.report import Report, Row
from benchmarks.sizes import rounds, scaled

WEB = Path(__file__).parents[1] / "web"
METHOD = [
    "Search: web/src/editor/palette.ts over 1,000 made blocks, under Node (`vitest bench`);",
    "medians of a search that takes all texts apart first, and of each of six after it.",
    "List: a family of 1,000 operations in a block folder, found by the registry, and",
    "written as the JSON of GET /api/v1/blocks with each tier; in process, no network.",
]


def measure() -> Report:
    """Measures both; without Node the search is left out, and the report says so."""
    report = Report("palette", describe(), list(METHOD))
    if scaled(1000, least=10) == 1000:  # the search's own file has a thousand
        report.rows += _search(report)
    with tempfile.TemporaryDirectory() as folder:
        report.rows += _list(Path(folder))
    return report


def _search(report: Report) -> list[Row]:
    npx = shutil.which("npx")
    if npx is None or not (WEB / "node_modules").is_dir():
        report.notes.append("Search not measured: no Node, or web/node_modules is missing.")
        return []
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "bench.json"
        command = [npx, "vitest", "bench", "--run", "--outputJson", str(told), "bench/palette"]
        done = subprocess.run(
            command, cwd=WEB, capture_output=True, text=True, timeout=300, check=False
        )
        if not told.is_file():
            report.notes.append(f"Search not measured: {done.stderr.strip()[-300:]}")
            return []
        groups = json.loads(told.read_text(encoding="utf-8"))["files"][0]["groups"]
    first, later = (each["median"] for each in groups[0]["benchmarks"])
    return [
        Row("search, the first", first, "ms", bar="<= 50"),
        Row("search, each after that", later / 6, "ms", bar="<= 50"),
    ]


def _list(folder: Path) -> list[Row]:
    from luban.cli.new_family import make
    from luban.registry import discover
    from luban.sdk.openapi.document import ApiDocument
    from luban.services.blocks import Blocks

    count = scaled(1000, least=10)
    document = ApiDocument(_operations(count))
    made = make(
        document, base="https://api.example", name="big", only=(), server=None, provider=None,
        before=None,
    )  # fmt: skip
    for name, text in made.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert len(tomllib.loads(made.files["big.openapi.toml"])["operations"]) == count
    discover(()).specs()  # what is built in is loaded before
    began = time.perf_counter()
    registry = discover((folder,))
    found = time.perf_counter() - began
    palette = Blocks(registry)
    palette.list()
    again: list[float] = []
    answered: list[float] = []
    size = 0
    for _ in range(rounds(5)):
        began = time.perf_counter()
        registry.reload()
        again.append(time.perf_counter() - began)
        began = time.perf_counter()
        size = sum(len(each.model_dump_json(by_alias=True)) for each in palette.list())
        answered.append(time.perf_counter() - began)
    return [
        Row(f"{count:,} operations become blocks", found * 1000, "ms"),
        Row("looking again, nothing changed", median(again) * 1000, "ms"),
        Row("the list as JSON", median(answered) * 1000, "ms"),
        Row("its size", size / 1e6, "MB"),
    ]


def _operations(count: int) -> dict[str, Any]:
    answer = {"type": "object", "properties": {"id": {"type": "integer"}}}
    item = {
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
            {"name": "fields", "in": "query", "schema": {"type": "string"}},
        ],
        "responses": {
            "200": {"description": "ok", "content": {"application/json": {"schema": answer}}}
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Big"},
        "paths": {
            f"/things{number}/{{id}}": {"get": {**item, "operationId": f"getThing{number}"}}
            for number in range(count)
        },
    }
