"""The subset tier: a small Python of its own, in processes that have nothing to give away."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from luban.model.values import plain
from luban.ports.sandbox import CodeBounds, CodeOutcome, CodePiece
from luban.sandbox.limits import over
from luban.sandbox.results import as_data
from luban.sdk.sandbox import CodeFailed

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyRuntimeError, MontySession, MontySyntaxError

_DEEPEST_CALLS = 200
_KEPT_FOR = 200
"""Pieces after which a process is replaced."""
_BEYOND = frozenset(
    {
        "AttributeError",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "NotImplementedError",
        "PermissionError",
        "RuntimeError",
        "SyntaxError",
        "TypeError",
    }
)
"""Errors that may say no more than that the subset lacks something."""


class BeyondSubset(CodeFailed):
    """The code failed, perhaps only because the subset has no such thing."""


class Subset:
    """A pool of interpreters, made when the first piece comes and kept for good.

    Pieces run in the thread that asks. The pool is never asynchronous: that kind of it aborts the
    process now and then when the process ends.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._pool: Monty | None = None
        self._making = threading.Lock()

    def run(self, piece: CodePiece, on_worker: Callable[[Callable[[], None]], None]) -> CodeOutcome:
        """`on_worker` is told how to end the piece from elsewhere.

        Raises `CodeLimit`, `CodeFailed`, and of these `BeyondSubset`.
        """
        from pydantic_monty import CollectStreams, MontyCrashedError, MontyRuntimeError
        from pydantic_monty import MontySyntaxError as BadSyntax

        bounds, printed = piece.bounds, CollectStreams(max_bytes=piece.bounds.printed)
        try:
            with self._opened().checkout(script_name="code.py", limits=_limits(bounds)) as session:
                pid = session.worker_pid
                if pid is not None:
                    on_worker(lambda: _end(pid))
                try:
                    value = _fed(session, piece, printed)
                except (MontyRuntimeError, BadSyntax) as error:
                    raise _told(error, bounds) from error
        except MontyCrashedError as error:
            if error.timed_out:
                raise over("time", bounds) from error
            raise CodeFailed("the interpreter crashed, and was replaced") from error
        try:
            result = as_data(value)
        except (TypeError, ValueError) as error:
            raise CodeFailed(str(error)) from error
        texts = {"stdout": "", "stderr": ""}
        for stream, text in printed.output:
            texts[stream] += text
        return CodeOutcome(result, texts["stdout"], texts["stderr"], run_in="subset")

    def missing(self) -> str:
        """Why there is no such interpreter here; empty if there is."""
        try:
            self._opened()
        except (ImportError, OSError) as error:
            return str(error).partition(";")[0]
        return ""

    def close(self) -> None:
        with self._making:
            if self._pool is not None:
                self._pool.__exit__(None, None, None)
                self._pool = None

    def _opened(self) -> Monty:
        with self._making:
            if self._pool is None:
                from pydantic_monty import Monty

                pool = Monty(
                    min_processes=0,
                    max_processes=self._at_once,
                    max_checkouts_per_worker=_KEPT_FOR,
                )
                self._pool = pool.__enter__()
            return self._pool


def _limits(bounds: CodeBounds) -> Any:
    return {
        "max_feed_duration_secs": bounds.seconds,
        "max_memory": bounds.memory,
        "max_recursion_depth": _DEEPEST_CALLS,
        "max_total_sleep_secs": bounds.seconds,
    }


def _fed(session: MontySession, piece: CodePiece, printed: Any) -> Any:
    """What the last line is worth, or what was called `result`."""
    from pydantic_monty import MontyRuntimeError

    inputs = plain(piece.inputs)
    named = {name: value for name, value in inputs.items() if name.isidentifier()}
    named["inputs"] = inputs
    value = session.feed_run(piece.code, inputs=named, print_callback=printed)
    if value is None:
        with contextlib.suppress(MontyRuntimeError):
            value = session.feed_run("result", print_callback=printed)
    return value


def _told(error: MontyRuntimeError | MontySyntaxError, bounds: CodeBounds) -> Exception:
    inner = error.exception()
    kind, text = type(inner).__name__, str(inner)
    if isinstance(inner, TimeoutError) and "limit exceeded" in text:
        return over("time", bounds)
    if isinstance(inner, MemoryError):
        return over("printed" if f"> {bounds.printed} bytes" in text else "memory", bounds)
    frames = error.traceback()
    line = frames[-1].line if frames else None
    cause = f"{kind}: {text[:2000]}".removesuffix(": ")
    return (BeyondSubset if kind in _BEYOND else CodeFailed)(cause, line)


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
