"""Boxes of each kind that this machine has, and a short way to run code in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from luban.ports.sandbox import MIB, CodeBounds, CodeOutcome, CodePiece
from luban.sandbox.interpreters import Interpreters
from luban.sandbox.probing import Probe
from luban.sandbox.sandboxes import SandboxChoice, Sandboxes
from luban.sdk.sandbox import CodeFailed, CodeLanguage, CodeLimit, RunIn

QUICK = CodeBounds(seconds=10, memory=256 * MIB, processes=16, disk=8 * MIB, out=4 * MIB)


def sandboxes(kind: str, hidden: tuple[Path, ...] = ()) -> Sandboxes:
    return Sandboxes(
        SandboxChoice(at_once=2), Probe(hidden, (kind,) if kind else ()), Interpreters()
    )


class Box:
    """One kind of box, asked for results."""

    def __init__(self, kind: str, runner: Sandboxes) -> None:
        self.kind = kind
        self.runner = runner

    async def run(
        self,
        code: str,
        *,
        language: CodeLanguage = "python",
        run_in: RunIn = "full",
        files: tuple[Path, ...] = (),
        bounds: CodeBounds = QUICK,
        check: bool = True,
        **inputs: Any,
    ) -> CodeOutcome:
        piece = CodePiece(language, code, inputs, files, bounds)
        return await self.runner.run(piece, run_in, check=check)

    async def result(self, code: str, **more: Any) -> Any:
        return (await self.run(code, **more)).result

    async def limit(self, code: str, **more: Any) -> str:
        """Which limit ends the code."""
        try:
            got = await self.run(code, **more)
        except CodeLimit as error:
            return str(error.params["what"])
        return f"none: {got}"

    async def failure(self, code: str, **more: Any) -> str:
        try:
            got = await self.run(code, **more)
        except CodeFailed as error:
            return str(error)
        return f"none: {got}"
