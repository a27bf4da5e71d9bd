"""The commands there are; whatever goes wrong ends as one sentence and an exit code."""

from __future__ import annotations

import os
import sys

import typer

from luban.cli import groups
from luban.cli.commands import (
    agent,
    approvals,
    audit,
    block,
    blocks,
    caps,
    chat,
    check,
    credential,
    database,
    file,
    findings,
    forks,
    init,
    key,
    login,
    logs,
    mcp,
    memory,
    model,
    models,
    provider,
    run,
    run_archives,
    runs,
    share,
    signal,
    stored,
    team,
    up,
    usage,
    user,
    vault,
    version,
    webhook,
    worker,
)
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

runs_app = typer.Typer(
    cls=groups.ShowGroup,
    help=say("Runs: list, look at, fork, compare, export.", "运行：列出、查看、分叉、比较、导出。"),
)
runs_app.command(groups.DEFAULT)(runs.runs)
runs_app.command("export")(run_archives.export)
runs_app.command("fork")(forks.fork)
runs_app.command("compare")(forks.compare)

app.command("up")(up.up)
app.command("worker")(worker.worker)
app.command("run")(run.run)
app.command("chat")(chat.chat)
app.command("check")(check.check)
app.command("init")(init.init)
app.add_typer(blocks.app, name="blocks")
app.add_typer(block.app, name="block")
app.add_typer(agent.app, name="agent")
app.add_typer(runs_app, name="runs")
app.add_typer(stored.tables, name="table")
app.add_typer(stored.collections, name="collection")
app.add_typer(memory.app, name="memory")
app.command("retry")(forks.retry)
app.add_typer(approvals.app, name="approvals")
app.add_typer(audit.app, name="audit")
app.add_typer(webhook.app, name="webhook")
app.command("signal")(signal.signal)
app.command("logs")(logs.logs)
app.command("findings")(findings.findings)
app.command("models")(models.models)
app.add_typer(model.app, name="model")
app.add_typer(mcp.app, name="mcp")
app.command("caps")(caps.caps)
app.command("usage")(usage.usage)
app.add_typer(usage.app, name="budget")
app.add_typer(file.app, name="file")
app.add_typer(database.app, name="db")
app.add_typer(user.app, name="user")
app.add_typer(team.app, name="team")
app.add_typer(share.app, name="share")
app.add_typer(key.app, name="key")
app.add_typer(vault.app, name="vault")
app.add_typer(provider.app, name="provider")
app.add_typer(credential.app, name="credential")
app.command("login")(login.login)
app.command("logout")(login.logout)
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
    for kind in ("findings", "problems"):
        for each in params.get(kind) or getattr(error, "details", {}).get(kind) or ():
            if isinstance(each, str):  # the sentence has said it
                continue
            text = say(each.get("message", ""), each.get("message_zh", ""))
            repair = say(each.get("repair", ""), each.get("repair_zh", ""))
            note(f"  - {text} {repair}".rstrip())
