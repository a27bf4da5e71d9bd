"""What stands behind the ports of an installation, opened in order and closed in the other."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from luban.engine.bounds import Bounds
from luban.engine.guard import Guard
from luban.engine.memory import default_limit
from luban.mcp import McpSessions
from luban.net import AllowList, GuardedHttp
from luban.net.browser import Chromium
from luban.net.limits import LimitSettings, SharedLimits
from luban.net.mail import GuardedMail
from luban.ports.bus import Bell, Bus
from luban.ports.clock import Clock, SystemClock
from luban.ports.files import FileStore
from luban.ports.rates import RateStore
from luban.registry import Registry, discover
from luban.sandbox.sandboxes import Sandboxes
from luban.sdk.browser import Browser
from luban.sdk.mail import Mail
from luban.server.code import open_commands, open_sandboxes
from luban.server.database import Database, open_database
from luban.server.fenced import note_unfenced
from luban.server.files import open_files
from luban.server.settings import Settings


@dataclass(frozen=True)
class Adapters:
    """One of each, for one open installation."""

    settings: Settings
    clock: Clock
    http: GuardedHttp
    browser: Browser
    mail: Mail
    database: Database
    bus: Bus
    bell: Bell
    files: FileStore
    code: Sandboxes
    tool_sessions: McpSessions
    registry: Registry
    limits: SharedLimits
    rates: RateStore
    guard: Guard


async def open_adapters(settings: Settings, closing: AsyncExitStack) -> Adapters:
    """Raises what they do, such as `DataFolderNotWritable`, `DatabaseIsNewer`, `InvalidValue`."""
    clock = SystemClock()
    allow = AllowList.parse(settings.allow_hosts)
    http = GuardedHttp(allow)
    closing.push_async_callback(http.aclose)
    browser = Chromium(allow, settings.browser, sandbox=settings.browser_sandbox == "on")
    allowed = LimitSettings.read(settings.limits)
    database, bus, bell = await open_database(settings, clock)
    closing.push_async_callback(database.close)
    limits = SharedLimits(database.limits, allowed)
    closing.push_async_callback(limits.aclose)
    rates = _open_rates(settings, clock)
    closing.push_async_callback(rates.aclose)
    guard = _guard(settings)
    code = open_sandboxes(settings)
    closing.push_async_callback(code.aclose)
    tool_sessions = McpSessions(allow, open_commands(settings, code))
    closing.push_async_callback(tool_sessions.aclose)
    note_unfenced(database.unfenced, guard.findings, clock.now())
    files, registry = open_files(settings, database, clock), discover(settings.blocks_path)
    return Adapters(
        settings,
        clock,
        http,
        browser,
        GuardedMail(allow),
        database,
        bus,
        bell,
        files,
        code,
        tool_sessions,
        registry,
        limits,
        rates,
        guard,
    )


def _guard(settings: Settings) -> Guard:
    bounds = Bounds(
        output_bytes=settings.max_output,
        emissions=settings.max_emissions,
        blocked_seconds=settings.blocked_limit,
    )
    return Guard(bounds, memory_limit=settings.memory_limit or default_limit())


def _open_rates(settings: Settings, clock: Clock) -> RateStore:
    """Where requests are counted: in Redis for all processes, else in this one."""
    from luban.storage.rates import FallbackRates, MemoryRates

    own = MemoryRates(clock)
    if not settings.redis_url:
        return own
    from luban.storage.rates.redis import RedisRates

    return FallbackRates(RedisRates(settings.redis_url), own, clock)
