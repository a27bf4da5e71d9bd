"""The commands there are; whatever goes wrong ends as one sentence and an exit code."""

from __future__ import annotations

import os
import sys

import typer

from luban.cli.commands import agent, block, check, database, logs, models, run, runs, up, version
from luban.cli.printing import INTERRUPTED, UNREACHABLE, WRONG_INPUT, note
from luban.cli.speech import say, told
from luban.model.errors import LubanError

app = typer.Typer(
    name="luban",
    help=say(
        "Build AI agents out of blocks, and run them so that no run is ever lost.",
        "用模块搭建智能体，并保证每次运行都不会丢失。",
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help is there at once; drawing it would take as long again
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("up")(up.up)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("blocks")(block.blocks)
app.add_typer(block.app, name="block")
app.add_typer(agent.app, name="agent")
app.command("runs")(runs.runs)
app.command("logs")(logs.logs)
app.command("models")(models.models)
app.add_typer(database.app, name="db")
app.command("version")(version.version)


def main() -> None:
    """The entry point: parses, runs one command, and leaves with its exit code."""
    try:
        app()
    except LubanError as error:
        if os.environ.get("LUBAN_DEBUG"):
            raise
        note(f"luban: {told(error)}")
        _explain(error)
        sys.exit(UNREACHABLE if error.code == "unreachable" else WRONG_INPUT)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        note("")
        sys.exit(INTERRUPTED)


def _explain(error: LubanError) -> None:
    """Every finding and every refused input, when there are more than the sentence names."""
    params = error.as_json()["params"]
    for key in ("findings", "problems"):
        for each in params.get(key) or getattr(error, "details", {}).get(key) or ():
            text = say(each.get("message", ""), each.get("message_zh", ""))
            repair = say(each.get("repair", ""), each.get("repair_zh", ""))
            note(f"  - {text} {repair}".rstrip())
