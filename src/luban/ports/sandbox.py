"""Where code that nobody vouches for runs: away from the server's files, network and processes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from luban.sdk.sandbox import CodeLanguage, RunIn

MIB = 1 << 20


@dataclass(frozen=True)
class CodeBounds:
    """What one piece of code may take."""

    seconds: float = 30.0
    memory: int = 512 * MIB
    """Bytes of one process; in all where a control group or the watch can count them."""
    processes: int = 32
    disk: int = 64 * MIB
    """Bytes it may write to its own folder, which is gone afterwards."""
    printed: int = MIB
    """Bytes of each of its two outputs."""
    result: int = 8 * MIB
    out: int = 32 * MIB
    """Bytes of the files it hands out, all together."""
    out_files: int = 100


@dataclass(frozen=True)
class CodePiece:
    """Code to run. `files` are read by it, and stay where they are; names are plain."""

    language: CodeLanguage
    code: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: Sequence[Path] = ()
    bounds: CodeBounds = CodeBounds()


class CodeOutcome(NamedTuple):
    """What became of a piece: plain data, texts, and files by name."""

    result: Any = None
    stdout: str = ""
    stderr: str = ""
    files: Sequence[tuple[str, bytes]] = ()
    exit_code: int = 0
    run_in: Literal["subset", "full"] = "full"


class SandboxState(NamedTuple):
    """How a kind of box stands on this machine, and why it is off if it is."""

    name: Literal["subset", "full", "javascript", "shell"]
    on: bool
    by: str = ""
    """What holds it: `monty`, `bubblewrap`, `landlock`."""
    reason: str = ""
    reason_zh: str = ""


class CodeRunner(Protocol):
    """Every box of this installation; what is off says so, and is never replaced by less."""

    async def run(self, piece: CodePiece, run_in: RunIn, *, check: bool = True) -> CodeOutcome:
        """With `check`, an exit code other than 0 is an error.

        Raises `CodeFailed`, `CodeLimit` and `SandboxOff`. Cancelling it ends the code.
        """
        ...

    async def states(self) -> list[SandboxState]:
        """What runs here, asked once; in the order they are told in."""
        ...


class CommandNeeds(NamedTuple):
    """A program that runs on in a box and is spoken to; it gets no variable but those named."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folders: Sequence[str] = ()
    """Shown to it, read only, beside the programs of the system."""
    network: bool = False
    longest_line: int = MIB


class CommandBoxes(Protocol):
    """Boxes for programs that stay."""

    def open(self, needs: CommandNeeds) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        """A running program with its input and outputs; leaving ends it and all it started.

        Raises `SandboxOff` where there is no safe box for it, and `CodeFailed`.
        """
        ...
