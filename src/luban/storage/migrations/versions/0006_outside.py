"""What leaves the house: shared links, and events sent to addresses of others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _links()
    _webhooks()
    _outbox()


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        # SHA-256 of what stands in the address.
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        # agent, run or result, and its id.
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("scopes", sa.LargeBinary, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("last_used_at", sa.Double),
    )
    op.create_index("links_of_resource", "links", ["owner", "resource", "resource_id"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        # What, where to and since when, as JSON; the signing secret is sealed.
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_index("webhooks_of_owner", "webhooks", ["owner", "id"])
    op.create_table(
        "deliveries",
        sa.Column("seq", Serial, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column(
            "webhook", sa.Text, sa.ForeignKey("webhooks.id", ondelete="cascade"), nullable=False
        ),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        # waiting, delivered or dead.
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Double),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_due", "deliveries", ["status", "next_at"])
    op.create_index("deliveries_of_webhook", "deliveries", ["owner", "webhook", "seq"])


def _outbox() -> None:
    # What happened to runs of owners with webhooks, until it is made into deliveries. A trigger
    # writes it with the change of the run itself, so that neither is ever stored without the other.
    op.create_table(
        "outbox",
        sa.Column("seq", Serial, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        # What the run waited for at that moment.
        sa.Column("data", sa.LargeBinary),
        sa.Column("at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        # All else in the body, which costs less than in the condition.
        op.execute(
            "create trigger runs_tell after update of status on runs "
            f"when new.status <> old.status begin {_TELL} select {_TOLD}, "
            "(julianday('now') - 2440587.5) * 86400.0 from webhooks w "
            f"where w.owner = new.owner and {_NEWS} limit 1; end"
        )
        return
    op.execute(
        "create or replace function runs_tell() returns trigger language plpgsql as $$ begin "
        f"{_TELL} select {_TOLD}, extract(epoch from clock_timestamp()) where {_HEARD}; "
        "return null; end $$"
    )
    op.execute(
        f"create trigger runs_tell after update of status on runs for each row when ({_NEWS}) "
        "execute function runs_tell()"
    )


_NEWS = (
    "new.status <> old.status and (new.status in ('waiting', 'completed', 'failed', 'cancelled') "
    "or (new.status = 'running' and old.started_at is null))"
)
_HEARD = "exists (select 1 from webhooks w where w.owner = new.owner)"
_TELL = "insert into outbox (owner, run, event, data, at)"
_TOLD = (
    "new.owner, new.id, case new.status when 'running' then 'run.started' "
    "else 'run.' || new.status end, "
    "case new.status when 'waiting' then new.waiting_for else null end"
)
