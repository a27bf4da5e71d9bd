"""Whether what is stored is sound: the database in itself, and with the files beside it."""

from luban.storage.checking.flaws import Flaw
from luban.storage.checking.postgres import check_postgres
from luban.storage.checking.sqlite import check_sqlite

__all__ = ["Flaw", "check_postgres", "check_sqlite"]
