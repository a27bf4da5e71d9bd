"""Queries over tables on disk, each in a process of its own that ends with it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn
from weakref import WeakKeyDictionary

from luban.sdk import BlockError
from luban.sdk.values import show

_PROGRAM = Path(__file__).with_name("duck_process.py")
_AT_ONCE = 2
"""Queries of this process that run at a time; the others wait for their turn."""
_THREADS = 2
_DISK_MB = 20_000
"""What a query may put aside on disk when it needs more than its memory."""
_BYTE_LIMIT = 20_000_000
_ANSWER_LIMIT = 100_000_000

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True)
class Source:
    """A file that is a table, and how it is read; an empty delimiter is found out."""

    name: str
    path: str
    format: Literal["csv", "parquet", "json"]
    delimiter: str = ""
    header: bool = True
    as_text: bool = False
    lenient: bool = False
    gzip: bool = False


@dataclass(frozen=True)
class Output:
    """Where the whole result goes, if it is wanted as a file."""

    path: str
    format: Literal["csv", "parquet", "json"]
    escape_formulas: bool = True


@dataclass(frozen=True)
class Query:
    """One SELECT over some tables, and what it may take."""

    sql: str
    tables: Sequence[Source]
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    row_limit: int = 1000
    memory_mb: int = 128
    seconds: float = 60
    output: Output | None = None


@dataclass(frozen=True)
class Answer:
    """The rows of a result, or how many went to the file; `more` says that rows were left out."""

    columns: list[str]
    types: list[str]
    rows: list[dict[str, Any]]
    count: int
    more: bool


async def answer(query: Query, folder: Path) -> Answer:
    """What a query gives; `folder` is its own and takes what it puts aside. Raises `BlockError`."""
    turns = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))
    async with turns:
        told = await _asked(_order(query, folder), query, folder)
    if "error" in told:
        _refuse(told["error"], told["message"], query)
    columns = _distinct(told["columns"])
    rows = [dict(zip(columns, row, strict=True)) for row in told.get("rows", [])]
    count = told.get("count", len(rows))
    return Answer(columns, told["types"], rows, count, told.get("more", False))


def _order(query: Query, folder: Path) -> bytes:
    temp = folder / "put-aside"
    temp.mkdir(exist_ok=True)
    order = asdict(query) | {
        "temp": str(temp),
        "threads": _THREADS,
        "disk_mb": _DISK_MB,
        "byte_limit": _BYTE_LIMIT,
        "keep_order": True,
    }
    return json.dumps(order).encode()


async def _asked(order: bytes, query: Query, folder: Path) -> dict[str, Any]:
    """Runs the process; it is killed at the time limit, and when the step is given up."""
    system = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=system,
        limit=_ANSWER_LIMIT,
    )
    try:
        async with asyncio.timeout(query.seconds):
            out, err = await process.communicate(order)
    except TimeoutError as error:
        raise BlockError(
            f"The query took longer than {query.seconds:g} s. Raise the time limit, or read less: "
            "fewer columns, a narrower condition, Parquet instead of CSV.",
            zh=f"查询超过了 {query.seconds:g} 秒。请提高时间上限，或减少读取的内容："
            "更少的列、更窄的条件，或用 Parquet 代替 CSV。",
            code="query_too_slow",
        ) from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        _refuse("Died", err.decode(errors="replace").strip().rpartition("\n")[2], query)
    return json.loads(out)


def _refuse(kind: str, said: str, query: Query) -> NoReturn:
    first = said.partition("\n")[0].partition(": ")[2] or said
    if kind == "OutOfMemoryException" or kind == "Died":
        raise BlockError(
            f"The query needs more than its {query.memory_mb} MB of memory. Raise Memory, or ask "
            "for less at once: medians, wide sorts and long texts take most.",
            zh=f"查询需要的内存超过了 {query.memory_mb} MB。请提高“内存”，"
            "或一次少取一些：中位数、大范围排序和长文本最占内存。",
            code="query_too_large",
        )
    if kind == "ResultTooLarge":
        raise BlockError(
            "The rows of the result are larger than 20 MB. Take fewer rows or columns, or have "
            "the result as a file.",
            zh="结果的各行超过 20 MB。请减少行或列，或把结果存成文件。",
            code="result_too_large",
        )
    if kind == "NotASelect":
        raise BlockError(
            f"`{show(query.sql)}` is not one SELECT. Write a single query that reads; changing, "
            "attaching and settings are not possible here.",
            zh=f"“{show(query.sql)}”不是单个 SELECT 查询。请只写一个读取数据的查询；"
            "这里不能修改数据、附加数据库或更改设置。",
            code="not_a_select",
        )
    if kind == "PermissionException":
        raise BlockError(
            f"The query reaches for something it was not given: {show(first)}. Give the file as "
            "an input, and use its name as a table.",
            zh=f"查询访问了没有交给它的内容：{show(first)}。请把文件作为输入，用名称当作表使用。",
            code="query_forbidden",
        )
    names = ", ".join(f"`{table.name}`" for table in query.tables)
    raise BlockError(
        f"The query cannot be answered: {show(_whole(said))} The tables are {names}.",
        zh=f"查询无法完成：{show(_whole(said))} 可用的表：{names}。",
        code="bad_query",
    )


def _whole(said: str) -> str:
    """What DuckDB says, without the picture of the place and its own advice."""
    lines = [line.strip() for line in said.splitlines()]
    kept: list[str] = []
    for line in lines:
        if line.startswith(("LINE ", "^", "Possible", "See also", "*", "file =")):
            break
        if line:
            kept.append(line)
    text = " ".join(kept).partition(": ")[2] or " ".join(kept)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _distinct(columns: list[str]) -> list[str]:
    """Names that can be keys: a second `n` is `n_2`."""
    names: list[str] = []
    for column in columns:
        name, times = column, 1
        while name in names:
            times += 1
            name = f"{column}_{times}"
        names.append(name)
    return names
