"""`luban init`: a project of one's own, in a repository of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luban.cli.printing import line, note
from luban.cli.speech import say
from luban.model.errors import InvalidValue


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help=say("Where to.", "写到哪里。"))
    ] = Path(),
    git: Annotated[
        bool,
        typer.Option(help=say("Make it a git repository.", "建为 git 仓库。")),
    ] = True,
) -> None:
    from luban.cli.new_project import begin_repository, project_files, taken, write

    made = project_files(folder.resolve().name)
    there = taken(folder, made)
    if there:
        raise InvalidValue(
            name="DIR",
            value=str(folder),
            expected=f"{there[0]} is there already; choose an empty folder",
            expected_zh=f"其中已有 {there[0]}；请选择空目录",
        )
    write(folder, made)
    for path in made:
        line(str(folder / path))
    if git:
        begin_repository(folder)
    step = "" if folder == Path() else f"cd {folder} && "
    note(
        say(
            f"Try it: {step}luban block test && luban check && pytest",
            f"试一试：{step}luban block test && luban check && pytest",
        )
    )


init.__doc__ = say(
    "Make a project of your own: blocks, agents, tests, CI.",
    "新建自己的项目：模块、智能体、测试与 CI。",
)
