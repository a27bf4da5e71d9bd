"""Python of users and models, in a sandbox."""

from __future__ import annotations

from typing import Literal

from luban.blocks.code.running import LONGEST, CodeInput, CodeOutput, emissions
from luban.sdk import Block, CodeFailed, Context, Effect, Emissions, Emit, Example, Field

_TEN = {"rows": [{"n": 1}, {"n": 9}]}
_SUM = 'total = sum(row["n"] for row in rows)\nprint("rows:", len(rows))\ntotal'
_WRITES = 'with open("out/a.txt", "w") as f:\n    f.write("hi")\nresult = {"done": True}'


class Python(Block):
    """Runs Python code in a sandbox: no network, no files or settings of the server.

    The last line's value is the result, or what the code calls `result`. Files it writes to the
    folder `out` leave as stored files.
    """

    id = "code.python"
    title = "Run Python"
    category = "code"
    effect = Effect.IDEMPOTENT
    icon = "square-code"
    keywords = ("code", "script", "execute", "sandbox", "program", "function", "interpreter")
    timeout = LONGEST

    class Input(CodeInput):
        code: str = Field(
            title="Code",
            description="Python; the value of the last line is the result.",
            widget="textarea",
            min_length=1,
        )
        run_in: Literal["auto", "subset", "full"] = Field(
            "auto",
            title="Run in",
            description="`subset` is a small, quick Python without files; `full` is all of it, in "
            "a box of the system. `auto` takes the box for what the subset cannot do.",
            advanced=True,
        )

    class Output(CodeOutput):
        ran_in: Literal["subset", "full"] = Emit("Where it ran.", title="Ran in")

    examples = (
        Example(
            {"code": _SUM, "inputs": _TEN},
            {
                "result": 10,
                "stdout": "rows: 2\n",
                "stderr": "",
                "files": [],
                "ran_in": ["subset"],
            },
            {"sandbox": [{"result": 10, "stdout": "rows: 2\n", "run_in": "subset"}]},
        ),
        Example(
            {"code": _WRITES, "run_in": "full"},
            {
                "result": {"done": True},
                "stdout": "",
                "stderr": "",
                "file": [{"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 2}],
                "files": [{"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 2}],
                "ran_in": ["full"],
            },
            {"sandbox": [{"result": {"done": True}, "files": {"a.txt": "hi"}}]},
        ),
        Example(
            {"code": "total = 3\ntotal / 0"},
            {"error": {"code": "code_failed"}},
            {"sandbox": [CodeFailed("ZeroDivisionError: division by zero", 2)]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        got = await ctx.sandbox.run(
            "python",
            input.code,
            inputs=input.inputs,
            files=input.files,
            run_in=input.run_in,
            seconds=input.timeout,
            memory_mb=input.memory,
        )
        return Emissions([*emissions(got), ("ran_in", got.run_in)])
