"""The audit log: rows are added and, when they are old, removed; never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    def word(name: str) -> sa.Column[str]:
        return sa.Column(name, sa.Text, nullable=False, server_default="")

    op.create_table(
        "audit",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        word("user_id"),
        word("team"),
        word("signed_in_by"),
        word("grant_id"),
        word("action"),
        word("resource"),
        word("resource_id"),
        word("outcome"),
        sa.Column("status", sa.Integer, nullable=False, server_default="0"),
        word("address"),
        word("agent"),
        word("request_id"),
        sa.Column("details", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_by_time", "audit", ["at"])
    op.create_index("audit_of_team", "audit", ["team", "id"])
    op.create_index("audit_of_user", "audit", ["user_id", "id"])
    op.create_index("audit_of_resource", "audit", ["resource", "resource_id", "id"])
    # Only what is older than this may go; it never says less than a day.
    op.create_table(
        "audit_horizon",
        sa.Column("before", sa.Double, primary_key=True),
    )
    if op.get_bind().dialect.name == "sqlite":
        _keep_on_sqlite()
    else:
        _keep_on_postgres()


def _keep_on_sqlite() -> None:
    _refuse("audit_is_kept", "before update on audit", "the audit log is not changed")
    # Or `insert or replace` would change a row.
    _refuse(
        "audit_only_grows",
        "before insert on audit when exists (select 1 from audit where id = new.id)",
        "the audit log is not changed",
    )
    _refuse(
        "audit_stays",
        "before delete on audit when not exists "
        "(select 1 from audit_horizon where before > old.at)",
        "the audit log is kept",
    )
    _refuse(
        "audit_horizon_lags",
        "before insert on audit_horizon "
        "when new.before > (julianday('now') - 2440587.5 - 1) * 86400.0",
        "the audit log is kept for a day at least",
    )


def _refuse(name: str, when: str, why: str) -> None:
    op.execute(f"create trigger {name} {when} begin select raise(abort, '{why}'); end")


def _keep_on_postgres() -> None:
    op.execute(
        "create or replace function audit_is_kept() returns trigger language plpgsql as "
        "$$ begin raise exception 'the audit log is not changed'; end $$"
    )
    op.execute(
        "create trigger audit_is_kept before update on audit "
        "for each row execute function audit_is_kept()"
    )
    op.execute(
        "create trigger audit_is_not_emptied before truncate on audit "
        "for each statement execute function audit_is_kept()"
    )
    op.execute(
        "create or replace function audit_stays() returns trigger language plpgsql as "
        "$$ begin if exists (select 1 from audit_horizon where before > old.at) then return old; "
        "end if; raise exception 'the audit log is kept'; end $$"
    )
    op.execute(
        "create trigger audit_stays before delete on audit "
        "for each row execute function audit_stays()"
    )
    op.execute(
        "create or replace function audit_horizon_lags() returns trigger language plpgsql as "
        "$$ begin if new.before > extract(epoch from clock_timestamp()) - 86400 then raise "
        "exception 'the audit log is kept for a day at least'; end if; return new; end $$"
    )
    op.execute(
        "create trigger audit_horizon_lags before insert or update on audit_horizon "
        "for each row execute function audit_horizon_lags()"
    )
