"""`luban run`: one run of an agent file or a stored agent, watched to its end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from luban.cli.files import pieces, read_inputs, uploaded
from luban.cli.flags import AsJson, Data, InputFile, Inputs, Server
from luban.cli.pins import read_pins
from luban.cli.printing import DONE, INTERRUPTED, RUN_FAILED, as_json, leave, line, note, value_text
from luban.cli.reach import OWNER, Reach, in_loop, settings_of, with_reach
from luban.cli.speech import say, told_of
from luban.cli.waits import wait_lines

if TYPE_CHECKING:
    from luban.model.run import Run, RunOptions
    from luban.model.views import RunView
    from luban.server.wiring import Home

_CODES = {"completed": DONE, "cancelled": INTERRUPTED}
_FILE_ENDINGS = (".yaml", ".yml", ".json")


def run(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|AGENT",
            help=say(
                "An agent file, or an agent's id or name.", "智能体文件，或智能体的 id 或名称。"
            ),
        ),
    ],
    input: Inputs = None,
    input_file: InputFile = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NODE.PIN=VALUE",
            help=say(
                "What a node gives, in place of running it.", "节点直接给出的值，不再执行它。"
            ),
        ),
    ] = None,
    simulate: Annotated[
        bool,
        typer.Option(
            "--simulate",
            help=say(
                "Only simulate blocks with effects, by their examples.",
                "有副作用的模块只作模拟，用其示例作答。",
            ),
        ),
    ] = False,
    recorded: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help=say("Simulate by what this run recorded.", "用这次运行的记录作模拟。"),
        ),
    ] = None,
    estimate: Annotated[
        bool,
        typer.Option(
            "--estimate",
            help=say("Only say what models would take.", "只估算模型用量，不运行。"),
        ),
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help=say("No progress.", "不显示进度。"))
    ] = False,
) -> None:
    inputs = read_inputs(input or [], input_file)
    options = _options(read_pins("--pin", pin or []), simulate or recorded is not None, recorded)
    if estimate:
        from luban.cli.commands import run_estimate

        run_estimate.tell(Path(what), what, inputs, data, server, json=json)
        return
    leave_with(_ran(what, inputs, options, data, server, quiet or json), json)


def _ran(
    what: str,
    inputs: dict[str, Any],
    options: RunOptions | None,
    data: Path | None,
    server: str | None,
    quiet: bool,
) -> dict[str, Any]:
    """Runs a file or an agent to its end."""
    path = Path(what)
    if path.is_file() or what.endswith(_FILE_ENDINGS):
        return in_loop(_run_file(path, inputs, options, data, quiet))
    return with_reach(
        server, data, lambda reached: _run_agent(reached, what, inputs, options, quiet)
    )


def leave_with(ended: dict[str, Any], json: bool) -> NoReturn:
    """Tells how a run ended, and leaves with the exit code for it."""
    if json:
        as_json(ended)
    else:
        _print(ended)
    leave(_CODES.get(ended["status"], RUN_FAILED))


async def to_the_end(reached: Reach, run_id: str, quiet: bool) -> dict[str, Any]:
    """Runs a queued run in this process, or waits for a server to; how it ended."""
    if reached.home is None:
        return _told(await reached.client.runs.wait(run_id))
    return await _end_here(reached.home, run_id, quiet)


def _options(
    pinned: dict[str, dict[str, Any]], simulate: bool, recorded: str | None
) -> RunOptions | None:
    from luban.model.run import RunOptions

    if not (pinned or simulate):
        return None
    return RunOptions(pinned=pinned, simulate=simulate, recorded=recorded)


async def _run_file(
    path: Path,
    inputs: dict[str, Any],
    options: RunOptions | None,
    data: Path | None,
    quiet: bool,
) -> dict[str, Any]:
    from luban.server.wiring import open_home

    async with open_home(settings_of(data)) as home:
        return await _run_here(home, await keep_file(home, path), inputs, options, quiet)


async def keep_file(home: Home, path: Path) -> str:
    """Keeps an agent file as the agent it always is; returns its id. Raises as reading does."""
    from luban.interop import agent_file
    from luban.services.agents import AgentDraft

    draft = AgentDraft(text=agent_file.read(path))
    return (await home.house.agents.keep_file(OWNER, _agent_id(path), draft)).id


def _agent_id(path: Path) -> str:
    """One agent per file and not per run: its id follows from where the file is."""
    return f"a_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:26]}"


async def _run_agent(
    reached: Reach, name: str, inputs: dict[str, Any], options: RunOptions | None, quiet: bool
) -> dict[str, Any]:
    from luban.cli.commands.agent import find_agent

    agent = await find_agent(reached.client, name)
    if reached.home is not None:
        return await _run_here(reached.home, agent.id, inputs, options, quiet)
    ready = await uploaded(reached.client, inputs)
    started = await reached.client.runs.start(agent.id, ready, options=options)
    return _told(await reached.client.runs.wait(started.id))


async def _run_here(
    home: Home,
    agent_id: str,
    inputs: dict[str, Any],
    options: RunOptions | None,
    quiet: bool,
) -> dict[str, Any]:
    """Starts a run in this process and follows it."""
    ready = {name: await _stored(home, value) for name, value in inputs.items()}
    started = await home.house.runs.start(OWNER, agent_id, ready, trigger="cli", options=options)
    return await _end_here(home, started.id, quiet)


async def _end_here(home: Home, run_id: str, quiet: bool) -> dict[str, Any]:
    """Follows a queued run in this process to its end; Ctrl-C cancels it."""
    import asyncio

    from luban.cli.progress import watch

    house = home.house
    started = await house.runs.get(OWNER, run_id)
    home.watch.start()
    watching = None if quiet else asyncio.create_task(watch(house.run_events.follow(started)))
    try:
        with _cancelled_by_interrupt(home, started.id):
            await home.worker.run_one(started.id)
        if watching is not None:
            await watching
    finally:
        if watching is not None:
            watching.cancel()
    return _told(await house.runs.get(OWNER, started.id))


@contextmanager
def _cancelled_by_interrupt(home: Home, run_id: str) -> Iterator[None]:
    """Lets the first Ctrl-C end the run in good order; the second ends the program."""
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    cancelling: set[asyncio.Task[Any]] = set()

    def interrupted() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        note(say("Cancelling…", "正在取消……"))
        cancelling.add(loop.create_task(home.house.runs.cancel(OWNER, run_id)))

    try:
        loop.add_signal_handler(signal.SIGINT, interrupted)
    except NotImplementedError:  # on Windows Ctrl-C ends the program, and the run goes on later
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _stored(home: Home, value: Any) -> Any:
    if not isinstance(value, Path):
        return value
    from luban.services.files import reference

    return reference(await home.house.files.upload(OWNER, value.name, None, pieces(value)))


def _told(run: Run | RunView) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "agent_id": run.agent_id,
        "status": run.status.value,
        "outputs": run.outputs,
        "error": run.error,
        "starved": [each.model_dump() for each in run.starved],
        "waiting_for": [wait.model_dump() for wait in run.waiting_for],
        "steps": run.steps,
    }


def _print(ended: dict[str, Any]) -> None:
    from luban.model.run import Wait

    for name, value in ended["outputs"].items():
        line(f"{name}: {value_text(value)}" if len(ended["outputs"]) > 1 else value_text(value))
    for each in ended["starved"]:
        note(
            say(
                f"! {each['node']} never got a value for `{each['pin']}`.",
                f"! {each['node']} 的“{each['pin']}”始终没有得到值。",
            )
        )
    if ended["status"] == "failed":
        note(failure_text(ended["error"]))
    elif ended["status"] == "waiting":
        waits = [Wait.model_validate(each) for each in ended["waiting_for"]]
        for text in wait_lines(ended["run_id"], waits):
            note(text)
    elif ended["status"] == "cancelled":
        note(say("The run was cancelled.", "运行已取消。"))
    if ended["status"] != "completed":
        note(say(f"Run {ended['run_id']}", f"运行 {ended['run_id']}"))


def failure_text(error: dict[str, Any] | None) -> str:
    """Which node failed, why, and with which inputs."""
    if not error:
        return say("The run failed.", "运行失败。")
    node = error.get("node")
    text = told_of(error)
    head = say(f"✕ {node}: {text}", f"✕ {node}：{text}") if node else f"✕ {text}"
    inputs = error.get("inputs")
    if not inputs:
        return head
    shown = ", ".join(f"{name}={value_text(value)}" for name, value in inputs.items())
    return f"{head}\n  {say('with', '输入')} {shown}"


run.__doc__ = say(
    "Run an agent file, or a stored agent, and wait for its end.",
    "运行智能体文件或已保存的智能体，并等待结束。",
)
