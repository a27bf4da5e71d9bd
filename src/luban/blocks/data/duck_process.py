"""The process of one query: DuckDB with nothing but the tables it was given, and then it is gone.

Started by `duck.py` with an empty environment. DuckDB counts the memory of its own blocks only:
`repeat('x', 1000000000)` is none of them, so the process limits itself as well. It reads one order
as JSON and writes one answer; nothing else of Luban is loaded.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import signal
import sys
from typing import Any

_BESIDE = 384
"""MB that the program, the library and its threads take beside the memory of a query."""
_AFTER = 5
"""Seconds after its time limit at which it ends by itself."""
_AT_ONCE = 1000
_FIRST_CELLS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def main() -> None:
    order = json.load(sys.stdin)
    _limit(order["memory_mb"], order["seconds"])
    import duckdb

    try:
        answer = _answer(duckdb, order)
    except duckdb.Error as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        answer = {"error": "OutOfMemoryException", "message": ""}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


def _limit(megabytes: int, seconds: float) -> None:
    """Whoever started this ends it at its time; the alarm does when that one was killed."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; DuckDB's own holds there
        return
    signal.alarm(int(seconds) + _AFTER)
    whole = (megabytes + _BESIDE) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (whole, whole))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(duckdb: Any, order: dict[str, Any]) -> dict[str, Any]:
    con = _opened(duckdb, order)
    statements = con.extract_statements(order["sql"])
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        return {"error": "NotASelect", "message": ""}
    if order.get("output"):
        return _stored(con, order)
    return _fetched(con.execute(order["sql"], order["values"] or None), order)


def _opened(duckdb: Any, order: dict[str, Any]) -> Any:
    """A database that knows the given tables and can reach nothing more."""
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{order['memory_mb']}MB",
            "threads": str(order["threads"]),
            "temp_directory": order["temp"],
            "max_temp_directory_size": f"{order['disk_mb']}MB",
            "preserve_insertion_order": str(order["keep_order"]).lower(),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_unsigned_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    reached = [table["path"] for table in order["tables"]]
    if order.get("output"):
        reached.append(order["output"]["path"])
    con.execute(f"SET allowed_paths = [{', '.join(map(_text, reached))}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET TimeZone = 'UTC'")
    for table in order["tables"]:
        con.execute(f"CREATE VIEW {_name(table['name'])} AS SELECT * FROM {_reader(table)}")
    con.execute("SET lock_configuration = true")
    return con


def _reader(table: dict[str, Any]) -> str:
    path = _text(table["path"])
    if table["format"] == "parquet":
        return f"read_parquet({path})"
    if table["format"] == "json":
        return f"read_json({path})"
    options = ["header = true" if table.get("header", True) else "header = false"]
    if table.get("delimiter"):
        options.append(f"delim = {_text(table['delimiter'])}")
    if table.get("as_text"):
        options.append("all_varchar = true")
    if table.get("lenient"):
        options += ["ignore_errors = true", "null_padding = true"]
    if table.get("gzip"):
        options.append("compression = 'gzip'")
    return f"read_csv({path}, {', '.join(options)})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _fetched(found: Any, order: dict[str, Any]) -> dict[str, Any]:
    columns = [column[0] for column in found.description]
    types = [str(column[1]) for column in found.description]
    rows: list[list[Any]] = []
    size = 0
    while len(rows) <= order["row_limit"]:
        part = found.fetchmany(min(_AT_ONCE, order["row_limit"] + 1 - len(rows)))
        if not part:
            break
        plain = [[_plain(cell) for cell in row] for row in part]
        size += len(json.dumps(plain))
        if size > order["byte_limit"]:
            return {"error": "ResultTooLarge", "message": ""}
        rows += plain
    more = len(rows) > order["row_limit"]
    return {"columns": columns, "types": types, "rows": rows[: order["row_limit"]], "more": more}


def _stored(con: Any, order: dict[str, Any]) -> dict[str, Any]:
    """The whole result in a file. What spreadsheets would take for a formula gets a `'` in CSV.

    The order is asked for: of files of hundreds of megabytes, threads write what they have first.
    """
    output, values = order["output"], order["values"] or None
    query = f"(\n{order['sql']}\n)"
    described = con.execute(f"DESCRIBE {query}", values).fetchall()
    columns, types = [row[0] for row in described], [row[1] for row in described]
    places = [f"c{place}" for place in range(len(columns))]
    cells = [
        f"{_cell(place, kind, output)} AS {_name(column)}"
        for place, kind, column in zip(places, types, columns, strict=True)
    ]
    options = {
        "csv": "FORMAT csv, HEADER true",
        "parquet": "FORMAT parquet, COMPRESSION zstd",
        "json": "FORMAT json, ARRAY true",
    }[output["format"]] + ", PRESERVE_ORDER true"
    source = f"SELECT {', '.join(cells)} FROM {query} AS t({', '.join(places)})"
    copied = con.execute(f"COPY ({source}) TO {_text(output['path'])} ({options})", values)
    return {"columns": columns, "types": types, "count": copied.fetchone()[0]}


def _cell(place: str, kind: str, output: dict[str, Any]) -> str:
    if output["format"] != "csv" or kind != "VARCHAR" or not output["escape_formulas"]:
        return place
    first = ", ".join(map(_text, _FIRST_CELLS))
    number = f"TRY_CAST({place} AS DOUBLE) IS NOT NULL"
    risky = f"left({place}, 1) IN ({first}) AND NOT ({number})"
    return f"CASE WHEN {risky} THEN chr(39) || {place} ELSE {place} END"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return str(value)


if __name__ == "__main__":
    main()
