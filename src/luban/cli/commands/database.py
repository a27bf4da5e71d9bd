"""`luban db …`: the database of the home on this machine."""

from __future__ import annotations

import typer

from luban.cli.flags import AsJson, Data
from luban.cli.printing import WRONG_INPUT, as_json, leave, line
from luban.cli.reach import settings_of
from luban.cli.speech import say

app = typer.Typer(
    help=say("The database: where it is, whether it is sound.", "数据库：位置与完好性。"),
    no_args_is_help=True,
)


@app.command("path", help=say("Print where it is.", "显示位置。"))
def path(data: Data = None) -> None:
    from luban.server.wiring import database_path

    line(str(database_path(settings_of(data))))


@app.command("info", help=say("What is in it.", "显示内容概况。"))
def info(json: AsJson = False, data: Data = None) -> None:
    _tell(_facts(data), json)


@app.command("check", help=say("Whether it is sound.", "检查是否完好。"))
def check(json: AsJson = False, data: Data = None) -> None:
    from luban.server.wiring import database_path
    from luban.storage.sqlite.inspection import damage

    found = damage(database_path(settings_of(data)))
    if json:
        as_json({"ok": not found, "damage": found})
    else:
        for each in found:
            line(f"✕ {each}")
        if not found:
            line(say("✓ The database is sound.", "✓ 数据库完好。"))
    if found:
        leave(WRONG_INPUT)


@app.command("migrate", help=say("Bring it up to date.", "升级到当前版本。"))
def migrate(json: AsJson = False, data: Data = None) -> None:
    from luban.server.wiring import database_path
    from luban.storage.sqlite.opening import prepare

    prepare(database_path(settings_of(data)))
    _tell(_facts(data), json)


def _facts(data: object) -> dict[str, object]:
    from luban.server.wiring import database_path
    from luban.storage.sqlite.inspection import facts

    return facts(database_path(settings_of(data)))  # pyright: ignore[reportArgumentType]


def _tell(facts: dict[str, object], json: bool) -> None:
    if json:
        as_json(facts)
    else:
        for name, value in facts.items():
            line(f"{name}\t{value}")
