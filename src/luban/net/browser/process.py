"""A browser process of its own: profile, user, limits, and an end with all its children."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from luban.net.browser.devtools import DevTools
from luban.net.browser.errors import BrowserMissing
from luban.net.browser.program import lesser_user
from luban.net.browser.proxy import GuardedProxy

_MOST_MESSAGE = 128 << 20
_MOST_SAID = 4000
_LOOK_SECONDS = 0.5
# The browser speaks DevTools over its file handles 3 and 4, so its port is open to nobody.
_ON_PIPES = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--disable-features=MediaRouter,OptimizationHints,Translate,WebRtcHideLocalIpsWithMdns",
    "--dns-prefetch-disable",
    "--no-pings",
    "--mute-audio",
    "--hide-scrollbars",
    "--password-store=basic",
    "--use-mock-keychain",
    "--renderer-process-limit=4",
    "--js-flags=--max-old-space-size=512",
    # Nothing goes around the proxy: no direct connection, no look-up of names, no UDP.
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


class Running(NamedTuple):
    """A browser that was started; `heavy` is set when it takes more memory than it may."""

    tools: DevTools
    heavy: asyncio.Event
    said: bytearray
    """The end of what it complains of."""
    complaining: asyncio.Task[None]
    """Done when it complains no more, because it has ended."""


@contextlib.asynccontextmanager
async def running(
    program: str, proxy: GuardedProxy, *, sandbox: bool, most_memory: int
) -> AsyncIterator[Running]:
    """Raises `BrowserMissing` where it cannot be started at all."""
    user = lesser_user()
    folder = Path(tempfile.mkdtemp(prefix="luban-browser-"))
    try:
        if user is not None:
            os.chown(folder, *user)
        started = await _started(program, proxy, folder, user, sandbox=sandbox)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    said, heavy = bytearray(), asyncio.Event()
    tools = DevTools(started.reader, started.writer)
    beside = [
        asyncio.create_task(_keep(started.errors, said)),
        asyncio.create_task(_weigh(started.process.pid, most_memory, heavy)),
    ]
    try:
        yield Running(tools, heavy, said, beside[0])
    finally:
        _kill(started.process)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await tools.aclose()
        started.errors_writer.close()
        await asyncio.to_thread(started.process.wait)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


class _Started(NamedTuple):
    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    errors: asyncio.StreamReader
    errors_writer: asyncio.StreamWriter


async def _started(
    program: str,
    proxy: GuardedProxy,
    folder: Path,
    user: tuple[int, int] | None,
    *,
    sandbox: bool,
) -> _Started:
    flags = [*_FLAGS, f"--user-data-dir={folder}"]
    flags.append(f"--proxy-server=http://127.0.0.1:{proxy.port}")
    if not sandbox:
        flags.append("--no-sandbox")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    ours, theirs = socket.socketpair()
    errors, their_errors = socket.socketpair()
    try:
        # Not the loop's own way: one that is written in C cannot change the user.
        process = subprocess.Popen(  # noqa: ASYNC220  it returns at once
            ["/bin/sh", "-c", _ON_PIPES, program, *flags, "about:blank"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=their_errors.fileno(),
            cwd=folder,
            env={**kept, "HOME": str(folder), "TMPDIR": str(folder)},
            start_new_session=True,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=[] if user else None,
        )
    except OSError as error:
        ours.close()
        errors.close()
        raise BrowserMissing(reason=f"{program} cannot be started: {error}") from error
    finally:
        theirs.close()
        their_errors.close()
    try:
        reader, writer = await asyncio.open_connection(sock=ours, limit=_MOST_MESSAGE)
        return _Started(process, reader, writer, *await asyncio.open_connection(sock=errors))
    except BaseException:
        _kill(process)
        process.wait()
        raise


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The browser and everything it started: they are one group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _keep(errors: asyncio.StreamReader, said: bytearray) -> None:
    while piece := await errors.read(4096):
        said += piece
        del said[:-_MOST_SAID]


async def _weigh(group: int, most: int, heavy: asyncio.Event) -> None:
    """Watches the memory of all its processes, where the system tells."""
    if sys.platform != "linux":
        return
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if await asyncio.to_thread(_memory, group) > most:
            heavy.set()
            return


def _memory(group: int) -> int:
    """Bytes that the processes of a group hold for themselves."""
    page, total = os.sysconf("SC_PAGE_SIZE"), 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name in parentheses may hold anything; what follows it is numbers.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                _size, resident, shared, *_ = (entry / "statm").read_text().split()
                total += (int(resident) - int(shared)) * page
        except (OSError, ValueError, IndexError):
            continue  # it has ended meanwhile
    return total
