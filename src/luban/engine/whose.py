"""Whose code it is that runs, told from the frames of a stack or of a task."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import Any, NamedTuple

from luban.engine.context import StepContext

DOING: ContextVar[StepContext | None] = ContextVar("luban.engine.doing", default=None)
"""The last attempt that was begun in a task, or in the one that task was made by."""

_LOOPS = frozenset({"asyncio.events", "asyncio.base_events", "asyncio.runners", "uvloop"})
"""What is beyond these on a stack has started the loop."""
_OURS = "luban."
_BLOCKS = ("luban.blocks.", "luban.sdk.")
_ENGINE = "luban.engine."
_VERBS = "luban.engine.verbs"
_BORDER = "luban.engine.attempt"
"""Where the engine calls a block's code, with the block's context in `ctx`."""
_HARMLESS = frozenset(
    f"{_ENGINE}{name}" for name in ("inputs", "bounds", "context", "threads", "whose")
)
"""Modules of the engine that leave nothing half done when they are interrupted."""
_STORES = "luban.storage."


class Place(NamedTuple):
    """A step's attempt that was found on a stack.

    `at` is the file and line of what runs; `interruptible` says that only the block's own code,
    and libraries it called, lie between.
    """

    ctx: StepContext
    at: str
    interruptible: bool

    @property
    def node(self) -> str:
        return self.ctx.firing.path

    @property
    def block(self) -> str:
        code = self.ctx.firing.node.code
        return code.spec.id if code is not None else "?"


def of_stack(frame: FrameType | None) -> Place | None:
    """The innermost attempt on the stack of a frame; `None` if no block's code is running.

    A task that a block made has no attempt on its stack, and is known by its context.
    """
    at, engine, border, ours = where(frame), False, False, False
    while frame is not None:
        module: str = frame.f_globals.get("__name__", "")
        if module in _LOOPS:
            break
        if module == _BORDER:
            border = True
            ctx = frame.f_locals.get("ctx")
            if isinstance(ctx, StepContext):
                return Place(ctx, at, not engine)
        elif not border and module not in _HARMLESS:
            engine = engine or module.startswith((_ENGINE, _STORES))
            ours = ours or (module.startswith(_OURS) and not module.startswith(_BLOCKS))
        frame = frame.f_back
    made_by = None if ours or border or not _in_task() else DOING.get()
    return None if made_by is None else Place(made_by, at, True)


def _in_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def of_task(task: asyncio.Task[Any]) -> StepContext | None:
    """The innermost attempt a task is in."""
    found = list(_attempts(task))
    return found[-1][0] if found else None


def under_way() -> list[StepContext]:
    """The attempts whose code goes on in this loop; not those that wait by a durable verb."""
    found = {
        id(ctx): ctx for task in asyncio.all_tasks() for ctx, rests in _attempts(task) if not rests
    }
    return list(found.values())


def _attempts(task: asyncio.Task[Any]) -> Iterator[tuple[StepContext, bool]]:
    """The attempts a waiting task is in, the innermost last, and whether each awaits a verb."""
    ctx: StepContext | None = None
    rests = False
    awaited: Any = task.get_coro()
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None)
        if frame is not None:
            module = frame.f_globals.get("__name__")
            if module == _BORDER and isinstance(inner := frame.f_locals.get("ctx"), StepContext):
                if ctx is not None and inner is not ctx:
                    yield ctx, rests
                ctx, rests = inner, False
            rests = rests or module == _VERBS
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    if ctx is not None:
        yield ctx, rests


def where(frame: FrameType | None) -> str:
    """`folder/file.py:12`, as errors name it."""
    if frame is None:
        return "?"
    return f"{short_name(frame.f_code)}:{frame.f_lineno}"


def short_name(code: CodeType) -> str:
    """The last two parts of the file a piece of code is from."""
    return "/".join(code.co_filename.replace("\\", "/").rsplit("/", 2)[-2:])
