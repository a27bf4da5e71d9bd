"""What the blocks that run code have in common: their inputs, outputs and limits."""

from __future__ import annotations

from typing import Any

from luban.sdk import BlockInput, BlockOutput, CodeResult, Emissions, Emit, Field, FileRef

LONGEST = 3660.0
"""Seconds; the server's own limit is below this unless an administrator raises it."""


class CodeInput(BlockInput):
    """What every piece of code is given, besides its text."""

    inputs: dict[str, Any] = Field(
        default_factory=dict,
        title="Inputs",
        description="Each name becomes a variable of the code; `inputs` has all of them.",
    )
    files: list[FileRef] = Field(
        default_factory=list[FileRef],
        title="Files",
        description="Found in the folder `files`, under their names; they can only be read.",
    )
    timeout: float = Field(
        30,
        gt=0,
        le=3600,
        title="Time limit",
        description="Seconds, up to what the server allows.",
        advanced=True,
    )
    memory: int = Field(
        0,
        ge=0,
        title="Memory limit",
        description="Megabytes, up to what the server allows; 0 is that.",
        advanced=True,
    )


class PrintedOutput(BlockOutput):
    """What commands give."""

    stdout: str = Field(title="Printed", description="What the code printed.")
    stderr: str = Field(title="Warnings", description="What it wrote to its error output.")
    file: FileRef = Emit("Each file that the code left in the folder `out`.", title="File")
    files: list[FileRef] = Field(title="Files", description="All of these files as a list.")


class CodeOutput(PrintedOutput):
    """What a piece of code gives."""

    result: Any = Field(title="Result", description="The last line's value, or `result`.")


def emissions(got: CodeResult) -> Emissions:
    """The outputs in the order of the pins; files only if there are any."""
    sent = Emissions([("result", got.result), ("stdout", got.stdout), ("stderr", got.stderr)])
    made = [file.model_dump(by_alias=True) for file in got.files]
    sent += [("file", file) for file in made]
    return Emissions([*sent, ("files", made)])
