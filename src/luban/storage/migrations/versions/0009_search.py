"""What blocks store and search: rows of tables, texts, vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("state_changes", "table_rows", "collections", "documents", "document_vectors")

# The terms were cut by `luban.model.words`; the tokenizer only takes them apart at the spaces.
WORDS = """
create virtual table document_words using fts5 (
  home, terms, content='documents', content_rowid='seq',
  tokenize="unicode61 remove_diacritics 0")"""
ADDED = """
create trigger documents_added after insert on documents begin
  insert into document_words (rowid, home, terms) values (new.seq, new.home, new.terms); end"""
REMOVED = """
create trigger documents_removed after delete on documents begin
  insert into document_words (document_words, rowid, home, terms)
  values ('delete', old.seq, old.home, old.terms); end"""
CHANGED = """
create trigger documents_changed after update of home, terms on documents begin
  insert into document_words (document_words, rowid, home, terms)
  values ('delete', old.seq, old.home, old.terms);
  insert into document_words (rowid, home, terms) values (new.seq, new.home, new.terms); end"""
VECTOR = """
alter table documents add column words tsvector
  generated always as (to_tsvector('simple', home || ' ' || terms)) stored"""


def upgrade() -> None:
    _state_changes()
    _table_rows()
    _documents()
    if op.get_bind().dialect.name == "sqlite":
        for statement in (WORDS, ADDED, REMOVED, CHANGED):
            op.execute(statement)
        return
    op.execute(VECTOR)
    op.execute("create index documents_words on documents using gin (words)")
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy of_owner on {table} "
            "using (owner = nullif(current_setting('luban.owner', true), ''))"
        )


def _state_changes() -> None:
    # What became of a value by a change that must be made only once; kept for a week.
    op.create_table(
        "state_changes",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("once", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("state_changes_by_age", "state_changes", ["owner", "at"])


def _table_rows() -> None:
    op.create_table(
        "table_rows",
        sa.Column("seq", Serial, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        # The step that wrote it, and what keeps it from writing it twice.
        sa.Column("run", sa.Text, nullable=False, server_default=""),
        sa.Column("node", sa.Text, nullable=False, server_default=""),
        sa.Column("once", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("table_rows_by_name", "table_rows", ["owner", "name", "seq"])
    op.create_index("table_rows_once", "table_rows", ["owner", "name", "once"], unique=True)


def _documents() -> None:
    op.create_table(
        "collections",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        # How many numbers its vectors have; 0 while there is none.
        sa.Column("dimensions", sa.Integer, nullable=False, server_default="0"),
        # Goes up with every change; `removed` is its value when something last went.
        sa.Column("revision", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("removed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("seq", Serial, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("metadata", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        # A term of the collection's own: asked for together with words, it narrows them down.
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "documents_by_id", "documents", ["owner", "scope", "collection", "id"], unique=True
    )
    op.create_index(
        "documents_by_age", "documents", ["owner", "scope", "collection", "updated_at", "seq"]
    )
    # Apart from the texts, so that looking through all of them reads nothing else.
    op.create_table(
        "document_vectors",
        sa.Column(
            "document",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("documents.seq", ondelete="cascade"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        # 32-bit floats, little end first, of length 1.
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "document_vectors_of_collection",
        "document_vectors",
        ["owner", "scope", "collection", "revision", "document"],
    )
