"""The flags that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luban.cli.speech import say

AsJson = Annotated[
    bool, typer.Option("--json", help=say("Print one JSON value.", "输出一个 JSON 值。"))
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help=say("The folder of database and files.", "存放数据库和文件的目录。"),
        show_default="~/.luban",
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help=say("The folder of database and files.", "存放数据库和文件的目录。"),
        show_default="~/.luban",
    ),
]
"""As `Data`, where `--data` is something else."""
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        help=say("The address of a server to ask.", "要连接的服务器地址。"),
        envvar="LUBAN_SERVER",
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        metavar="NAME=VALUE",
        help=say("An input; `name=@path` gives a file.", "一个输入；`name=@path` 表示文件。"),
    ),
]
InputFile = Annotated[
    Path | None,
    typer.Option(
        "--input-file",
        metavar="FILE",
        help=say("Inputs as a JSON object.", "以 JSON 对象给出的输入。"),
    ),
]
