"""How SQLite removes old runs."""

from __future__ import annotations

import json


class SqliteDialect:
    """`Dialect` of SQLite, where one transaction writes at a time anyway."""

    columns = """
select m.name as "table", c.name as "column", c.type as type
from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"""
    speaks_of_keeping = "instr(document, cast('\"keep\"' as blob)) > 0"
    remove = """
delete from {table} where rowid in (select rowid from {table} where run {listed} limit :limit)"""
    listed = "in (select value from json_each(:runs))"
    mentions = """
o.options is not null and instr(o.options, cast('"recorded":"' as blob)) > 0
and instr(o.options, cast(runs.id as blob)) > 0"""
    alone: str | None = None
    holds_bytes = "instr({column}, cast({text} as blob)) > 0"
    holds_text = "instr({column}, {text}) > 0"

    def list_of(self, numbers: list[int]) -> str:
        return json.dumps(numbers)
