"""What an agent has at hand when it begins, looked up once and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from luban.forge import approving, skills
from luban.forge.memory import AgentMemory, LongTermMemory
from luban.forge.memory.notes import Notes
from luban.forge.memory_port import Memory
from luban.forge.mission import Kit
from luban.forge.state import State
from luban.sdk import BlockError, Context, UsableTool

_ELSEWHERE = ("block:", "agent:", "mcp:")
_NO_PIN = ""


class Asked(NamedTuple):
    """What of tools, skills and memory the inputs of the block ask for."""

    use: Sequence[str] = ()
    verifier: str = ""
    skills: Sequence[str] = ()
    memory: Literal["off", "agent", "user"] = "off"


async def gather(ctx: Context, asked: Asked, state: State) -> Kit:
    """The same each time the block's code runs, also when tools were added or changed meanwhile.

    Raises `BlockError` for what is not there.
    """

    async def look() -> dict[str, Any]:
        tools = await ctx.tools(*asked.use)
        judge = await _judge(ctx, asked.verifier, tools)
        return {
            "at": ctx.now(),
            "tools": [tool.as_value() for tool in tools if tool != judge],
            "verifier": None if judge is None else judge.as_value(),
            "skills": [each._asdict() for each in await skills.found_in(ctx, asked.skills)],
            "approvals": await approving.standing(ctx),
        }

    told = await ctx.step("tools", look, key="tools")
    grants = frozenset(approving.grants_of(told["approvals"]))
    state.grants |= grants
    return Kit(
        at=told["at"],
        tools=[UsableTool.from_value(each) for each in told["tools"]],
        verifier=None if told["verifier"] is None else UsableTool.from_value(told["verifier"]),
        skills=[skills.from_value(each) for each in told["skills"]],
        grants=grants,
        memory=_memory(ctx, asked, state, at_work=bool(told["tools"])),
    )


async def _judge(ctx: Context, named: str, tools: Sequence[UsableTool]) -> UsableTool | None:
    if not named:
        return None
    if named.startswith(_ELSEWHERE):
        return (await ctx.tools(named, pin=_NO_PIN))[-1]
    for tool in tools:
        if named in (tool.name, tool.target):
            return tool
    known = ", ".join(tool.name for tool in tools) or "none"
    raise BlockError(
        f"The verifier `{named}` is none of the linked tools ({known}). Link one, or name it as "
        "`block:…` or `agent:…`.",
        zh=f"验证者“{named}”不在已连接的工具（{known}）中。请连接一个，或写成 block:… 或 agent:…。",
        code="bad_verifier",
    )


def _memory(ctx: Context, asked: Asked, state: State, *, at_work: bool) -> Memory | None:
    """What is remembered after outputs of others were read is marked as such."""
    if asked.memory == "off":
        return None
    return AgentMemory(
        LongTermMemory(ctx, asked.memory),
        Notes(ctx),
        trusted=lambda: not state.outputs,
        at_work=at_work,
    )
