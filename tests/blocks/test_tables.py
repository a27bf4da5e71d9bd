"""Queries over files: what they may reach, what they may take, and that they end."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from luban.blocks.data.query_table import QueryTable
from luban.blocks.data.read_csv import ReadCsv
from luban.blocks.data.read_excel import ReadExcel
from luban.blocks.data.summarize_table import SummarizeTable
from luban.blocks.data.write_excel import WriteExcel
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext, run_block

ROWS: list[dict[str, Any]] = [
    {"城市": "北京", "n": 3, "note": "=1+1"},
    {"城市": "上海", "n": 12, "note": None},
    {"城市": "北京", "n": 5, "note": "b"},
]


async def asked(sql: str, context: TestContext | None = None, **options: Any) -> Any:
    return await run_block(QueryTable, context or TestContext(), sql=sql, **options)


async def refused(sql: str, **options: Any) -> BlockError:
    with pytest.raises(BlockError) as told:
        await asked(sql, **{"rows": ROWS, **options})
    assert str(told.value) != told.value.message_zh
    return told.value


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*') UNION ALL SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
        "SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
        "SELECT * FROM sniff_csv('{secret}')",
    ],
)
async def test_a_query_reaches_nothing_it_was_not_given(sql: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nhunter2\n")
    error = await refused(sql.format(secret=secret))
    assert error.code == "query_forbidden"
    assert "hunter2" not in str(error)


async def test_only_one_select_is_asked(tmp_path: Path) -> None:
    """Whatever else there is, of every kind; a comment hides nothing."""
    target = tmp_path / "out.csv"
    others = [
        f"COPY rows TO '{target}'",
        "SELECT 1; SELECT 2",
        "SET memory_limit = '10GB'",
    ]
    for sql in others:
        assert (await refused(sql)).code == "not_a_select"
    closed = f"SELECT 1) TO '{target}' --"
    assert (await refused(closed, result="csv")).code == "bad_query"
    assert not target.exists()


async def test_a_query_knows_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUBAN_SECRET", "hunter2")
    assert (await refused("SELECT getenv('LUBAN_SECRET')")).code == "bad_query"


@pytest.mark.parametrize(
    "sql", ["SELECT length(repeat('x', 1000000000))", "SELECT len(range(200000000))"]
)
async def test_a_bomb_goes_off_in_its_own_process(sql: str) -> None:
    assert (await refused(sql)).code == "query_too_large"


async def test_an_endless_query_is_ended() -> None:
    begun = time.monotonic()
    error = await refused(
        "SELECT count(*) FROM range(10000000000) a, range(100000) b WHERE a.range * b.range = -1",
        seconds=0.6,
    )
    assert error.code == "query_too_slow"
    assert time.monotonic() - begun < 5


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
async def test_a_step_given_up_takes_its_query_along(tmp_path: Path) -> None:
    sql = "SELECT count(*) FROM range(10000000000) a, range(100000) b WHERE a.range = -b.range"
    task = asyncio.create_task(asked(sql, rows=[{}]))
    async with asyncio.timeout(20):
        while not (children := await _children()):
            await asyncio.wait({task}, timeout=0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not children & await _children()


async def _children() -> set[str]:
    """Processes of queries that this one has, where `/proc` tells."""
    found: set[str] = set()
    for place in Path("/proc/self/task").glob("*/children"):
        for child in place.read_text().split():
            try:
                if b"duck_process" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.add(child)
            except OSError:
                continue
    return found


async def test_a_result_is_stored_and_formulas_stay_text() -> None:
    context = TestContext()
    got = await asked("SELECT * FROM rows ORDER BY n", context, rows=ROWS, result="csv")
    assert got["count"] == [3]
    text = (await context.files.read(FileRef.model_validate(got["file"][0]))).decode()
    assert text == "城市,n,note\n北京,3,'=1+1\n北京,5,b\n上海,12,\n"
    parquet = await asked("SELECT * FROM rows", context, rows=ROWS, result="parquet")
    again = TestContext(files=context.files)
    assert (await asked("SELECT sum(n) AS s FROM data", again, file=parquet["file"][0]))[
        "rows"
    ] == [[{"s": 20}]]


async def test_values_are_plain_and_of_every_kind() -> None:
    sql = """SELECT DATE '2026-01-31' AS d, 1.50::DECIMAL(9,2) AS m,
        170141183460469231731::HUGEINT AS h, 'nan'::DOUBLE AS x,
        [1, NULL] AS l, {'a': 1} AS o, 2 AS d, $given AS v"""
    row = (await asked(sql, rows=ROWS, values={"given": "' OR 1"}))["rows"][0][0]
    assert row == {
        "d": "2026-01-31",
        "m": 1.5,
        "h": "170141183460469231731",
        "x": None,
        "l": [1, None],
        "o": {"a": 1},
        "d_2": 2,
        "v": "' OR 1",
    }


@pytest.mark.parametrize(
    ("where", "cities"),
    [
        ([{"column": "n", "operator": "<", "value": "6"}], ["北京", "北京"]),
        ([{"column": "城市", "operator": "!=", "value": "北京"}], ["上海"]),
        ([{"column": "note", "operator": "is_empty"}], ["上海"]),
        ([{"column": "n", "operator": "in", "value": [12, "3"]}], ["北京", "上海"]),
        ([{"column": "城市", "operator": "contains", "value": "' OR '1'='1"}], []),
    ],
)
async def test_conditions_compare_as_if_does(where: list[Any], cities: list[str]) -> None:
    got = await run_block(SummarizeTable, rows=ROWS, where=where)
    assert [row["城市"] for row in got["rows"][0]] == cities


async def test_what_does_not_fit_is_told() -> None:
    context = TestContext()
    crooked = context.files.put("a.csv", "a\n" + "1\n" * 30_000 + "x\n")
    with pytest.raises(BlockError) as told:
        await asked("SELECT sum(a) AS s FROM data", context, file=crooked)
    assert told.value.code == "bad_query" and "/" not in str(told.value).partition("tables")[0]
    again = TestContext(files=context.files)
    options: dict[str, Any] = {"file": crooked, "lenient": True}
    assert (await asked("SELECT sum(a) AS s FROM data", again, **options))["rows"] == [
        [{"s": 30_000}]
    ]
    assert (await refused("SELECT 1", files={"a b": crooked})).code == "bad_table_name"


async def test_a_workbook_is_written_read_and_asked() -> None:
    context = TestContext()
    rows = [
        {"名": "=SUM(A1)", "日": "2026-01-31", "号": 110101199001011234, "x": [1]},
        {"名": "桥\x07", "日": None, "号": 2, "x": True},
    ]
    got = await run_block(WriteExcel, context, rows=rows, sheets={"二": [["a"]]})
    file = got["file"][0]
    again = TestContext(files=context.files)
    assert (await run_block(ReadExcel, again, file=file))["rows"] == [
        [
            {"名": "=SUM(A1)", "日": "2026-01-31", "号": "110101199001011234", "x": "[1]"},
            {"名": "桥", "日": None, "号": 2, "x": True},
        ]
    ]
    with pytest.raises(BlockError, match="32,767"):
        await run_block(WriteExcel, rows=[["a" * 40_000]])
    third = TestContext(files=context.files)
    asked_for = await asked("SELECT count(*) AS n FROM data", third, file=file)
    assert asked_for["rows"] == [[{"n": 2}]]
    fourth = TestContext(files=context.files)
    with pytest.raises(BlockError) as told:
        await run_block(ReadCsv, fourth, file=file)
    assert told.value.code == "not_csv"
