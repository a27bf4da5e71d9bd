"""Boxes by Landlock, for machines whose users may not make namespaces: the kernel guards files."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from luban.sandbox.box import BoxNeeds, OpenBox
from luban.sandbox.box_process import BoxCommand
from luban.sandbox.box_user import next_user
from luban.sandbox.cgroup import ControlGroups
from luban.sandbox.interpreters import SETTINGS, SYSTEM
from luban.sandbox.seccomp import program as seccomp_program
from luban.sandbox.syscalls import Machine

_CREATE, _VERSION = 444, 1
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FOLDER, _REMOVE, _MAKE_FOLDER, _MAKE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MOVE, _TRUNCATE = 1 << 13, 1 << 14
_SEE = _EXECUTE | _READ | _LIST
_OWN = (
    *(_READ, _LIST, _WRITE, _REMOVE_FOLDER, _REMOVE),
    *(_MAKE_FOLDER, _MAKE, _MOVE, _TRUNCATE),
)
_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights on files each version knows; later ones no more."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_LEAST = 3
_SCOPED = 6
"""The first version that keeps signals and abstract sockets inside."""


def version() -> int:
    """What the kernel knows of Landlock; 0 is nothing."""
    try:
        found = ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, _VERSION)
    except (OSError, AttributeError):
        return 0
    return max(0, found)


class Landlock:
    """`BoxKind` by Landlock, a filter of system calls and limits; `hidden` is what none may see.

    The supervisor stands outside and confines its child. Nothing else of the machine's files can
    be read or changed, no socket made, no signal sent outside; that a file exists can be told.
    """

    name = "landlock"

    def __init__(
        self, machine: Machine, groups: ControlGroups, hidden: Sequence[Path] = ()
    ) -> None:
        self._version = version()
        self._filter = seccomp_program(machine, unix_sockets=False, whole_tree=True)
        self._groups = groups
        self._hidden = [os.path.realpath(folder) for folder in hidden]

    def missing(self) -> tuple[str, str] | None:
        """Why it would not hold here, in both languages."""
        if self._version < _LEAST:
            return (
                f"Landlock of this kernel has version {self._version}, and {_LEAST} is needed",
                f"内核的 Landlock 版本为 {self._version}，需要 {_LEAST}",
            )
        if self._version < _SCOPED and os.geteuid() != 0:
            why = f"Landlock {self._version} of this kernel does not keep code from signalling us"
            why_zh = f"内核的 Landlock 版本为 {self._version}，无法阻止代码向本程序的进程发送信号"
            return f"{why}; {_SCOPED} does (Linux 6.12)", f"{why_zh}；需要 {_SCOPED}（Linux 6.12）"
        inside = [each for each in self._hidden if each.startswith(SYSTEM)]
        if inside:
            return (
                f"{inside[0]} lies inside a system folder, which Landlock must show to code",
                f"{inside[0]} 位于系统目录内，而 Landlock 必须让代码看到该目录",
            )
        return None

    @contextmanager
    def open(self, needs: BoxNeeds, program: Sequence[str]) -> Iterator[OpenBox]:
        user = next_user()
        work = tempfile.mkdtemp(prefix="luban-box-")
        group = self._groups.open(processes=needs.processes + 4, memory=needs.memory)
        try:
            if user is not None:
                os.chown(work, user, user)
            command = BoxCommand(
                argv=list(program), environment={}, user=user, leashed=True, group=group
            )
            yield OpenBox(command, work, self._rules(needs, work))
        finally:
            if group is not None:
                group.kill()
            shutil.rmtree(work, ignore_errors=True)

    def _rules(self, needs: BoxNeeds, work: str) -> dict[str, Any]:
        known = (1 << _BY_VERSION.get(self._version, 16)) - 1
        handled = [known]
        if self._version >= 4:
            handled.append(0b11)  # bind and connect over TCP
        if self._version >= _SCOPED:
            handled.append(0b11)  # abstract sockets and signals
        allowed = [
            (path, _SEE & known) for path in (*SYSTEM, *needs.folders) if os.path.isdir(path)
        ]
        for path in SETTINGS:
            if os.path.exists(path):
                allowed.append((path, _READ | (_LIST if os.path.isdir(path) else 0)))
        allowed += [(path, (_READ | _WRITE) & known) for path in _DEVICES]
        allowed.append((work, sum(_OWN) & known))
        if needs.files is not None:
            allowed.append((needs.files, _READ | _LIST))
        return {"handled": handled, "allowed": allowed, "filter": self._filter}
