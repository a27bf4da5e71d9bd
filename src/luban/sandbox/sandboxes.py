"""Every box of this installation: which there are is asked once, and none stands in for another."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from luban.ports.sandbox import CodeOutcome, CodePiece, SandboxState
from luban.sandbox.interpreters import Interpreter, Interpreters
from luban.sandbox.probing import Found, Probe
from luban.sandbox.subset import BeyondSubset, Subset
from luban.sdk.sandbox import RunIn, SandboxOff

Level = Literal["full", "subset", "off"]


@dataclass(frozen=True)
class SandboxChoice:
    """How far an administrator lets code go. `at_once` is how many pieces run at a time."""

    level: Level = "full"
    shell: bool = True
    at_once: int = 4


class _Cancel:
    """How a piece in another thread is ended: by a file that becomes readable, or a function."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()
        self.workers: list[Callable[[], None]] = []
        self._closing = threading.Lock()
        self._closed = False

    def now(self) -> None:
        with self._closing:  # its number may be another file's once it is closed
            if not self._closed:
                os.write(self._writing, b"x")
        for end in self.workers:
            end()

    def done(self, _: object) -> None:
        with self._closing:
            self._closed = True
            os.close(self.reading)
            os.close(self._writing)


class Sandboxes:
    """`CodeRunner` over the subset and the boxes of the operating system."""

    def __init__(self, choice: SandboxChoice, probe: Probe, interpreters: Interpreters) -> None:
        self._choice = choice
        self._probe = probe
        self._interpreters = interpreters
        self._subset = Subset(choice.at_once)
        self._threads = ThreadPoolExecutor(choice.at_once, thread_name_prefix="luban-code")
        self._asking = threading.Lock()
        self._found: Found | None = None

    async def run(self, piece: CodePiece, run_in: RunIn, *, check: bool = True) -> CodeOutcome:
        """Raises `CodeFailed`, `CodeLimit` and `SandboxOff`. Cancelling it ends the code."""
        cancel = _Cancel()
        work = self._threads.submit(self._run, piece, run_in, cancel, check)
        work.add_done_callback(cancel.done)
        going = asyncio.wrap_future(work)
        try:
            return await asyncio.shield(going)
        except asyncio.CancelledError:
            if not work.cancel():
                cancel.now()
                await asyncio.wait([going])  # its end leaves nothing behind
                going.exception()  # whatever it met with, nobody asks any more
            raise

    async def states(self) -> list[SandboxState]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._states)

    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Waits for what runs; nothing may be asked of it afterwards."""
        self._threads.shutdown(cancel_futures=True)
        self._subset.close()

    # -- in a thread of ours ------------------------------------------------------------------

    def _run(self, piece: CodePiece, run_in: RunIn, cancel: _Cancel, check: bool) -> CodeOutcome:
        if piece.language != "python":
            return self._in_box(piece, cancel, check)
        subset = self._state("subset")
        if run_in == "full" or (run_in == "auto" and piece.files):
            return self._in_box(piece, cancel, check)
        if not subset.on:
            if run_in == "auto" and self._state("full").on:
                return self._in_box(piece, cancel, check)
            raise _off(subset)
        try:
            return self._subset.run(piece, cancel.workers.append)
        except BeyondSubset as error:
            full = self._state("full")
            if run_in == "auto" and full.on:
                return self._in_box(piece, cancel, check)
            raise _narrow(error, None if run_in == "subset" else full) from error

    def _in_box(self, piece: CodePiece, cancel: _Cancel, check: bool) -> CodeOutcome:
        name = "full" if piece.language == "python" else piece.language
        state = self._state(name)
        boxes = self._ask().boxes
        if not state.on or boxes is None:
            raise _off(state)
        program = self._program(piece.language)
        return boxes.run(piece, program, cancel.reading, check=check)

    def _program(self, language: str) -> Interpreter | None:
        if language == "javascript":
            return self._interpreters.node
        return self._interpreters.shell if language == "shell" else None

    def _state(self, name: str) -> SandboxState:
        return next(state for state in self._states() if state.name == name)

    def _states(self) -> list[SandboxState]:
        level = self._choice.level
        if level == "off":
            return [SandboxState(name, False, "", *_TURNED_OFF) for name in _NAMES]
        subset = SandboxState("subset", True, "monty")
        if missing := self._subset.missing():
            why = (f"Its interpreter is missing: {missing}.", f"缺少其解释器：{missing}。")
            subset = SandboxState("subset", False, "", *why)
        if level == "subset":
            off = [SandboxState(name, False, "", *_ONLY_SUBSET) for name in _NAMES[1:]]
            return [subset, *off]
        found = self._ask()
        full = SandboxState(
            "full", found.boxes is not None, found.by, found.reason, found.reason_zh
        )
        node = self._interpreters.node
        javascript = full._replace(name="javascript")
        if full.on and node is None:
            javascript = SandboxState("javascript", False, "", *_NO_NODE)
        shell = full._replace(name="shell")
        if not self._choice.shell:
            shell = SandboxState("shell", False, "", *_NO_SHELL)
        return [subset, full, javascript, shell]

    def _ask(self) -> Found:
        with self._asking:
            if self._found is None:
                self._found = self._probe.ask(self._interpreters)
            return self._found


_NAMES: tuple[Literal["subset", "full", "javascript", "shell"], ...] = (
    "subset",
    "full",
    "javascript",
    "shell",
)
_TURNED_OFF = (
    "An administrator turned code off (LUBAN_CODE=off).",
    "管理员已关闭代码执行（LUBAN_CODE=off）。",
)
_ONLY_SUBSET = (
    "An administrator allows only the safe subset of Python (LUBAN_CODE=subset).",
    "管理员只允许 Python 安全子集（LUBAN_CODE=subset）。",
)
_NO_NODE = ("Node is not installed where programs are.", "系统中没有安装 Node。")
_NO_SHELL = (
    "An administrator turned shell commands off (LUBAN_CODE_SHELL=off).",
    "管理员已关闭 shell 命令（LUBAN_CODE_SHELL=off）。",
)
_WHAT = {
    "subset": ("Python", "Python 代码"),
    "full": ("Full Python", "完整 Python"),
    "javascript": ("JavaScript", "JavaScript"),
    "shell": ("Shell commands", "Shell 命令"),
}


def _off(state: SandboxState) -> SandboxOff:
    what, what_zh = _WHAT[state.name]
    return SandboxOff(
        what=what,
        what_zh=what_zh,
        reason=state.reason,
        reason_zh=state.reason_zh,
        way_out="Ask whoever runs the server: `docs/howto/run-code.md` says what it takes.",
        way_out_zh="请联系服务器管理员：`docs/howto/run-code.md` 说明了所需条件。",
    )


def _narrow(error: BeyondSubset, full: SandboxState | None) -> BeyondSubset:
    """The error, and that there is more Python than this."""
    if full is None:
        hint = "(In the safe subset of Python; Run Python with `full` has all of it.)"
        hint_zh = "（运行于 Python 安全子集；“运行 Python”模块设为 `full` 可使用完整语言。）"
    else:
        hint = f"(In the safe subset of Python. The whole language is off here: {full.reason})"
        hint_zh = f"（运行于 Python 安全子集。完整语言在此不可用：{full.reason_zh}）"
    cause = error.params["cause"]
    return BeyondSubset(cause, error.params["line"], hint, hint_zh)


def lowered(piece: CodePiece, *, seconds: float, memory: int) -> CodePiece:
    """The piece with no more than the server allows."""
    bounds = dataclasses.replace(
        piece.bounds,
        seconds=min(piece.bounds.seconds, seconds),
        memory=min(piece.bounds.memory or memory, memory),
    )
    return dataclasses.replace(piece, bounds=bounds)
