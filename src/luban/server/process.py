"""One server process: binds, opens, serves, and stops without losing anything."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

from luban.api.app import create_app
from luban.api.cors import origins_of
from luban.api.dialects.socket import LONGEST_MESSAGE
from luban.api.door import Door
from luban.api.forwarded import networks
from luban.model.errors import LubanError
from luban.server.beside import stand_watch
from luban.server.block_folders import watch
from luban.server.bounded_http import BoundedHttp
from luban.server.code import try_boxes
from luban.server.heap import settle_heap
from luban.server.people import identifying, prepare
from luban.server.settings import Settings
from luban.server.web_app import WebApp
from luban.server.wiring import Home, open_home
from luban.vault.scrubbing import scrub_streams

log = logging.getLogger(__name__)

_BACKLOG = 512
_PING = 20.0
"""Seconds after which a silent WebSocket is asked whether it is still there."""
_GRACE = 5
"""Seconds that requests under way are given when the server stops."""


class PortBusy(LubanError):
    """Another program listens on the port."""

    code = "port_busy"
    status = 500
    en = (
        "The port {port} on {host} is used by another program. Stop it, or choose another port: "
        "--port {free} is free."
    )
    zh = "{host} 的端口 {port} 已被其他程序占用。请停止该程序，或换一个端口：--port {free} 可用。"


class AddressUnusable(LubanError):
    """The address cannot be listened on at all."""

    code = "address_unusable"
    status = 500
    en = "The address {host}:{port} cannot be used: {cause}. Choose another with --host and --port."
    zh = "无法使用地址 {host}:{port}：{cause}。请用 --host 和 --port 另选。"


Ready = Callable[[str, Home], None]
"""Told once, with the address, when requests are answered."""


def run_server(settings: Settings, ready: Ready) -> None:
    """Serves until the process is told to stop. Raises `LubanError` if it cannot begin."""
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(serve(settings, ready))


async def serve(settings: Settings, ready: Ready) -> None:
    """As `run_server`, in a loop that is already there."""
    listening = bind(settings.host, settings.port)
    try:
        async with open_home(settings) as home:
            scrub_streams(home.vault.scrubber)
            for warning in settings.warnings:
                log.warning("%s", warning)
            await _serve(home, listening, ready)
    finally:
        listening.close()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `PortBusy` and `AddressUnusable`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise AddressUnusable(host=host, port=port, cause=error.strerror or str(error)) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(host=host, port=port, free=_free_port(host)) from error
        raise AddressUnusable(host=host, port=port, cause=error.strerror or str(error)) from error
    return listening


async def _serve(home: Home, listening: socket.socket, ready: Ready) -> None:
    closing = asyncio.Event()
    web = WebApp()
    if not web.is_built:
        log.warning("the web app is not built: run ./run in the repository")
    settings = home.settings
    await prepare(settings, home.house.accounts)
    app = create_app(
        home.house,
        door=door_of(settings),
        identify=identifying(home.house),
        web=web,
        closing=closing,
    )
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        ws_ping_interval=_PING,
        ws_ping_timeout=_PING,
        ws_per_message_deflate=False,  # it would cost each connection more than all else of it
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        proxy_headers=False,
    )
    address = _address(settings.host, listening.getsockname()[1])
    server = _Server(config, closing, lambda: ready(address, home))
    home.house.files.links.listen_at(address)
    settle_heap()
    await home.start_worker()
    beside = [
        asyncio.create_task(watch(home)),
        asyncio.create_task(home.retention.go_on()),
        asyncio.create_task(home.collection.go_on()),
        asyncio.create_task(home.house.audit.go_on()),
        asyncio.create_task(stand_watch(home)),
        asyncio.create_task(home.house.accounts.go_on()),
        asyncio.create_task(try_boxes(home.house.code)),
    ]
    handing_back = asyncio.create_task(_hand_back(home, closing))
    try:
        await server.serve(sockets=[listening])
    finally:
        closing.set()
        await handing_back
        for each in beside:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each


def door_of(settings: Settings) -> Door:
    """Who may come in and how. Raises `InvalidValue`."""
    return Door(
        hosts=(settings.host, *settings.hosts),
        origins=origins_of(settings.cors_origins),
        proxies=networks(settings.trusted_proxies),
        seconds=float(settings.request_timeout),
        metrics_token=settings.metrics_token,
    )


async def _hand_back(home: Home, closing: asyncio.Event) -> None:
    """Gives runs back as soon as the server is told to stop, not after its last request."""
    await closing.wait()
    await home.worker.stop()


class _Server(uvicorn.Server):
    """Tells when it is ready, and ends open streams when it is told to stop.

    The signals are kept from uvicorn, which would raise them again afterwards and so end the
    process before its runs are handed back.
    """

    def __init__(
        self, config: uvicorn.Config, closing: asyncio.Event, ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._closing = closing
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        try:
            for each in signals:
                loop.add_signal_handler(each, self._stop, each)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            with super().capture_signals():
                yield
            return
        try:
            yield
        finally:
            for each in signals:
                loop.remove_signal_handler(each)

    def _stop(self, number: signal.Signals) -> None:
        self._closing.set()
        self.handle_exit(number, None)


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}"


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def fast_loop() -> Callable[[], Any] | None:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return None
    return uvloop.new_event_loop
