"""Which programs run code in a box, and which folders of the machine they need to see."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

PLACES = "/usr/local/bin:/usr/bin:/bin"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
"""What every program of the system needs; nothing of these is secret."""
SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/mime.types",
)


class Interpreter(NamedTuple):
    """A program, and the folders it needs beside those of the system."""

    program: str
    folders: tuple[str, ...] = ()
    bare: bool = True
    """Whether its packages are left aside, as those of a Python that is not for code."""


class Interpreters:
    """What there is on this machine; `python` is what an administrator chose for code."""

    def __init__(self, python: str = "", path: str | None = None) -> None:
        self._chosen = python
        self._path = path if path is not None else os.environ.get("PATH", PLACES)

    @cached_property
    def pythons(self) -> Sequence[Interpreter]:
        """The best first: the chosen one and no other, else ours, else the system's."""
        if self._chosen:
            program = Path(self._chosen).expanduser()
            real = Path(os.path.realpath(program))  # of an environment, the Python it was made with
            folders = (*_outside(_prefix(program)), *_outside(_prefix(real)))
            return [Interpreter(str(program), tuple(dict.fromkeys(folders)), bare=False)]
        return list(dict.fromkeys(self._bare()))

    def _bare(self) -> Iterator[Interpreter]:
        ours = Path(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))
        if ours.exists():
            yield Interpreter(str(ours), _outside(sys.base_prefix))
        system = shutil.which("python3", path=PLACES)
        if system:
            yield Interpreter(os.path.realpath(system), _outside(_prefix(Path(system))))

    @cached_property
    def node(self) -> Interpreter | None:
        return self._found("node")

    @cached_property
    def deno(self) -> Interpreter | None:
        return self._found("deno")

    @cached_property
    def shell(self) -> Interpreter | None:
        found = shutil.which("bash", path=PLACES) or shutil.which("sh", path=PLACES)
        return Interpreter(found) if found else None

    def _found(self, name: str) -> Interpreter | None:
        found = shutil.which(name, path=f"{PLACES}:{self._path}")
        if found is None:
            return None
        program = os.path.realpath(found)
        return Interpreter(program, _outside(str(Path(program).parent.parent)))


def _prefix(program: Path) -> str:
    return str(program.parent.parent)


def _outside(folder: str) -> tuple[str, ...]:
    """The folder, unless every box shows it anyway, or none may."""
    real = os.path.realpath(folder)
    if any(real == each or real.startswith(f"{each}/") for each in SYSTEM):
        return ()
    return (real,) if real not in ("/", str(Path.home())) else ()
