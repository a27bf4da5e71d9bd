"""Programs that stay: boxes of bubblewrap with their input and outputs open to us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from luban.ports.sandbox import MIB, CodeRunner, CommandNeeds
from luban.sandbox.box_user import next_user
from luban.sandbox.bubblewrap import PROFILE, WORK, system_tree
from luban.sandbox.cgroup import ControlGroups
from luban.sandbox.interpreters import PLACES
from luban.sandbox.seccomp import program as seccomp_program
from luban.sandbox.syscalls import Machine, machine
from luban.sdk.sandbox import SandboxOff

_MEMORY, _PROCESSES, _DISK = 1024 * MIB, 128, 256 * MIB
_PARTING = 2.0
"""Seconds a program is given to end when its input is closed."""
_NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/pki")


class BubblewrapCommands:
    """`CommandBoxes`; there are none where bubblewrap does not hold for code either."""

    def __init__(self, runner: CodeRunner, hidden: Sequence[Path] = ()) -> None:
        self._runner = runner
        self._hidden = [os.path.realpath(folder) for folder in hidden]

    @asynccontextmanager
    async def open(self, needs: CommandNeeds) -> AsyncIterator[asyncio.subprocess.Process]:
        here = await self._require()
        bwrap = shutil.which("bwrap")
        assert bwrap is not None
        group = ControlGroups().open(processes=_PROCESSES, memory=_MEMORY)
        user = next_user()
        filter = _filter(here, network=needs.network)
        try:
            process = await asyncio.create_subprocess_exec(
                *(bwrap, *PROFILE, *(["--share-net"] if needs.network else [])),
                *("--seccomp", str(filter), *self._tree(needs), "--", *needs.argv),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={"PATH": PLACES},
                cwd="/",
                pass_fds=(filter,),
                start_new_session=True,
                limit=needs.longest_line,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        finally:
            os.close(filter)
        try:
            if group is not None:
                group.take(process.pid)
            yield process
        finally:
            await _end(process)
            if group is not None:
                await asyncio.to_thread(group.kill)

    async def _require(self) -> Machine:
        """Raises `SandboxOff`: a box that is less than what was asked for is none."""
        states = await self._runner.states()
        full = next(state for state in states if state.name == "full")
        here = machine() if sys.platform == "linux" else None
        if full.on and full.by == "bubblewrap" and here is not None:
            return here
        reason = full.reason or "It needs bubblewrap, and this machine has other boxes only."
        reason_zh = full.reason_zh or "需要 bubblewrap，而此机器只有其他隔离环境。"
        raise SandboxOff(
            what="A command that serves tools",
            what_zh="提供工具的命令",
            reason=reason,
            reason_zh=reason_zh,
            way_out="`docs/howto/run-code.md` says what it takes.",
            way_out_zh="`docs/howto/run-code.md` 说明了所需条件。",
        )

    def _tree(self, needs: CommandNeeds) -> list[str]:
        tree = system_tree()
        if needs.network:
            for path in _NETWORK_FILES:
                tree += ["--ro-bind-try", path, path]
        for folder in needs.folders:
            tree += ["--ro-bind", folder, folder]
        tree += ["--proc", "/proc", "--dev", "/dev", "--size", str(_DISK), "--tmpfs", WORK]
        shown = [*needs.folders, "/usr", "/bin", "/lib"]
        for folder in self._hidden:
            if any(folder.startswith(f"{each}/") or folder == each for each in shown):
                tree += ["--tmpfs", folder, "--remount-ro", folder]
        given = {"PATH": PLACES, "HOME": WORK, "TMPDIR": WORK, "LANG": "C.UTF-8"}
        for name, value in {**given, **needs.environment}.items():
            tree += ["--setenv", name, value]
        return [*tree, "--remount-ro", "/", "--chdir", WORK]


def _filter(here: Machine, *, network: bool) -> int:
    number = os.memfd_create("luban-seccomp", 0)
    os.write(number, seccomp_program(here, unix_sockets=True, whole_tree=False, network=network))
    os.lseek(number, 0, os.SEEK_SET)
    return number


async def _end(process: asyncio.subprocess.Process) -> None:
    """Closed input is the protocol's way to say good-bye; then nothing of the box is left."""
    assert process.stdin is not None
    process.stdin.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _PARTING)
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
