"""Errors of durable verbs as their record keeps them, and as a block's code gets them back."""

from __future__ import annotations

from typing import Any

from luban.model.errors import LubanError
from luban.sdk.errors import (
    BlockError,
    CallFailed,
    ChildRunFailed,
    PathChanged,
    TemporaryError,
    WaitTimedOut,
)

_TOLD: dict[str, type[BlockError]] = {
    error.code: error for error in (WaitTimedOut, ChildRunFailed, PathChanged)
}
"""Errors of verbs themselves, which keep their class."""


def stored(error: LubanError) -> dict[str, Any]:
    """An error as a child's record keeps it."""
    told = {**error.as_json(), "retryable": error.retryable}
    if isinstance(error, (TemporaryError, CallFailed)) and error.retry_after is not None:
        told["retry_after"] = error.retry_after
    if (cause := cause_of(error)) is not None:
        told["child"] = cause
    return told


def told_again(key: str, told: dict[str, Any]) -> BlockError:
    """The error as the block's code gets it, the first time and whenever it runs again."""
    known = _TOLD.get(told["code"])
    failure = known(**told["params"]) if known else CallFailed(told)
    failure.child = key
    return failure


def cause_of(error: BaseException | None) -> str | None:
    """The key of the child an error comes from, itself or what it was raised from."""
    while error is not None:
        if isinstance(error, BlockError) and error.child is not None:
            return error.child
        error = error.__cause__ or error.__context__
    return None
