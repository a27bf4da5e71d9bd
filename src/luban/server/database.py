"""The database of an installation: which there is, where it lies, and how it is opened."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from luban.model.errors import LubanError
from luban.ports.audit import AuditStore
from luban.ports.budgets import BudgetStore
from luban.ports.bus import Bell, Bus
from luban.ports.clock import Clock
from luban.ports.journal import Journal, RunQueue
from luban.ports.limits import LimitStore
from luban.ports.models import ModelRows
from luban.ports.overview import OverviewStore
from luban.ports.people import SessionStore, TeamStore, UserStore
from luban.ports.proposals import ProposalStore
from luban.ports.providers import ProviderStore
from luban.ports.retention import RunRetention
from luban.ports.search_index import SearchIndex
from luban.ports.sharing import LinkStore
from luban.ports.stores import AgentStore, ReplyStore, RunStore, StateStore
from luban.ports.tables import TableStore
from luban.ports.threads import ThreadStore
from luban.ports.tool_servers import ToolServerStore
from luban.ports.vault import CredentialStore, SealedRecords
from luban.ports.webhooks import WebhookStore
from luban.server.settings import Settings
from luban.storage.local import LocalBell, LocalBus

MEMORY = "memory:"
DATABASE = "luban.db"


class UnknownDatabase(LubanError):
    """The database address is of a kind this version cannot use."""

    code = "unknown_database"
    status = 500
    en = (
        "The database {url} cannot be used: Luban stores in SQLite or PostgreSQL. Give "
        "sqlite:///path/luban.db or postgresql://user:password@host/database as DATABASE_URL, or "
        "leave it out for a file in LUBAN_HOME."
    )
    zh = (
        "无法使用数据库 {url}：Luban 使用 SQLite 或 PostgreSQL 存储。请将 DATABASE_URL 设为 "
        "sqlite:///path/luban.db 或 postgresql://user:password@host/database，或不设置以使用 "
        "LUBAN_HOME 中的文件。"
    )


class NotAFile(LubanError):
    """What was asked for is only done with a database in a file."""

    code = "database_not_a_file"
    status = 500
    en = (
        "The database {url} is on a server; this command works on a database in a file. Use the "
        "server's own tools, such as psql and pg_dump."
    )
    zh = (
        "数据库 {url} 位于服务器上；此命令只适用于文件形式的数据库。请使用服务器自带的工具，"
        "如 psql 和 pg_dump。"
    )


class Database(Protocol):
    """What every storage adapter offers."""

    kind: str

    @property
    def unfenced(self) -> str:
        """Why it does not keep owners apart itself; empty if it does, or never could."""
        ...

    @property
    def queue(self) -> RunQueue: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def agents(self) -> AgentStore: ...
    @property
    def runs(self) -> RunStore: ...
    @property
    def state(self) -> StateStore: ...
    @property
    def rows(self) -> TableStore: ...
    @property
    def index(self) -> SearchIndex: ...
    @property
    def replies(self) -> ReplyStore: ...
    @property
    def limits(self) -> LimitStore: ...
    @property
    def retention(self) -> RunRetention: ...
    @property
    def file_records(self) -> Any: ...
    @property
    def audit(self) -> AuditStore: ...
    @property
    def overview(self) -> OverviewStore: ...
    @property
    def webhooks(self) -> WebhookStore: ...
    @property
    def users(self) -> UserStore: ...
    @property
    def sessions(self) -> SessionStore: ...
    @property
    def teams(self) -> TeamStore: ...
    @property
    def links(self) -> LinkStore: ...
    @property
    def threads(self) -> ThreadStore: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def credentials(self) -> CredentialStore: ...
    @property
    def factor_secrets(self) -> SealedRecords: ...
    @property
    def providers(self) -> ProviderStore: ...
    @property
    def proposals(self) -> ProposalStore: ...
    @property
    def models(self) -> ModelRows: ...
    @property
    def tool_servers(self) -> ToolServerStore: ...

    async def close(self) -> None: ...


async def open_database(settings: Settings, clock: Clock) -> tuple[Database, Bus, Bell]:
    """The database, and how its readers and workers hear of each other."""
    url = settings.database_url
    if url == MEMORY:
        from luban.storage.memory import MemoryDatabase

        return MemoryDatabase(clock=clock), LocalBus(), LocalBell()
    if _is_on_a_server(url):
        from luban.storage import postgres

        shared = await postgres.open_database(url, lease=settings.lease, clock=clock)
        await shared.hear_others()
        return shared, shared.bus, shared.bell
    from luban.storage import sqlite

    file = await asyncio.to_thread(
        sqlite.open_database,
        database_path(settings),
        durability=settings.durability,
        clock=clock,
    )
    return file, LocalBus(), LocalBell()


def database_path(settings: Settings) -> Path:
    """`sqlite:///relative.db`, `sqlite:////absolute.db`, or nothing for the file in `home`.

    Raises `NotAFile` and `UnknownDatabase`.
    """
    url = settings.database_url
    if not url:
        return settings.home / DATABASE
    if _is_on_a_server(url):
        raise NotAFile(url=_without_password(url))
    parts = urlsplit(url)
    if parts.scheme.partition("+")[0] != "sqlite" or parts.netloc or len(parts.path) < 2:
        raise UnknownDatabase(url=_without_password(url))
    return Path(unquote(parts.path[1:]))


def _is_on_a_server(url: str) -> bool:
    return url.partition(":")[0].partition("+")[0] in ("postgresql", "postgres")


def _without_password(url: str) -> str:
    parts = urlsplit(url)._replace(query="", fragment="")  # they may hold one too
    if "@" not in parts.netloc:
        return parts.geturl()
    return parts._replace(netloc=f"•••@{parts.netloc.rpartition('@')[2]}").geturl()
