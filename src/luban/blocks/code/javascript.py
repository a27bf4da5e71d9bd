"""JavaScript of users and models, in a sandbox."""

from __future__ import annotations

from luban.blocks.code.running import LONGEST, CodeInput, CodeOutput, emissions
from luban.sdk import Block, CodeFailed, Context, Effect, Emissions, Example, Field

_CODE = "console.log(names.length);\nnames.map((name) => name.toUpperCase())"


class JavaScript(Block):
    """Runs JavaScript (Node) in a sandbox: no network, no files or settings of the server.

    The last line's value is the result; with `await` or `return` it is what is returned. Files
    written to the folder `out` leave as stored files.
    """

    id = "code.javascript"
    title = "Run JavaScript"
    category = "code"
    effect = Effect.IDEMPOTENT
    icon = "file-code"
    keywords = ("js", "node", "code", "script", "execute", "sandbox", "function")
    timeout = LONGEST

    class Input(CodeInput):
        code: str = Field(
            title="Code",
            description="JavaScript; the value of the last line is the result.",
            widget="textarea",
            min_length=1,
        )

    class Output(CodeOutput):
        pass

    examples = (
        Example(
            {"code": _CODE, "inputs": {"names": ["lu", "ban"]}},
            {"result": ["LU", "BAN"], "stdout": "2\n", "stderr": "", "files": []},
            {"sandbox": [{"result": ["LU", "BAN"], "stdout": "2\n"}]},
        ),
        Example(
            {"code": "const text = await Promise.resolve('ok');\nreturn { text };"},
            {"result": {"text": "ok"}, "stdout": "", "stderr": "", "files": []},
            {"sandbox": [{"result": {"text": "ok"}}]},
        ),
        Example(
            {"code": "const a = {};\na.b.c"},
            {"error": {"code": "code_failed"}},
            {
                "sandbox": [
                    CodeFailed("TypeError: Cannot read properties of undefined (reading 'c')", 2)
                ]
            },
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        got = await ctx.sandbox.run(
            "javascript",
            input.code,
            inputs=input.inputs,
            files=input.files,
            seconds=input.timeout,
            memory_mb=input.memory,
        )
        return emissions(got)
