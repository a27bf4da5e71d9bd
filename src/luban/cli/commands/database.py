"""`luban db …`: the database of the home on this machine, and what lies beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luban.cli.flags import AsJson, Data
from luban.cli.printing import as_json, leave, line, note
from luban.cli.reach import in_loop, settings_of
from luban.cli.speech import say

UNSOUND = 1

app = typer.Typer(
    help=say("The database: where it is, backups, soundness.", "数据库：位置、备份与完好性。"),
    no_args_is_help=True,
)


@app.command("path", help=say("Print where it is.", "显示位置。"))
def path(data: Data = None) -> None:
    from luban.server.database import database_path

    line(str(database_path(settings_of(data))))


@app.command("info", help=say("What is in it.", "显示内容概况。"))
def info(json: AsJson = False, data: Data = None) -> None:
    _tell(_facts(data), json)


@app.command("check", help=say("Whether everything stored is sound.", "检查存储的内容是否完好。"))
def check(json: AsJson = False, data: Data = None) -> None:
    from luban.server.upkeep import check

    found = in_loop(check(settings_of(data)))
    if json:
        as_json({"ok": not found, "findings": [each.as_json() for each in found]})
    else:
        for each in found:
            line(f"✕ {say(each.message, each.message_zh)}")
        if not found:
            line(say("✓ Everything stored is sound.", "✓ 存储的内容完好。"))
    if found:
        leave(UNSOUND)


@app.command(
    "backup",
    help=say(
        "Write everything stored, with files, into one archive; servers may run.",
        "将存储的全部内容（含文件）写入一个归档；服务器可以继续运行。",
    ),
)
def backup(
    target: Annotated[
        Path,
        typer.Argument(help=say("The archive to write, a zip file.", "要写出的归档，zip 文件。")),
    ],
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys",
            help=say(
                "Put the keys of the secrets into it too: whoever has it can open them.",
                "同时包含机密的密钥：得到归档的人即可打开机密。",
            ),
        ),
    ] = False,
    json: AsJson = False,
    data: Data = None,
) -> None:
    from luban.server.upkeep import back_up

    settings = settings_of(data)
    made = in_loop(back_up(settings, target, keys=with_keys))
    if json:
        as_json(made._asdict())
        return
    _missing(made.missing)
    line(
        say(
            f"✓ {made.path}: {made.rows} rows, {made.files} files, {made.bytes} bytes",
            f"✓ {made.path}：{made.rows} 行，{made.files} 个文件，{made.bytes} 字节",
        )
    )
    if not with_keys and (settings.home / "keys").is_dir():
        line(
            say(
                f"  The keys in {settings.home / 'keys'} are not in it: keep a copy elsewhere.",
                f"  {settings.home / 'keys'} 中的密钥不在其中：请另行保存一份。",
            )
        )


@app.command(
    "restore",
    help=say(
        "Make an empty installation what an archive says, on any of the databases.",
        "用归档恢复一个空的安装，可用于任一种数据库。",
    ),
)
def restore(
    source: Annotated[
        Path,
        typer.Argument(
            help=say("An archive of `luban db backup`.", "由 `luban db backup` 写出的归档。")
        ),
    ],
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help=say("Replace everything that is there.", "替换已有的全部内容。"),
        ),
    ] = False,
    json: AsJson = False,
    data: Data = None,
) -> None:
    from luban.server.upkeep import restore

    done = in_loop(restore(settings_of(data), source, force=force))
    if json:
        as_json(done._asdict())
        return
    _missing(done.missing)
    line(
        say(
            f"✓ restored {done.rows} rows and {done.files} files",
            f"✓ 已恢复 {done.rows} 行和 {done.files} 个文件",
        )
    )


@app.command("migrate", help=say("Bring it up to date.", "升级到当前版本。"))
def migrate(json: AsJson = False, data: Data = None) -> None:
    from luban.server.upkeep import migrate

    _tell(in_loop(migrate(settings_of(data))), json)


def _missing(files: list[str]) -> None:
    for file_id in files:
        note(
            say(
                f"The stored file {file_id} has no content: it was deleted meanwhile, or lost.",
                f"文件 {file_id} 没有内容：它刚被删除，或已丢失。",
            )
        )


def _facts(data: object) -> dict[str, object]:
    from luban.server.database import database_path
    from luban.storage.sqlite.inspection import facts

    return facts(database_path(settings_of(data)))  # pyright: ignore[reportArgumentType]


def _tell(facts: dict[str, object], json: bool) -> None:
    if json:
        as_json(facts)
    else:
        for name, value in facts.items():
            line(f"{name}\t{value}")
