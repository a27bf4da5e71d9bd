"""What the engine keeps since the first schema."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


# SQLite numbers rows by itself only in a column it calls INTEGER.
Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _limits()
    _runs()
    _inbox()
    _shares()
    _retention()


def _limits() -> None:
    # A provider is limited for every owner together, so these rows have none.
    op.create_table(
        "provider_limits",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("blocked_at", sa.Double, nullable=False, server_default="0"),
        sa.Column("blocked_until", sa.Double, nullable=False, server_default="0"),
        # Requests per second at which the provider last refused.
        sa.Column("refused_rate", sa.Double),
        # What may be used, as of `refilled_at`.
        sa.Column("requests", sa.Double),
        sa.Column("model_tokens", sa.Double),
        sa.Column("refilled_at", sa.Double, nullable=False, server_default="0"),
        # What each process has and wants, as JSON.
        sa.Column("shares", sa.LargeBinary),
        sa.Column("changed_at", sa.Double, nullable=False),
    )


def _runs() -> None:
    # Only additions, with defaults that are right for rows of before: workers of the first
    # release may go on while this is applied.
    def count(name: str, kind: type[sa.types.TypeEngine[int]] = sa.Integer) -> sa.Column[int]:
        return sa.Column(name, kind, nullable=False, server_default="0")

    for column in (
        count("asks"),
        count("tokens", sa.BigInteger),
        sa.Column("usd", sa.Double, nullable=False, server_default="0"),
        # The step that asked for it; `parent` is the id of a run of the same owner.
        sa.Column("parent", sa.Text),
        sa.Column("parent_node", sa.Text),
        sa.Column("parent_iteration", sa.Integer),
        sa.Column("parent_key", sa.Text),
        count("depth"),
        sa.Column("forked_from", sa.Text),
        sa.Column("options", sa.LargeBinary),
        # The queue's side.
        count("pause_requested"),
        count("parked"),
        count("seen", sa.BigInteger),
        count("kin"),
        count("strikes"),
        count("mark", sa.BigInteger),
        sa.Column("at_once", sa.Integer),
        count("capped"),
    ):
        op.add_column("runs", column)
    turn = [sa.text("prio desc"), "vt", "seq"]
    # With more columns than others that would do, or SQLite would take those.
    _partial("runs_of_parent", ["parent", "owner", "seq"], "parent is not null")
    _partial("runs_asking", ["owner", "asks"], "asks > 0")
    _partial("runs_nudged", ["worker"], "status = 'running' and nudge <> seen")
    _partial("runs_to_tell", ["parent", "seq"], "kin > 0 and ended_at is not null")
    _partial("runs_next", ["capped", *turn], "status = 'queued' and strikes < 2")
    _partial("runs_struck", turn, "status = 'queued' and strikes > 0")
    _partial(
        "runs_capped", ["capped", "owner", "agent_id", *turn], "status = 'queued' and capped = 1"
    )
    _partial(
        "runs_counted",
        ["owner", "status", "capped", "agent_id"],
        "status = 'running' and capped = 1",
    )


def _partial(name: str, columns: Sequence[str | sa.TextClause], where: str) -> None:
    op.create_index(
        name, "runs", list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column(
            "run", sa.BigInteger, sa.ForeignKey("runs.seq", ondelete="cascade"), nullable=False
        ),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("once", sa.Text),
        sa.Column("sent_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_once", "inbox", ["run", "once"], unique=True)


def _shares() -> None:
    op.create_table(
        "shares",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("weight", sa.Double, nullable=False, server_default="1"),
        sa.Column("last_vt", sa.Double, nullable=False, server_default="0"),
        sa.Column("running", sa.Integer),
        sa.Column("queued", sa.Integer),
    )
    op.create_index("shares_by_turn", "shares", ["last_vt"])


def _retention() -> None:
    ended = ["owner", "agent_id", "ended_at", "seq"]
    _partial("runs_ended", ended, "ended_at is not null")
    # Runs that answer from what another has recorded; there are few, and options may be long.
    op.create_index(
        "runs_recorded",
        "runs",
        ["seq"],
        sqlite_where=sa.text(
            'options is not null and instr(options, cast(\'"recorded":"\' as blob)) > 0'
        ),
        postgresql_where=sa.text(
            'options is not null and position(\'"recorded":"\'::bytea in options) > 0'
        ),
    )
