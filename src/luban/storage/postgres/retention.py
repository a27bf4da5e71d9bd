"""How PostgreSQL removes old runs."""

from __future__ import annotations

# The word in other numbers, so that it is not the lock of the schema.
_LOCK = 0x6B656570


class PostgresDialect:
    """`Dialect` of PostgreSQL; of several servers, one removes at a time."""

    columns = """
select table_name as "table", column_name as "column", data_type as type
from information_schema.columns where table_schema = current_schema()"""
    speaks_of_keeping = "position('\"keep\"'::bytea in document) > 0"
    remove = """
delete from {table}
where ctid = any(array(select ctid from {table} where run {listed} limit :limit))"""
    listed = "= any(:runs::bigint[])"
    mentions = """
o.options is not null and position('"recorded":"'::bytea in o.options) > 0
and position(runs.id::bytea in o.options) > 0"""
    holds_bytes = "position(convert_to({text}, 'UTF8') in {column}) > 0"
    holds_text = "position({text} in {column}::text) > 0"
    alone: str | None = f"select pg_advisory_xact_lock({_LOCK})"

    def list_of(self, numbers: list[int]) -> list[int]:
        return numbers
