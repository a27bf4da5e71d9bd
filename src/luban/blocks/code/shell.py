"""Shell commands, in a sandbox, for teams of administrators."""

from __future__ import annotations

from luban.blocks.code.running import LONGEST, CodeInput, PrintedOutput, emissions
from luban.sdk import Block, CodeFailed, Context, Effect, Emissions, Emit, Example, Field


class Shell(Block):
    """Runs shell commands in a sandbox: no network, no files or settings of the server.

    Only in teams where everybody who may change agents may run commands, by default
    administrators. Inputs are environment variables; what is left in the folder `out` leaves as
    stored files.
    """

    id = "code.shell"
    title = "Run shell commands"
    category = "code"
    effect = Effect.IDEMPOTENT
    icon = "square-terminal"
    keywords = ("bash", "sh", "command", "terminal", "script", "execute", "sandbox")
    timeout = LONGEST
    permission = "code.shell"

    class Input(CodeInput):
        commands: str = Field(
            title="Commands",
            description="As for `bash`; each input is a variable: `$name`.",
            widget="textarea",
            min_length=1,
        )
        fail_on_error: bool = Field(
            True,
            title="Fail on an exit code",
            description="An exit code other than 0 fails the step, instead of leaving by its pin.",
            advanced=True,
        )

    class Output(PrintedOutput):
        exit_code: int = Emit("0 if all went well.", title="Exit code")

    examples = (
        Example(
            {"commands": 'echo "Hello, $who" | tr a-z A-Z', "inputs": {"who": "Lu Ban"}},
            {"stdout": "HELLO, LU BAN\n", "stderr": "", "files": [], "exit_code": [0]},
            {"sandbox": [{"stdout": "HELLO, LU BAN\n"}]},
        ),
        Example(
            {"commands": "exit 3", "fail_on_error": False},
            {"stdout": "", "stderr": "", "files": [], "exit_code": [3]},
            {"sandbox": [{"exit_code": 3}]},
        ),
        Example(
            {"commands": "ls nothing"},
            {"error": {"code": "code_failed"}},
            {"sandbox": [CodeFailed("exit code 2: ls: cannot access 'nothing'")]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        got = await ctx.sandbox.run(
            "shell",
            input.commands,
            inputs=input.inputs,
            files=input.files,
            seconds=input.timeout,
            memory_mb=input.memory,
            check=input.fail_on_error,
        )
        told = [(pin, value) for pin, value in emissions(got) if pin != "result"]
        return Emissions([*told, ("exit_code", got.exit_code)])
