"""What a box says when it has ended, read with the distrust it deserves."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

import orjson

from luban.ports.sandbox import CodeBounds, CodeOutcome
from luban.sandbox.box_process import BoxEnd
from luban.sandbox.limits import over
from luban.sdk.sandbox import CodeFailed

_NO_NAME = re.compile(r"[\x00-\x1f\x7f/\\:]+")
_LONGEST = 200
_OOM_KINDS = frozenset({"MemoryError"})
_NO_BUFFER = "Array buffer allocation failed"
_OOM_WORDS = (b"heap out of memory", b"process out of memory", b"std::bad_alloc")
"""What programs say that end themselves for want of memory."""


class BoxBroken(CodeFailed):
    """The box ended without an answer: it could not be made, or the code in it broke it."""

    def __init__(self, said: str) -> None:
        super().__init__(f"its box ended without an answer ({said})")
        self.said = said


class _Head(NamedTuple):
    status: int
    why: str
    result: int
    error: int
    files: list[tuple[str, int]]


def outcome(end: BoxEnd, bounds: CodeBounds, check: bool) -> CodeOutcome:
    """Raises `CodeLimit` and `CodeFailed` for what went wrong; `check` is for exit codes."""
    if end.why == "answer":
        raise over("out", bounds)
    if end.why and end.why != "cancelled":
        raise over(end.why, bounds)
    stdout, stderr = _text(end.stdout), _text(end.stderr)
    head, rest = _head(end)
    if head.why in ("disk", "files", "result", "error"):
        raise over("result" if head.why == "error" else head.why, bounds)
    start = max(head.result, 0)
    told = _json(rest[start : start + head.error]) if head.error >= 0 else None
    exit_code = os.waitstatus_to_exitcode(head.status & 0xFFFF)
    _require_memory(told, exit_code, end, bounds)
    if isinstance(told, dict):
        line = told.get("line")
        cause = f"{told.get('type', 'Error')}: {told.get('message', '')}".removesuffix(": ")
        raise CodeFailed(cause, line if isinstance(line, int) else None)
    if exit_code and check:
        raise CodeFailed(_ending(exit_code, stderr))
    result = _json(rest[:start]) if head.result >= 0 else None
    files, at = [], start + max(head.error, 0)
    for name, size in head.files:
        files.append((_name(name), rest[at : at + size]))
        at += size
    return CodeOutcome(result, stdout, stderr, files, exit_code, "full")


def _require_memory(told: Any, exit_code: int, end: BoxEnd, bounds: CodeBounds) -> None:
    out = isinstance(told, dict) and (
        told.get("type") in _OOM_KINDS or _NO_BUFFER in str(told.get("message"))
    )
    if out or (exit_code < 0 and any(words in end.stderr for words in _OOM_WORDS)):
        raise over("memory", bounds)
    if exit_code == -24:  # SIGXCPU
        raise over("time", bounds)
    if exit_code == -25:  # SIGXFSZ
        raise over("disk", bounds)


def _ending(exit_code: int, stderr: str) -> str:
    last = "\n".join(stderr.strip().splitlines()[-5:])[-1000:]
    how = f"it was ended by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
    return f"{how}: {last}" if last else how


def _head(end: BoxEnd) -> tuple[_Head, bytes]:
    first, _, rest = end.answer.partition(b"\n")
    try:
        said = orjson.loads(first)
        files = [(str(name), int(size)) for name, size in said["files"]]
        head = _Head(
            int(said["status"]), str(said["why"]), int(said["result"]), int(said["error"]), files
        )
        if any(size < 0 for _, size in files):
            raise ValueError("a size below 0")
    except (ValueError, KeyError, TypeError) as error:
        cause = _text(end.stderr).strip()[-500:] or f"the box ended with {end.exit_code}"
        raise BoxBroken(cause) from error
    return head, rest


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content) if content else None
    except ValueError as error:
        raise CodeFailed(f"what it left as its result is no JSON ({error})") from error


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _name(name: str) -> str:
    plain = _NO_NAME.sub("_", name).strip(" .")[-_LONGEST:]
    return plain or "file"
