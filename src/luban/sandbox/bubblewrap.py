"""Boxes by bubblewrap: namespaces of their own, and a file tree with nothing of ours in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from luban.sandbox.box import BoxNeeds, OpenBox
from luban.sandbox.box_process import BoxCommand
from luban.sandbox.box_user import next_user
from luban.sandbox.cgroup import ControlGroups
from luban.sandbox.interpreters import PLACES, SETTINGS, SYSTEM
from luban.sandbox.seccomp import program as seccomp_program
from luban.sandbox.syscalls import Machine

WORK = "/box"
_SHARED = 16 << 20
"""Bytes of /dev/shm, where Python's processes share memory."""
PROFILE = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
    *("--new-session", "--as-pid-1", "--clearenv", "--cap-drop", "ALL", "--hostname", "box"),
)


class Bubblewrap:
    """`BoxKind` by the program `bwrap`; `hidden` are folders that no box may see."""

    name = "bubblewrap"

    def __init__(
        self, machine: Machine, groups: ControlGroups, hidden: Sequence[Path] = ()
    ) -> None:
        self._program = shutil.which("bwrap")
        self._filter = seccomp_program(machine, unix_sockets=True, whole_tree=False)
        self._groups = groups
        self._hidden = [os.path.realpath(folder) for folder in hidden]

    @property
    def found(self) -> bool:
        return self._program is not None

    @contextmanager
    def open(self, needs: BoxNeeds, program: Sequence[str]) -> Iterator[OpenBox]:
        assert self._program is not None
        filter = os.memfd_create("luban-seccomp", 0)
        try:
            os.write(filter, self._filter)
            os.lseek(filter, 0, os.SEEK_SET)
            argv = [self._program, *PROFILE, "--seccomp", str(filter), *self._tree(needs), "--"]
            group = self._groups.open(processes=needs.processes + 4, memory=needs.memory)
            command = BoxCommand(
                argv=[*argv, *program],
                environment={"PATH": PLACES},
                kept=(filter,),
                user=next_user(),
                group=group,
            )
            try:
                yield OpenBox(command, WORK)
            finally:
                if group is not None:
                    group.kill()
        finally:
            os.close(filter)

    def _tree(self, needs: BoxNeeds) -> list[str]:
        """What is seen in the box; only its own folder can be written to, up to its size."""
        tree = system_tree()
        for folder in needs.folders:
            tree += ["--ro-bind", folder, folder]
        tree += ["--proc", "/proc", "--dev", "/dev"]
        tree += ["--size", str(_SHARED), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
        tree += ["--size", str(needs.disk), "--tmpfs", WORK]
        if not any(folder.startswith("/tmp/") for folder in self._shown(needs)):
            tree += ["--symlink", f"{WORK}/tmp", "/tmp"]
        if needs.files is not None:
            tree += ["--ro-bind", needs.files, f"{WORK}/files"]
        for folder in self._hidden:
            if self._seen(folder, needs):
                tree += ["--tmpfs", folder, "--remount-ro", folder]
        return [*tree, "--remount-ro", "/", "--chdir", WORK]

    def _shown(self, needs: BoxNeeds) -> list[str]:
        return [*SYSTEM, *needs.folders]

    def _seen(self, folder: str, needs: BoxNeeds) -> bool:
        return any(folder.startswith(f"{each}/") for each in self._shown(needs))


def system_tree() -> list[str]:
    """The programs of the system, and what they need of its settings."""
    tree: list[str] = []
    for folder in SYSTEM:
        if os.path.islink(folder):
            tree += ["--symlink", os.readlink(folder), folder]
        else:
            tree += ["--ro-bind-try", folder, folder]
    for path in SETTINGS:
        tree += ["--ro-bind-try", path, path]
    return tree
