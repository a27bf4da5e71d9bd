"""On PostgreSQL: roles other than the tables' own see and write the rows of one owner only."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

# A setting that is nowhere set, or empty, is equal to no owner.
FENCE = """
do $$
declare fenced regclass;
begin
  for fenced in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and a.attname = 'owner' and not a.attisdropped
  loop
    execute 'alter table ' || fenced || ' enable row level security';
    execute 'create policy of_owner on ' || fenced
      || ' using (owner = nullif(current_setting(''luban.owner'', true), ''''))';
  end loop;
end $$"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FENCE)
