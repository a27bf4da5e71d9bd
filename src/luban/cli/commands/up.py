"""`luban up`: the server."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from luban.cli.flags import Data
from luban.cli.printing import line
from luban.cli.reach import settings_of
from luban.cli.speech import say


def up(
    host: Annotated[
        str | None, typer.Option(help=say("The address to listen on.", "监听的地址。"))
    ] = None,
    port: Annotated[
        int | None, typer.Option(help=say("The port to listen on.", "监听的端口。"))
    ] = None,
    data: Data = None,
    blocks: Annotated[
        list[Path] | None,
        typer.Option(help=say("A folder with blocks; may be repeated.", "模块目录，可多次给出。")),
    ] = None,
    browser: Annotated[
        bool,
        typer.Option(
            help=say("Open the page once it is there.", "就绪后打开页面。"), show_default=False
        ),
    ] = False,
) -> None:
    from luban.server.logs import install
    from luban.server.people import greeting
    from luban.server.process import run_server
    from luban.server.wiring import Home

    settings = settings_of(data, host=host, port=port, blocks_path=blocks or None)
    install(settings)

    def ready(address: str, home: Home) -> None:
        line(say(f"Luban is ready: {address}", f"鲁班已就绪：{address}"))
        for en, zh in greeting(settings, home.house.accounts):
            line(say(en, zh))
        sys.stdout.flush()
        if browser:
            webbrowser.open(address)

    run_server(settings, ready)


up.__doc__ = say("Start the server: page, API and worker.", "启动服务：页面、接口和工作进程。")
