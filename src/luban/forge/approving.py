"""People asked whether a tool may be used, and what they allow for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from luban.forge.policy import Grant, Ruling, identity
from luban.forge.untrusted import clean
from luban.sdk import Context, ToolCall, WaitTimedOut
from luban.sdk.tools import UsableTool

ONCE, HERE, AGENT, DENY = CHOICES = ("once", "always_here", "always_agent", "deny")
_PLACE = "approvals/"
"""Keys of an agent's state that begin so are out of reach of blocks."""


class Approval(NamedTuple):
    """What a person said to a call; `grant` is what holds from now on in this mission."""

    allowed: bool
    comment: str = ""
    by: str = ""
    grant: Grant | None = None


def place_of(node: str) -> str:
    """The key of the agent's state under which what is allowed for good is kept."""
    return f"{_PLACE}{node}"


async def standing(ctx: Context) -> list[dict[str, Any]]:
    """What was allowed for good to this node in earlier runs; not durable."""
    kept = await ctx.state.get(place_of(ctx.node_id), [])
    return cast("list[dict[str, Any]]", kept) if isinstance(kept, list) else []


def grants_of(kept: Iterable[Mapping[str, Any]]) -> set[Grant]:
    return {Grant(str(each["digest"]), str(each["rule"])) for each in kept}


async def ask(
    ctx: Context,
    key: str,
    tool: UsableTool,
    call: ToolCall,
    ruling: Ruling,
    *,
    reason: str,
    timeout: float | None,
) -> Approval:
    """Waits until a person answers; silence until the time limit is a no.

    What was decided for good is kept before the call is made.
    """
    details = {
        "tool": tool.name,
        "title": clean(tool.title),
        "source": tool.source,
        "arguments": call.arguments,
        "reason": clean(reason),
        "why": ruling.why,
    }
    question = f"Use the tool `{tool.name}`?"
    try:
        said = await ctx.ask(
            question, choices=CHOICES, details=details, timeout=timeout, key=f"ask-{key}"
        )
    except WaitTimedOut:
        return Approval(allowed=False, comment="nobody answered in time")
    grant = Grant(identity(tool), ruling.rule) if said.choice in (HERE, AGENT) else None
    if grant is not None and said.choice == AGENT:
        await _keep(ctx, key, tool, grant, said.by)
    return Approval(said.choice in (ONCE, HERE, AGENT), said.comment, said.by, grant)


async def _keep(ctx: Context, key: str, tool: UsableTool, grant: Grant, by: str) -> None:
    async def work() -> None:
        told = {"tool": tool.name, "digest": grant.tool, "rule": grant.rule}
        entry = {**told, "by": by, "at": ctx.now(), "run": ctx.run_id}

        def change(kept: Any) -> list[Any]:
            others = cast("list[Any]", kept) if isinstance(kept, list) else []
            return [each for each in others if grants_of([each]) != {grant}] + [entry]

        await ctx.state.update(place_of(ctx.node_id), change)

    await ctx.step("keep the approval", work, key=f"grant-{key}")


async def ask_user(
    ctx: Context, key: str, arguments: Mapping[str, Any], timeout: float | None
) -> str:
    """What a person answers to a question of the model, in words for the model."""
    choices = [str(each) for each in arguments.get("choices") or ()]
    try:
        said = await ctx.ask(
            clean(str(arguments["question"])), choices=choices, timeout=timeout, key=f"ask-{key}"
        )
    except WaitTimedOut:
        return "Nobody answered in time. Go on without an answer, or end the mission."
    parts = [said.choice, said.comment, *(f"{name}: {v}" for name, v in said.values.items())]
    return "\n".join(part for part in parts if part) or "(an empty answer)"
