"""Calls before they are run: whether they can be made, and may be."""

from __future__ import annotations

from typing import NamedTuple

from luban.forge import approving, built_in
from luban.forge.decision import FINISH
from luban.forge.mission import Mission
from luban.forge.policy import ruling
from luban.forge.state import State, Turn
from luban.forge.toolbox import Toolbox
from luban.sdk import Context, ToolCall
from luban.sdk.tools import UsableTool

_MOST_CALLS = 16
_FINISH_ALONE = "Not done: look at the results of the other calls first, then call `finish` alone."
_TOO_MANY = f"Not run: one decision may hold {_MOST_CALLS} calls. Call it again if it is needed."


class Settled(NamedTuple):
    """A call that is told an answer already, or may be run, with what the person said to it."""

    call: ToolCall
    told: str | None = None
    comment: str = ""
    denied: bool = False
    asked: bool = False
    """Whether a person was asked, and so time went by that is not the agent's."""
    worked: bool = False


class Permitting:
    """The policy of one task at work; questions are asked one after the other.

    So what is always allowed from the first of two calls on need not be asked for the second, and
    nothing is under way while a person thinks.
    """

    def __init__(self, ctx: Context, mission: Mission, state: State, prefix: str) -> None:
        self._ctx = ctx
        self._mission = mission
        self._state = state
        self._prefix = prefix

    async def settle(self, turn: Turn, box: Toolbox, since: float) -> list[Settled]:
        """All calls of a turn, in order; `since` is when the model decided."""
        settled = [
            await self._one(turn, place, call, box)
            for place, call in enumerate(turn.decision.calls)
        ]
        if any(each.asked for each in settled):
            self._state.waited += await self._waited(turn.number, since)
        return settled

    async def _one(self, turn: Turn, place: int, call: ToolCall, box: Toolbox) -> Settled:
        wrong = box.wrong_with(call)
        if wrong is None and call.name == FINISH:
            wrong = _FINISH_ALONE
        if wrong is None and place >= _MOST_CALLS:
            wrong = _TOO_MANY
        if wrong is not None:
            return Settled(call, wrong)
        key = f"{self._prefix}{turn.number}-{place}"
        if call.name == built_in.ASK_USER:
            within = self._mission.answer_within
            said = await approving.ask_user(self._ctx, key, call.arguments or {}, within)
            return Settled(call, said, asked=True, worked=True)
        tool = box.usable.get(call.name)
        return Settled(call) if tool is None else await self._permitted(turn, key, call, tool)

    async def _permitted(self, turn: Turn, key: str, call: ToolCall, tool: UsableTool) -> Settled:
        decided = ruling(self._mission.rules, tool, call.arguments or {}, self._state.grants)
        if decided.then == "allow":
            return Settled(call)
        if decided.then == "deny":
            return Settled(call, f"Not run, it is forbidden: {decided.why}.", denied=True)
        reason, within = turn.decision.thoughts.text, self._mission.answer_within
        said = await approving.ask(
            self._ctx, key, tool, call, decided, reason=reason, timeout=within
        )
        if said.grant is not None:
            self._state.grants.add(said.grant)
        if said.allowed:
            return Settled(call, comment=said.comment, asked=True)
        why = f" They say: {said.comment}" if said.comment else ""
        told = f"Not run: the person who was asked did not allow it.{why}"
        return Settled(call, told, denied=True, asked=True)

    async def _waited(self, number: int, since: float) -> float:
        async def now() -> float:
            return self._ctx.now()

        key = f"{self._prefix}answered-{number}"
        return max(await self._ctx.step("answered", now, key=key) - since, 0.0)
