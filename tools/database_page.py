"""The page about the tables: what each holds, as DDL and as a picture, from a real database.

`python -m tools.database_page` writes it.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from luban.storage.migrations import REVISION_TABLE, revisions
from tools import generated

_TABLES = {
    "agents": "What a user owns: name, draft and which version is published.",
    "graph_versions": "Frozen documents of an agent; a row never changes.",
    "runs": "Runs: what they were given and gave, their state, and their place in the queue.",
    "journal": "The append-only record of every run; the only truth about it.",
    "blobs": "Large payloads of the journal, once per run and contents.",
    "workers": "Processes that run runs; they serve every owner, so they have none.",
    "state": "Small values that blocks keep between runs, per agent or per owner.",
    "replies": "Answers to requests with an `Idempotency-Key`, kept for a day.",
    "files": "Stored files; their bytes lie in `LUBAN_HOME/files`.",
    REVISION_TABLE: "Which migration the database is at.",
}
_COLUMNS = {
    "owner": "whom the row belongs to; every query of a store names it",
    "created_at": "Unix seconds",
    "updated_at": "Unix seconds",
    "agents.id": "`a_…`",
    "agents.document": "the draft, as JSON",
    "agents.source": "the agent file it was read from, for its comments",
    "agents.revision": "goes up with every change; what `If-Match` compares",
    "agents.published_version": "the version that triggers run",
    "agents.latest_version": "the highest number given out",
    "agents.search": "name and description in lower case",
    "agents.deleted_at": "set when deleted; its runs stay",
    "graph_versions.digest": "of the document: equal contents are one version",
    "graph_versions.document": "the frozen document, as JSON",
    "graph_versions.label": "what the person who published it called it",
    "runs.seq": "the short key, in order of creation",
    "runs.id": "`r_…`, the key the world sees",
    "runs.status": "queued, running, waiting, completed, failed, cancelled",
    "runs.trigger_kind": "manual, cli, …",
    "runs.trigger_key": "starting twice with one key is starting once",
    "runs.inputs": "JSON object",
    "runs.outputs": "JSON object",
    "runs.error": "code, message, node, inputs, as JSON",
    "runs.starved": "tokens left over, with the pin that never got a value",
    "runs.waiting_for": "which limit stopped it",
    "runs.steps": "how many there were",
    "runs.worker": "who runs it",
    "runs.claims": "how often it was claimed",
    "runs.cancel_requested": "cancelling is stored first, then announced",
    "runs.prio": "the queue: urgent first",
    "runs.vt": "the queue: whose turn it is",
    "runs.wake_at": "when a waiting run is to go on",
    "runs.nudge": "counts signals, so that none is lost while it parks",
    "journal.run": "`runs.seq`",
    "journal.kind": "run_started, step_emitted, step_finished, attempt_failed, step_failed, …",
    "journal.node": "path of the node, such as `each[2]/add`",
    "journal.iteration": "which step of that node, from 0",
    "journal.data": "the event as JSON",
    "journal.blob": "hash of the payload, when it is in `blobs`",
    "blobs.run": "`runs.seq`",
    "blobs.hash": "SHA-256 of the payload",
    "workers.id": "also its fencing token",
    "workers.lock": "the file it holds locked; the system lets go when it dies",
    "workers.lease": "until when it may stay silent; not used with SQLite",
    "workers.batch": "number of its last batch",
    "workers.dead": "1 once its runs were taken back; its batches are refused",
    "state.scope": "`agent:ID` or `user`",
    "state.value": "JSON",
    "replies.key": "the header's value",
    "replies.fingerprint": "of address and body: a key may not be used for another request",
    "files.id": "`f_…`",
    "files.type": "told from the content",
}
_RELATIONS = (
    ('agents ||--o{ graph_versions : "frozen as"', True),
    ('agents ||--o{ runs : "started as"', False),
    ('graph_versions ||--o{ runs : "pinned to"', False),
    ('runs ||--o{ journal : "recorded in"', False),
    ('runs ||--o{ blobs : "large payloads"', True),
    ('workers |o--o{ runs : "runs"', False),
    ('agents ||--o{ state : "keeps"', False),
)
_HEAD = """# The database

Written from a real database by `python -m tools.database_page`; schema revision {revision}.

Without `DATABASE_URL`, SQLite keeps everything in one file, `LUBAN_HOME/luban.db` (`luban db path`
prints it). Times are Unix seconds, documents and values are JSON in bytes. Every table but
`workers` has an `owner`; without accounts it is `local`. Reading is free: `sqlite3 -readonly` works
while a server runs. Writing beside the program is not supported. PostgreSQL holds the same tables,
made by the same migrations.

`luban db info` counts rows, `luban db check` looks for damage, `luban db migrate` brings an older
file up to date (a start does so too). A file of a newer version is refused and left as it is.

## Picture

Solid lines are foreign keys. Dotted ones are kept by the program: a check for every row of the
journal would double what it costs.
"""


class Column(NamedTuple):
    """One column as SQLite describes it."""

    name: str
    kind: str
    key: bool
    required: bool


def text() -> str:
    """The text of `docs/reference/database.md`."""
    with tempfile.TemporaryDirectory() as folder, closing(_made(Path(folder))) as connection:
        tables = _tables(connection)
        parts = [_HEAD.format(revision=revisions()[-1]).rstrip(), _picture(tables)]
        parts.append("## Tables")
        for table, columns in tables.items():
            parts.append(f"### {table}\n\n{_TABLES[table]}\n\n{_rows(table, columns)}")
        parts.append(f"## DDL\n\n```sql\n{_ddl(connection)}\n```")
    return "\n\n".join(parts) + "\n"


def undescribed() -> list[str]:
    """Tables that this file says nothing about."""
    with tempfile.TemporaryDirectory() as folder, closing(_made(Path(folder))) as connection:
        return [table for table in _tables(connection) if table not in _TABLES]


def _made(folder: Path) -> sqlite3.Connection:
    from luban.storage.sqlite.opening import prepare

    path = folder / "luban.db"
    prepare(path)
    return sqlite3.connect(path)


def _tables(connection: sqlite3.Connection) -> dict[str, list[Column]]:
    query = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
    names = {name for (name,) in connection.execute(query)}
    ordered = [name for name in _TABLES if name in names]
    ordered += sorted(names - set(_TABLES))
    return {
        name: [
            Column(row[1], row[2], bool(row[5]), bool(row[3]))
            for row in connection.execute(f"pragma table_info({name})")
        ]
        for name in ordered
    }


def _picture(tables: dict[str, list[Column]]) -> str:
    lines = ["```mermaid", "erDiagram"]
    for relation, declared in _RELATIONS:
        lines.append(f"    {relation if declared else relation.replace('--', '..')}")
    for table, columns in tables.items():
        if table == REVISION_TABLE:
            continue
        lines.append(f"    {table} {{")
        for column in columns:
            key = " PK" if column.key else ""
            lines.append(f"        {column.kind.lower()} {column.name}{key}")
        lines.append("    }")
    return "\n".join([*lines, "```"])


def _rows(table: str, columns: list[Column]) -> str:
    lines = ["| column | type | about |", "|---|---|---|"]
    for column in columns:
        about = _COLUMNS.get(f"{table}.{column.name}") or _COLUMNS.get(column.name, "")
        mark = "key" if column.key else "" if column.required else "may be empty"
        told = "; ".join(part for part in (mark, about) if part)
        lines.append(f"| `{column.name}` | {column.kind.lower()} | {told} |")
    return "\n".join(lines)


def _ddl(connection: sqlite3.Connection) -> str:
    query = (
        "select sql from sqlite_master where sql is not null and name not like 'sqlite%' "
        "order by tbl_name, type desc, name"
    )
    statements = [re.sub(r"\t", "    ", sql).strip() for (sql,) in connection.execute(query)]
    return "\n\n".join(re.sub(r" +$", "", f"{each};", flags=re.MULTILINE) for each in statements)


def main() -> None:
    pages = tuple(one for one in generated.FILES if one.maker.startswith("tools.database_page:"))
    generated.write(pages)


if __name__ == "__main__":
    main()
