"""The full tier: whole languages in boxes of the operating system."""

from __future__ import annotations

import marshal
import math
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from luban.model.values import plain
from luban.ports.sandbox import MIB, CodeBounds, CodeOutcome, CodePiece
from luban.sandbox.answers import outcome
from luban.sandbox.box import BoxKind, BoxNeeds, OpenBox
from luban.sandbox.box_process import BoxBounds, run_box
from luban.sandbox.interpreters import PLACES, Interpreter
from luban.sdk.sandbox import CodeLanguage

_HEAD = 64 << 10
_OPEN_FILES = 256
_OWN_COUNT = (5, 14)
"""From this Linux on, processes are counted for each user namespace by itself."""
_PAGES = 4096
"""Files and folders that a box may have."""


class Boxes:
    """Runs pieces in boxes of one kind; each in the thread that asks."""

    def __init__(self, kind: BoxKind, python: Interpreter) -> None:
        self.kind = kind
        self.python = python
        self._supervisor = _inside("supervisor.py")

    def run(
        self, piece: CodePiece, program: Interpreter | None, cancelled: int, *, check: bool = True
    ) -> CodeOutcome:
        """`program` runs what is not Python. Raises `CodeFailed` and `CodeLimit`."""
        bounds = piece.bounds
        with self._files(piece.files) as files:
            needs = BoxNeeds(
                self.python,
                [program] if program is not None else [],
                files,
                bounds.disk,
                bounds.processes,
                bounds.memory,
            )
            bare = ["-S"] if self.python.bare else []
            argv = [self.python.program, "-I", "-B", "-Xutf8", *bare, "-c", self._supervisor]
            with self.kind.open(needs, [*argv, "{answer}"]) as box:
                if files is not None and box.rules is not None:
                    os.symlink(files, f"{box.work}/files")
                end = run_box(
                    box.command,
                    self._request(piece, program, box),
                    BoxBounds(
                        bounds.seconds,
                        bounds.printed,
                        _HEAD + bounds.result + bounds.out,
                        bounds.memory + bounds.disk,
                    ),
                    cancelled,
                )
        return outcome(end, bounds, check)

    def _request(self, piece: CodePiece, program: Interpreter | None, box: OpenBox) -> bytes:
        bounds, inputs = piece.bounds, plain(piece.inputs)
        payload = b""
        argv: list[str] = []
        environment = _environment(box.work)
        if program is not None:
            payload = orjson.dumps({"code": piece.code, "inputs": inputs})
            argv = _program(piece, program)
            if piece.language == "shell":
                environment |= _variables(inputs)
        request = {
            "work": box.work,
            "payload": payload,
            "landlock": dict(box.rules) if box.rules is not None else None,
            "limits": self._limits(piece.language, bounds, box),
            "env": environment,
            "argv": argv,
            "code": piece.code,
            "inputs": inputs if not argv else {},
            "own_user": box.command.user is not None,
            "most_files": _PAGES,
            "disk": bounds.disk,
            "most_out": bounds.out,
            "most_out_files": bounds.out_files,
            "most_result": bounds.result,
        }
        content = marshal.dumps(request, 2)
        return len(content).to_bytes(8, "big") + content

    def _limits(self, language: CodeLanguage, bounds: CodeBounds, box: OpenBox) -> dict[str, int]:
        # What reserves much and uses little, as V8 does, is held by what it may write to.
        memory = "AS" if language == "python" else "DATA"
        apart = box.command.user is not None or (box.rules is None and _linux() >= _OWN_COUNT)
        return {
            memory: bounds.memory,
            "CPU": math.ceil(bounds.seconds) + 1,
            "FSIZE": bounds.disk,
            "NOFILE": _OPEN_FILES,
            "CORE": 0,
            "NPROC": bounds.processes + (0 if apart else _threads_of(os.getuid())),
        }

    @contextmanager
    def _files(self, files: Sequence[Path]) -> Iterator[str | None]:
        """A folder with the files that others than ourselves can read."""
        if not files:
            yield None
            return
        folder = tempfile.mkdtemp(prefix="luban-files-")
        try:
            for file in files:
                there = f"{folder}/{file.name}"
                shutil.copyfile(file, there)
                os.chmod(there, 0o444)
            os.chmod(folder, 0o755)  # noqa: S103
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _inside(name: str) -> str:
    return resources.files("luban.sandbox.inside").joinpath(name).read_text(encoding="utf-8")


def _environment(work: str) -> dict[str, str]:
    return {
        "PATH": PLACES,
        "HOME": work,
        "TMPDIR": f"{work}/tmp",
        "LANG": "C.UTF-8",
        "OPENSSL_CONF": "/dev/null",  # Node would fail for not being allowed to read its usual one
    }


def _variables(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Inputs as a shell has them: text as it is, all else as JSON."""
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in inputs.items()
        if name.isidentifier()
        and not name.startswith(("LD_", "PATH", "BASH", "IFS", "ENV"))
        and "\0" not in str(value)
    }


def _program(piece: CodePiece, program: Interpreter) -> list[str]:
    if piece.language == "shell":
        return [program.program, "-c", piece.code, "code"]
    heap = max(32, piece.bounds.memory * 3 // 4 // MIB)
    quiet = ["--no-warnings", f"--max-old-space-size={heap}"]
    return [program.program, *quiet, "-e", _inside("javascript.cjs")]


def _linux() -> tuple[int, ...]:
    numbers = platform.release().split("-", 1)[0].split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())


def _threads_of(user: int) -> int:
    """How many threads a user has: without a namespace they count against the box's limit."""
    count = 0
    for each in os.scandir("/proc"):
        try:
            if each.name.isdigit() and each.stat().st_uid == user:
                count += len(os.listdir(f"/proc/{each.name}/task"))
        except OSError:
            continue
    return count
