"""`luban chat`: talking with an agent on the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.flags import Data, Server
from luban.cli.printing import RUN_FAILED, leave, line, note
from luban.cli.reach import OWNER, Reach, with_reach
from luban.cli.speech import say, told_of
from luban.cli.waits import wait_lines

if TYPE_CHECKING:
    from luban.model.thread_views import ThreadMessageView


def chat(
    agent: Annotated[
        str,
        typer.Argument(
            metavar="[AGENT]",
            help=say(
                "An agent's id or name; without it, a model answers.",
                "智能体的 id 或名称；不填则由模型回答。",
            ),
        ),
    ] = "",
    thread: Annotated[
        str,
        typer.Option(metavar="THREAD", help=say("Go on with this one.", "继续这个对话。")),
    ] = "",
    message: Annotated[
        str,
        typer.Option(
            "--message",
            "-m",
            metavar="TEXT",
            help=say("Say this and end with the answer.", "只说这一句，得到回答后结束。"),
        ),
    ] = "",
    model: Annotated[
        str, typer.Option(metavar="MODEL", help=say("Which model.", "使用哪个模型。"))
    ] = "",
    data: Data = None,
    server: Server = None,
) -> None:
    answered = with_reach(
        server, data, lambda reached: _talk(reached, agent, thread, message, model)
    )
    if not answered:
        leave(RUN_FAILED)


async def _talk(reached: Reach, agent: str, thread: str, message: str, model: str) -> bool:
    """Whether the last answer was one."""
    if reached.home is not None:
        await reached.home.start_worker()
    threads = reached.client.threads
    if not thread:
        thread = (await threads.create(agent, model=model)).id
        note(say(f"Conversation {thread}", f"对话 {thread}"))
    if message:
        return await _turn(reached, thread, message)
    answered = True
    while (said := await _line("> ")) is not None:
        if said.strip():
            answered = await _turn(reached, thread, said)
    return answered


async def _turn(reached: Reach, thread: str, said: str) -> bool:
    answer = (await reached.client.threads.say(thread, said)).answer
    written = await _watch(reached, answer)
    shown = (await reached.client.threads.get(thread)).messages[-1]
    rest = shown.text.removeprefix(written) if shown.text.startswith(written) else shown.text
    line(rest)
    if shown.error is not None:
        note(f"✕ {told_of(shown.error)}")
    return shown.status == "completed"


async def _watch(reached: Reach, answer: ThreadMessageView) -> str:
    """Shows how the answer comes about, and asks what is asked; what was written of it."""
    streams = {(each.node, each.pin) for each in answer.streams}
    written = ""
    run = answer.run_id or ""
    async with aclosing(await _events(reached, run)) as events:
        async for event in events:
            values: dict[str, Any] = event.values
            if event.kind == "step_delta" and (values["node"], values["pin"]) in streams:
                if values.get("offset", len(written)) == len(written):
                    written += values["text"]
                    sys.stdout.write(values["text"])
                    sys.stdout.flush()
            elif event.kind == "child_started":
                await _asked(reached, run, values)
            elif event.kind == "step_failed":
                note(f"  ✕ {values['node']}  {told_of(values['error'])}")
    return written


async def _events(reached: Reach, run: str) -> AsyncGenerator[Any]:
    if reached.home is not None:
        return await reached.home.house.run_events.open(OWNER, run)
    return reached.client.runs.events(run)


async def _asked(reached: Reach, run: str, values: dict[str, Any]) -> None:
    """Puts a question of the run to whoever sits there; others are only told."""
    from luban.cli.progress import waits_of

    for wait in waits_of(values):
        if values["verb"] != "ask" or not sys.stdin.isatty():
            for text in wait_lines(run, [wait]):
                note(f"  … {text}")
            continue
        question = await _question(reached, run)
        note(f"? {wait.details.get('question')}  [{' | '.join(wait.details.get('choices') or [])}]")
        choice = await _line("? ")
        if choice is not None and question:
            await reached.client.approvals.answer(question, choice.strip())


async def _question(reached: Reach, run: str) -> str:
    """The id of what a run asks, as soon as its record has it."""
    for _ in range(100):
        for wait in (await reached.client.runs.get(run)).waiting_for:
            if wait.kind == "ask":
                return str(wait.details["id"])
        await asyncio.sleep(0.05)
    return ""


async def _line(prompt: str) -> str | None:
    """One line of whoever sits there; `None` at the end."""
    try:
        return await asyncio.to_thread(input, prompt if sys.stdin.isatty() else "")
    except EOFError:
        return None


chat.__doc__ = say("Talk with an agent.", "与智能体对话。")
