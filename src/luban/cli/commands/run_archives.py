"""`luban runs export`: runs as JSON lines in a file, and deleted after that if asked."""

from __future__ import annotations

import gzip
import os
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, cast

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say, told
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.client import Client

_ENDS = ("completed", "failed", "cancelled")


def export(
    run_id: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help=say("One run.", "一次运行。"))
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option(help=say("All ended runs of this agent.", "此智能体所有已结束的运行。")),
    ] = None,
    ended_before: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help=say(
                "Only those that ended before, such as 2026-01-31.",
                "只导出在此之前结束的运行，如 2026-01-31。",
            ),
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help=say(
                "The file to write; packed if it ends in .gz.", "要写出的文件；以 .gz 结尾时压缩。"
            ),
        ),
    ] = None,
    delete: Annotated[
        bool,
        typer.Option("--delete", help=say("Delete them after that.", "导出后删除这些运行。")),
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    target, until = _target(output), _time(ended_before)
    _require_one(run_id, agent)

    async def work(reached: Reach) -> dict[str, Any]:
        client = reached.client
        chosen = [run_id] if run_id else await _ended(client, cast("str", agent), until)
        await _write(client, chosen, target)
        kept = await _delete(client, chosen) if delete else []
        deleted = len(chosen) - len(kept) if delete else 0
        return {"path": str(target), "runs": len(chosen), "deleted": deleted, "kept": kept}

    done = with_reach(server, data, work)
    if json:
        as_json(done)
        return
    line(
        say(
            f"✓ {target}: {done['runs']} runs, {done['deleted']} deleted",
            f"✓ {target}：{done['runs']} 次运行，已删除 {done['deleted']} 次",
        )
    )


async def _ended(client: Client, agent: str, until: datetime | None) -> list[str]:
    """The ended runs of an agent, the oldest first."""
    from luban.cli.commands.agent import find_agent

    agent_id, found, page = (await find_agent(client, agent)).id, [], 1
    while True:
        listed = await client.runs.list(agent=agent_id, page=page, page_size=200)
        found += [
            run.id
            for run in listed.items
            if run.status.value in _ENDS
            and (until is None or (run.ended_at and datetime.fromisoformat(run.ended_at) < until))
        ]
        if page * 200 >= listed.total:
            return list(dict.fromkeys(reversed(found)))
        page += 1


async def _write(client: Client, runs: list[str], target: Path) -> None:
    """Every run, one after the other; the file is there when all of it is."""
    beside = target.with_name(f"{target.name}.part")
    try:
        with beside.open("wb") as raw:
            with _packed(raw) if target.suffix == ".gz" else nullcontext(raw) as file:
                for run in runs:
                    async for piece in client.runs.archive(run):
                        file.write(piece)
            raw.flush()
            os.fsync(raw.fileno())
        beside.replace(target)
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error
    finally:
        beside.unlink(missing_ok=True)


def _packed(raw: IO[bytes]) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6)


async def _delete(client: Client, runs: list[str]) -> list[str]:
    """Those that could not be deleted."""
    from luban.client import Conflicting, Missing

    kept: list[str] = []
    for run in runs:
        try:
            await client.runs.delete(run)
        except Missing:
            pass  # somebody was quicker
        except Conflicting as error:
            note(told(error))
            kept.append(run)
    return kept


def _require_one(run_id: str | None, agent: str | None) -> None:
    if (run_id is None) == (agent is None):
        raise InvalidValue(
            name="RUN",
            value=run_id,
            expected="give one run, or --agent for those of an agent",
            expected_zh="请给出一次运行，或用 --agent 指定智能体",
        )


def _target(output: Path | None) -> Path:
    if output is None:
        raise InvalidValue(
            name="--output",
            value=None,
            expected="say where to write to, such as -o runs.jsonl.gz",
            expected_zh="请指定输出文件，例如 -o runs.jsonl.gz",
        )
    if output.exists():
        raise _unwritable(output, say("it is there already", "文件已存在"))
    return output


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise InvalidValue(
            name="--ended-before",
            value=text,
            expected="it must be a date or a time such as 2026-01-31T08:00",
            expected_zh="必须是日期或时间，例如 2026-01-31T08:00",
        ) from error


def _unwritable(path: Path, cause: str) -> InvalidValue:
    return InvalidValue(
        name=str(path),
        value=cause,
        expected="a file that can be written is needed here, and none is overwritten",
        expected_zh="这里需要一个可写的新文件，不会覆盖已有文件",
    )


export.__doc__ = say(
    "Write runs with all their events into a file of JSON lines.",
    "将运行及其全部事件写入 JSON Lines 文件。",
)
