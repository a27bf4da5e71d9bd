"""Which statements a block gives to a database: one that reads, or one that changes data.

The rights of the credential are the first wall and the read-only transaction the second. This is
the third, for what a transaction that only reads still lets through: files and programs of the
server, functions that reach other machines, text that is run as SQL.
"""

from __future__ import annotations

import re

from luban.blocks.storage.sql_text import Parsed, bad_sql, parse
from luban.sdk.databases import Dialect

_READS: dict[Dialect, frozenset[str]] = {
    "postgresql": frozenset({"select", "with", "values", "table", "show", "explain"}),
    "mysql": frozenset(
        {"select", "with", "values", "table", "show", "explain", "describe", "desc"}
    ),
    "mssql": frozenset({"select", "with"}),
    "sqlite": frozenset({"select", "with", "values", "explain", "pragma"}),
}
_CHANGES = frozenset({"insert", "update", "delete", "merge", "replace", "with"})
_STRUCTURE = frozenset({"create", "alter", "drop", "truncate"})
_STRUCTURES = frozenset({"table", "index", "view", "unique", "temporary", "temp", "if", "or"})
_NO_STRUCTURE = re.compile(
    r"function|procedure|trigger|rule|extension|language|event|user|role|login|server|database|"
    r"assembly|subscription|publication|policy|schema|tablespace|package|library|certificate|"
    r"credential|endpoint"
)
# By the beginnings of their names.
_FUNCTIONS: dict[Dialect, re.Pattern[str]] = {
    "postgresql": re.compile(
        r"pg_(read|ls|stat_file|file|logdir|logfile|terminate|cancel|reload|rotate|advisory|"
        r"try_advisory|notify|switch|create|drop|start|stop|backup|promote|wal_replay|sleep)|"
        r"lo_|dblink|query_to_|cursor_to_|set_config|current_setting$|copy_|plpy|"
        r"ts_stat$|ts_rewrite$|xpath_table$|connectby$|crosstab"
    ),
    "mysql": re.compile(
        r"load_file$|sys_(exec|eval|get|set)|get_lock$|release_|is_used_lock$|lib_"
    ),
    "mssql": re.compile(r"xp_|sp_|openrowset$|opendatasource$|openquery$|openxml$|fn_(get|trace)"),
    "sqlite": re.compile(r"load_extension$|readfile$|writefile$|edit$|fts3_tokenizer$"),
}
# SQL Server takes several statements without anything between them, so each word is looked at.
_MSSQL_NEVER = re.compile(
    r"exec|execute|openrowset|opendatasource|openquery|openxml|bulk|waitfor|shutdown|kill|dbcc|"
    r"backup|restore|reconfigure|declare|use|print|raiserror|throw|begin|commit|rollback|save|"
    r"grant|revoke|deny|if|while|goto|return|writetext|updatetext|readtext|checkpoint"
)
_MSSQL_VERBS = frozenset({"insert", "update", "delete", "merge", *_STRUCTURE})
_MSSQL_WRITES = _MSSQL_VERBS | {"into", "set"}


def reading(sql: str, dialect: Dialect) -> Parsed:
    """A statement that only reads. Raises `BlockError`."""
    parsed = parse(sql, dialect)
    first = _first(parsed)
    if first not in _READS[dialect]:
        raise _writes(first)
    if dialect == "mssql":
        for word in parsed.words:
            if word in _MSSQL_WRITES:
                raise _writes(word)
    _check(parsed, dialect)
    return parsed


def changing(sql: str, dialect: Dialect, *, structure: bool) -> Parsed:
    """A statement that changes data, or what data there may be. Raises `BlockError`."""
    parsed = parse(sql, dialect)
    first = _first(parsed)
    if first in _STRUCTURE:
        _check_structure(parsed, first, structure)
    elif first not in _CHANGES:
        raise bad_sql(
            f"The statement begins with `{first}`. This block inserts, updates, deletes and "
            "merges; `storage.sql_query` reads.",
            f"语句以“{first}”开头。此模块用于插入、更新、删除和合并；"
            "读取请用 `storage.sql_query`。",
            "sql_not_allowed",
        )
    if dialect == "mssql":
        verbs = [word for word in parsed.words if word in _MSSQL_VERBS]
        if first != "merge" and len(verbs) > 1:
            raise bad_sql(
                f"The statement holds `{verbs[0]}` and `{verbs[1]}`. Give one statement per step.",
                f"语句中同时含有“{verbs[0]}”和“{verbs[1]}”。每一步请只写一条语句。",
                "several_statements",
            )
    _check(parsed, dialect)
    return parsed


def _check_structure(parsed: Parsed, first: str, structure: bool) -> None:
    if not structure:
        raise bad_sql(
            f"`{first}` changes the tables themselves. Turn on `Change tables too` to allow it.",
            f"“{first}”会改变表本身。如需允许，请打开“也可更改表结构”。",
            "sql_not_allowed",
        )
    words = parsed.words
    second = words[1] if len(words) > 1 else ""
    named = next((word for word in words if _NO_STRUCTURE.fullmatch(word)), "")
    if named or (second not in _STRUCTURES and first != "truncate"):
        what = f"{first} {named or second}".strip()
        raise bad_sql(
            f"`{what}` is not done by a step: only tables, indexes and views are.",
            f"步骤中不能执行“{what}”：只能更改表、索引和视图。",
            "sql_not_allowed",
        )


def _check(parsed: Parsed, dialect: Dialect) -> None:
    never = _FUNCTIONS[dialect]
    pieces = parsed.pieces
    for place, piece in enumerate(pieces):
        if piece.kind not in ("word", "quoted"):
            continue
        called = place + 1 < len(pieces) and pieces[place + 1].text == "("
        if (called or dialect == "mssql") and never.match(piece.text):
            raise _reaches_out(piece.text)
        if dialect == "mssql" and piece.kind == "word" and _MSSQL_NEVER.fullmatch(piece.text):
            raise _reaches_out(piece.text)
        after = pieces[place + 1].text if place + 1 < len(pieces) else ""
        if dialect == "mysql" and piece.text == "into" and after in ("outfile", "dumpfile"):
            raise _reaches_out(f"into {after}")


def _first(parsed: Parsed) -> str:
    """The word it begins with, behind brackets."""
    for piece in parsed.pieces:
        if piece.kind == "word":
            return piece.text
        if piece.text != "(":
            break
    return parsed.pieces[0].text


def _writes(word: str) -> Exception:
    return bad_sql(
        f"The statement says `{word}`, and this block only reads. Use `storage.sql_write` to "
        "change data.",
        f"语句中含有“{word}”，而此模块只读。更改数据请用 `storage.sql_write`。",
        "sql_read_only",
    )


def _reaches_out(what: str) -> Exception:
    return bad_sql(
        f"The statement uses `{what}`, which reaches files, programs or settings of the database "
        "server. No step may; take it out.",
        f"语句使用了“{what}”，它会触及数据库服务器的文件、程序或设置。步骤中不允许使用，请将其删除。",
        "sql_not_allowed",
    )
