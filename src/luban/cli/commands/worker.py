"""`luban worker`: a process that only runs runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from luban.cli.flags import Data
from luban.cli.printing import line
from luban.cli.reach import settings_of
from luban.cli.speech import say


def worker(
    data: Data = None,
    slots: Annotated[
        int | None,
        typer.Option(help=say("Runs at a time in this process.", "此进程同时执行的运行数。")),
    ] = None,
    blocks: Annotated[
        list[Path] | None,
        typer.Option(help=say("A folder with blocks; may be repeated.", "模块目录，可多次给出。")),
    ] = None,
) -> None:
    from luban.server.logs import install
    from luban.server.worker_process import run_worker

    settings = settings_of(data, slots=slots, blocks_path=blocks or None)
    install(settings)

    def ready() -> None:
        line(say("This worker takes runs.", "此工作进程开始接收运行。"))
        sys.stdout.flush()

    run_worker(settings, ready)


worker.__doc__ = say(
    "Run runs without a page or an API, beside a server on the same database.",
    "在同一数据库上协助服务器执行运行，不提供页面和接口。",
)
