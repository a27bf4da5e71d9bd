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
    "inbox": "What was sent to a run: answers and signals, kept until the run is deleted.",
    "shares": "How much of the workers an owner may have, and whose turn it is.",
    "workers": "Processes that run runs; they serve every owner, so they have none.",
    "state": "Small values that blocks keep between runs, per agent or per owner.",
    "state_changes": "What became of a value by a change that is made only once; kept for a week.",
    "table_rows": "Rows that blocks log to tables; a table is there while it has rows.",
    "collections": "Collections of documents, of an agent or of all agents of an owner.",
    "documents": "Texts to be found again, with the terms they are found by.",
    "document_vectors": "Vectors of documents, apart from the texts.",
    "document_words": "Full-text index of `documents`, kept up to date by triggers; SQLite's FTS5.",
    "replies": "Answers to requests with an `Idempotency-Key`, kept for a day.",
    "files": "Stored files; their bytes lie in `LUBAN_HOME/files`.",
    "provider_limits": "How much a provider or host may be asked now, by all owners together.",
    "users": "People with an account.",
    "identities": "Under which name other sign-in services know a user.",
    "factors": "What a user shows beside the password: one-time codes, passkeys.",
    "teams": "Whom everything belongs to; each user has one of their own.",
    "members": "Who is in which team, and with which role.",
    "roles": "Roles defined here, beside the built-in ones.",
    "sessions": "Browsers that are signed in.",
    "api_keys": "What programs show in place of a person.",
    "one_time": "What may be redeemed once: invitations, resets, tickets.",
    "credentials": "Grants of providers; their secrets are sealed.",
    "file_usage": "How much each owner keeps; changes of one owner's files wait for it in turn.",
    "providers": "Providers that users defined.",
    "audit": "Who did what to which thing; rows are only added.",
    "audit_horizon": "Before which moment rows of `audit` may be removed; retention sets it.",
    "links": "What is shared with whoever has the address.",
    "webhooks": "Addresses that are told of events.",
    "deliveries": "Each event for such an address, and what became of it.",
    "outbox": "What happened to runs, until it is made into deliveries; a trigger writes it.",
    "models": "Language models that people added; their keys are credentials.",
    "model_use": "What models took, per owner, agent, model and day.",
    "budgets": "How much of models an owner, or an agent, may use.",
    "model_holds": "What calls of models in flight may take, for owners with budgets.",
    "tool_servers": "MCP servers whose tools agents may use.",
    "threads": "Conversations with agents.",
    "thread_messages": "What was said in them; those that follow one message are branches.",
    "proposals": "Drafts of agents that a model made, until somebody has decided on them.",
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
    "runs.waiting_for": "what the run, or steps of it, wait for, as JSON",
    "runs.asks": "how many of these a person can answer",
    "runs.tokens": "model tokens it took so far",
    "runs.usd": "what these cost",
    "runs.parent": "the run that asked for it",
    "runs.parent_node": "the step that asked for it",
    "runs.parent_iteration": "the step that asked for it",
    "runs.parent_key": "tells the runs one step asked for apart",
    "runs.depth": "how many runs are above it",
    "runs.forked_from": "the run whose recorded results it begins with",
    "runs.options": "how it differs from a plain run, as JSON",
    "runs.pause_requested": "as for cancelling",
    "runs.parked": "1: a signal or time wakes it; waiting with 0, it stands for its owner",
    "runs.seen": "`nudge` when it was claimed",
    "runs.kin": "1: its parent must hear of its end; 2: it has asked for runs; 0 when that is done",
    "runs.strikes": "workers that died with it in a row, without progress",
    "runs.mark": "its last row in `journal` at the last strike",
    "runs.at_once": "how many runs of the agent may be under way",
    "runs.capped": "1 if runs like it must be counted before it is claimed",
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
    "inbox.run": "`runs.seq`",
    "inbox.key": "whom in the run it is for, such as `signal:paid`",
    "inbox.data": "JSON",
    "inbox.once": "sending twice with one of these is sending once",
    "inbox.sent_at": "Unix seconds",
    "shares.weight": "2 gets twice the turns of 1",
    "shares.last_vt": "the virtual time of its last run",
    "shares.running": "how many of its runs may be under way",
    "shares.queued": "how many may be queued",
    "workers.id": "also its fencing token",
    "audit.at": "Unix seconds",
    "audit.user_id": "who; empty for a visitor, or where no person asked",
    "audit.team": "whose things it was about",
    "audit.signed_in_by": "session, key, token, link, local; of a run what started it",
    "audit.grant_id": "which session, key or link",
    "audit.action": "noun and verb, such as `agent.create`",
    "audit.resource": "the kind of thing",
    "audit.outcome": "done, refused, failed",
    "audit.status": "of the answer",
    "audit.address": "where from",
    "audit.agent": "with what program",
    "audit.details": "JSON: names of what was given, never values",
    "audit_horizon.before": "Unix seconds, at least a day ago",
    "webhooks.record": "address, events, agents and how it fares, as JSON",
    "webhooks.key": "which key of the ring seals the secret",
    "webhooks.secret": "what signs, sealed",
    "deliveries.id": "`msg_…`, what the receiver knows it by",
    "deliveries.body": "what is sent, the same in every attempt",
    "deliveries.status": "waiting, delivered, dead",
    "deliveries.next_at": "when it is tried next; while it is, until when it is one process's",
    "deliveries.answer": "what the last attempt met with, as JSON",
    "outbox.run": "`runs.id`",
    "outbox.event": "`run.completed`, …",
    "outbox.data": "what the run waited for at that moment, as JSON",
    "workers.lock": "the file it holds locked; the system lets go when it dies",
    "workers.lease": "until when it may stay silent; not used with SQLite",
    "workers.batch": "number of its last batch",
    "workers.dead": "1 once its runs were taken back; its batches are refused",
    "state.scope": "`agent:ID` or `user`",
    "state.value": "JSON",
    "state_changes.once": "idempotency key of the step",
    "state_changes.value": "what the change made, as JSON",
    "table_rows.name": "of the table",
    "table_rows.run": "the run that wrote it",
    "table_rows.node": "path of the node that wrote it",
    "table_rows.once": "idempotency key of the step, on its first row",
    "table_rows.data": "JSON object",
    "collections.scope": "`agent:ID` or `user`",
    "collections.dimensions": "how many numbers its vectors have",
    "collections.revision": "goes up with every change",
    "collections.removed": "`revision` when something last went",
    "documents.scope": "`agent:ID` or `user`",
    "documents.metadata": "JSON object",
    "documents.source": "agent, run and node it came from, as JSON",
    "documents.home": "a term that all of a collection share, and no others",
    "documents.terms": "words, and pairs of Chinese signs",
    "document_vectors.document": "`documents.seq`",
    "document_vectors.revision": "of the collection, when it was written",
    "document_vectors.vector": "32-bit floats of length 1, little end first",
    "replies.key": "the header's value",
    "replies.fingerprint": "of address and body: a key may not be used for another request",
    "provider_limits.key": "an origin, a provider, or the name of a setting",
    "provider_limits.blocked_until": "nobody asks before; by the database's clock",
    "provider_limits.refused_rate": "requests per second when the provider last refused",
    "provider_limits.requests": "how many may be sent, as of `refilled_at`",
    "provider_limits.model_tokens": "how many may be used; less than 0 is owed",
    "provider_limits.shares": "what each process has and wants, as JSON",
    "files.id": "`f_…`",
    "files.type": "told from the content",
    "files.workspace": "`user`, or `agent:ID`; empty for a file that lies nowhere",
    "files.path": "in that workspace",
    "files.version": "of what is at the path, from 1",
    "files.newest": "1 unless there is a newer version",
    "files.run": "which run made it; `-` once its place was taken from it",
    "file_usage.bytes": "of all files and versions",
    "file_usage.quota": "how many bytes may be kept; 0 any number, empty as the settings say",
}
_RELATIONS = (
    ('agents ||--o{ graph_versions : "frozen as"', True),
    ('agents ||--o{ runs : "started as"', False),
    ('graph_versions ||--o{ runs : "pinned to"', False),
    ('runs ||--o{ journal : "recorded in"', False),
    ('runs ||--o{ blobs : "large payloads"', True),
    ('runs ||--o{ inbox : "sent to"', True),
    ('runs |o--o{ runs : "asked for"', False),
    ('workers |o--o{ runs : "runs"', False),
    ('agents ||--o{ state : "keeps"', False),
    ('collections ||--o{ documents : "holds"', False),
    ('documents ||--o| document_vectors : "found by"', True),
)
# A virtual table brings tables of its own.
_OWN = "name not like 'sqlite%' and name not like 'document!_words!_%' escape '!'"
_HEAD = """# The database

Written from a real database by `python -m tools.database_page`; schema revision {revision}.

Without `DATABASE_URL`, SQLite keeps everything in one file, `LUBAN_HOME/luban.db` (`luban db path`
prints it). Times are Unix seconds, documents and values are JSON in bytes. Every table but
`workers` and `provider_limits` has an `owner`; without accounts it is `local`. Reading is free:
`sqlite3 -readonly` works while a server runs. Writing beside the program is not supported.
PostgreSQL holds the same tables, made by the same migrations.

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
    query = f"select name from sqlite_master where type = 'table' and {_OWN}"
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
        f"select sql from sqlite_master where sql is not null and {_OWN} "
        "order by tbl_name, type desc, name"
    )
    statements = [re.sub(r"\t", "    ", sql).strip() for (sql,) in connection.execute(query)]
    return "\n\n".join(re.sub(r" +$", "", f"{each};", flags=re.MULTILINE) for each in statements)


def main() -> None:
    pages = tuple(one for one in generated.FILES if one.maker.startswith("tools.database_page:"))
    generated.write(pages)


if __name__ == "__main__":
    main()
