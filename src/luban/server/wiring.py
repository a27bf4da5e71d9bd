"""The composition root: which adapter stands behind which port. There is no other such place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import luban
from luban.engine.worker import Worker
from luban.llm import ConfiguredModels, ModelSettings
from luban.model.errors import LubanError
from luban.net import AllowList, GuardedHttp
from luban.ports.bus import Bell, Bus
from luban.ports.clock import Clock, SystemClock
from luban.ports.journal import Journal, RunQueue
from luban.ports.stores import AgentStore, FileStore, ReplyStore, RunStore, StateStore
from luban.registry import Registry, discover
from luban.server.settings import Settings
from luban.server.world import HomeWorld
from luban.services.agents import Agents
from luban.services.blocks import Blocks
from luban.services.checking import Checking
from luban.services.files import Files
from luban.services.house import House
from luban.services.models import ModelChoice, Models
from luban.services.replies import Replies
from luban.services.run_events import RunEvents
from luban.services.runs import Runs
from luban.services.steps import Steps
from luban.services.templates import Templates
from luban.services.versions import StoredGraphs, Versions
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
    def replies(self) -> ReplyStore: ...
    @property
    def file_records(self) -> Any: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Home:
    """An open installation: its use cases, and a worker that nobody has started yet."""

    settings: Settings
    house: House
    worker: Worker
    registry: Registry

    def blocks_changed(self) -> None:
        """The registry looked again and found other code: nothing said of the old one counts."""
        self.house.checking.forget()
        self.worker.plan_changed()


@asynccontextmanager
async def open_home(settings: Settings) -> AsyncIterator[Home]:
    """Opens everything and, at the end, hands unfinished runs back and closes it again.

    Raises what the adapters raise: `DataFolderNotWritable`, `DatabaseIsNewer`, `InvalidValue`, …
    """
    clock = SystemClock()
    async with AsyncExitStack() as closing:
        http = GuardedHttp(AllowList.parse(settings.allow_hosts))
        closing.push_async_callback(http.aclose)
        models = ConfiguredModels(ModelSettings.read(settings.environment, settings.models))
        closing.push_async_callback(models.aclose)
        database, bus, bell = await _open_database(settings, clock)
        closing.push_async_callback(database.close)
        files = _open_files(settings, database)
        registry = discover(settings.blocks_path)
        world = HomeWorld(http, models, files, database.state)
        worker = Worker(
            queue=database.queue,
            journal=database.journal,
            graphs=StoredGraphs(database.agents),
            blocks=registry,
            world=world,
            clock=clock,
            bus=bus,
            bell=bell,
        )
        closing.push_async_callback(worker.stop)
        house = _house(settings, database, files, registry, models, clock, bus, bell)
        yield Home(settings, house, worker, registry)


def _house(
    settings: Settings,
    database: Database,
    files: FileStore,
    registry: Registry,
    models: ConfiguredModels,
    clock: Clock,
    bus: Bus,
    bell: Bell,
) -> House:
    checking = Checking(registry)
    templates = Templates(_template_folder(), checking)
    agents = Agents(database.agents, database.runs, checking, templates, clock)
    versions = Versions(database.agents, agents, checking, clock)
    runs = Runs(database.runs, agents, versions, checking, bell=bell, bus=bus, clock=clock)
    return House(
        agents=agents,
        versions=versions,
        runs=runs,
        run_events=RunEvents(runs, database.journal, bus, clock),
        steps=Steps(runs, database.journal, StoredGraphs(database.agents), registry),
        blocks=Blocks(registry),
        checking=checking,
        files=Files(files),
        templates=templates,
        models=Models(lambda: [_choice(entry) for entry in models.list()]),
        replies=Replies(database.replies, clock),
        about={
            "version": version("luban"),
            "data_dir": str(settings.home),
            "database": database.kind,
            "file_limit": settings.file_limit,
            "blocks_path": [str(path) for path in settings.blocks_path],
        },
    )


async def _open_database(settings: Settings, clock: Clock) -> tuple[Database, Bus, Bell]:
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


def _open_files(settings: Settings, database: Database) -> FileStore:
    if settings.database_url == MEMORY:
        from luban.storage.memory import MemoryFiles

        return MemoryFiles(database, limit=settings.file_limit)
    from luban.storage.files import DiskFiles

    return DiskFiles(settings.home / "files", database, limit=settings.file_limit)


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


def _template_folder() -> Path | None:
    """The examples: inside the installed package, or in the repository it is run from."""
    package = Path(luban.__file__).parent
    for folder in (package / "templates", package.parents[1] / "examples"):
        if folder.is_dir():
            return folder
    return None


def _choice(entry: Any) -> ModelChoice:
    return ModelChoice(entry.id, entry.title, entry.provider, entry.demo, entry.default)
