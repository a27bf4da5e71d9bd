"""What Alembic runs: revisions go to the connection it was handed, or into a script."""

from __future__ import annotations

from alembic import context

from luban.storage.migrations import REVISION_TABLE

attributes = context.config.attributes
if "script" in attributes:
    # For PostgreSQL, whose driver Alembic cannot use; the transaction is the caller's.
    context.configure(
        dialect_name="postgresql",
        output_buffer=attributes["script"],
        as_sql=True,
        literal_binds=True,
        version_table=REVISION_TABLE,
        transactional_ddl=False,
    )
else:
    context.configure(
        connection=attributes["connection"], version_table=REVISION_TABLE, transactional_ddl=True
    )
with context.begin_transaction():
    context.run_migrations()
