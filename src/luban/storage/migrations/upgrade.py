"""Brings a schema to the head. Importing this file imports Alembic, so only do it when needed."""

from __future__ import annotations

import io

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from luban.storage.migrations import FOLDER


def upgrade_sqlite(path: str, to: str = "head") -> None:
    """Applies what is missing to a SQLite file, all of it or nothing."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    # The driver would commit before every change of the schema; taking transactions in hand
    # ourselves makes a migration that is cut off leave the old schema. After SQLAlchemy's
    # documentation, "Serializable isolation / Savepoints / Transactional DDL".
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
    try:
        with engine.connect() as connection:
            upgrade(connection, to)
    except DBAPIError as error:
        raise error.orig or error from error  # the driver's own error says what happened
    finally:
        engine.dispose()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Applies what is missing through an open connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def postgres_script(since: str | None = None, to: str = "head") -> str:
    """What brings a PostgreSQL database from one revision to another, without a transaction."""
    script = io.StringIO()
    config = _config()
    config.attributes["script"] = script
    command.upgrade(config, f"{since or 'base'}:{to}", sql=True)
    return script.getvalue()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
