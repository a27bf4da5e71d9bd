"""The loop of an agent: think, act, look at what came out, until the task is done or a bound met.

Everything it waits for is a durable verb with a key that says where in the loop it stands. It
runs again from its beginning after a crash, and decides by what was recorded alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from luban.forge import untrusted
from luban.forge.asking import Asking
from luban.forge.bounds import Stopped
from luban.forge.built_in import result_of
from luban.forge.decision import FINISH, Decision, by_json, by_tools, sendable, with_ids
from luban.forge.guard import LoopGuard
from luban.forge.hands import Hands
from luban.forge.mission import Kit, Mission
from luban.forge.state import Ended, Result, State, Turn
from luban.forge.thinking import Heard
from luban.forge.verify import given_to, verdict_of
from luban.sdk import CallFailed, ChatMessage, Context, ToolCall

_UNREADABLE = "That cannot be read as a decision: {why}. Answer again in the form you were told."
_USE_FINISH = "A text does not end this task: call the tool `finish` with the result."
_STOP = (
    "You have to stop now: {why}. Use no more tools. Answer with what you have, and say what is "
    "missing."
)
_JUDGED = "The answer was looked at, and does not do: {feedback}\nImprove it, then answer again."
_CIRCLE = "the same calls brought the same results {times} times"
_FRUITLESS = "the last decisions did nothing that worked"
_CUT = "the answer was cut off: raise the longest answer"
_DENIED = "what it wanted to do was not allowed"


class Loop:
    """One task; `prefix` begins the keys of a task within a mission."""

    def __init__(
        self,
        ctx: Context,
        mission: Mission,
        kit: Kit,
        *,
        state: State | None = None,
        prefix: str = "",
    ) -> None:
        self.state = state or State(grants=set(kit.grants))
        self._ctx = ctx
        self._mission = mission
        self._kit = kit
        self._prefix = prefix
        self._guard = LoopGuard(mission.repeats)
        self._hands = Hands(ctx, mission, kit, self.state, prefix, self._below)
        self._asking = Asking(ctx, mission, kit, self.state, prefix)

    async def run(self) -> Ended:
        """Works until an end. Raises what a model raises, so that the step is tried again."""
        if self._kit.memory is not None:
            key = f"{self._prefix}recall"
            self._asking.recalled = await self._kit.memory.recall(self._mission.goal, key=key)
        ended: Ended | None = None
        while ended is None:
            ended = await self._once_more()
        if self._kit.memory is not None and ended.stopped == "done":
            key = f"{self._prefix}remember"
            await self._kit.memory.remember(self._mission.goal, ended.answer, key=key)
        return ended

    async def _once_more(self) -> Ended | None:
        """One decision and what follows from it; `None` while the task goes on."""
        number = len(self.state.turns) + 1
        reached = self._mission.bounds.reached(number - 1, self.state.spent)
        if reached is not None:
            return await self._stop(*reached)
        self._ctx.progress(number - 1, self._mission.bounds.steps, "thinking")
        await self._asking.compact()
        heard = await self._asking.decide(number, self._hands.toolbox())
        if heard.late:
            return self._end("time", f"{self._mission.bounds.seconds} s are over")
        turn = self._noted(number, heard)
        if heard.finish == "refused":
            return self._end("refused", "the model refused to go on")
        return await self._follow(turn, heard)

    def _noted(self, number: int, heard: Heard) -> Turn:
        state = self.state
        state.model = heard.model
        if self._asking.style == "json":
            decision = by_json(heard.text, heard.reasoning)
        else:
            calls = with_ids(heard.calls, number)
            decision = by_tools(heard.text, heard.reasoning, calls)
        told = sendable(decision.calls) if self._asking.style == "tools" else ()
        said = ChatMessage(
            "assistant", heard.text, calls=told, reasoning=heard.reasoning, sealed=heard.sealed
        )
        turn = Turn(number, said, decision)
        state.turns.append(turn)
        return turn

    async def _follow(self, turn: Turn, heard: Heard) -> Ended | None:
        decision = turn.decision
        if decision.wrong:
            return await self._unfruitful(turn, _UNREADABLE.format(why=decision.wrong))
        if decision.answer is not None:
            if self._mission.schema is not None:
                return await self._unfruitful(turn, _USE_FINISH)
            ended = await self._answered(turn, decision.answer, None)
            return ended._replace(why=_CUT) if ended and heard.finish == "length" else ended
        if [call.name for call in decision.calls] == [FINISH]:
            return await self._finished(turn, decision.calls[0])
        return await self._act(turn, decision, heard)

    # -- acting -----------------------------------------------------------------------------

    async def _act(self, turn: Turn, decision: Decision, heard: Heard) -> Ended | None:
        if all(self._guard.is_circle(call.name, call.arguments) for call in decision.calls):
            for call in decision.calls:
                told = "Not run: this call has brought the same result too often."
                turn.results.append(Result(call, told, failed=True))
            return await self._stop("loop", _CIRCLE.format(times=self._mission.repeats))
        names = ", ".join(call.name for call in decision.calls)
        self._ctx.progress(turn.number - 1, self._mission.bounds.steps, names)
        acted = await self._hands.perform(turn, self._guard, heard.at)
        if acted.denied:
            self.state.denials += 1
            if self.state.denials >= self._mission.repeats:
                return await self._stop("denied", _DENIED)
        elif acted.fruitful:
            self.state.denials = 0
        if self._guard.decided(fruitful=acted.fruitful):
            return await self._stop("loop", _FRUITLESS)
        return None

    async def _unfruitful(self, turn: Turn, note: str) -> Ended | None:
        turn.notes.append(note)
        if self._guard.decided(fruitful=False):
            return await self._stop("loop", _FRUITLESS)
        return None

    # -- the end ----------------------------------------------------------------------------

    async def _finished(self, turn: Turn, call: ToolCall) -> Ended | None:
        """The task is over if the result fits; what is wrong with it is told otherwise."""
        wrong = self._wrong_with_result(call)
        if wrong is None:
            return await self._answered(turn, *self._read(turn.decision, call))
        turn.results.append(Result(call, wrong, failed=True))
        if self._guard.decided(fruitful=False):
            return await self._stop("loop", _FRUITLESS)
        return None

    def _wrong_with_result(self, call: ToolCall) -> str | None:
        return None if self._mission.schema is None else self._hands.toolbox().wrong_with(call)

    def _read(self, decision: Decision, call: ToolCall) -> tuple[str, Any]:
        """The answer and the result that a call of `finish` holds."""
        arguments: Mapping[str, Any] = call.arguments or {}
        if self._mission.schema is None:
            said = [each for each in arguments.values() if isinstance(each, str) and each]
            return (said[0] if said else decision.thoughts.text), None
        result = result_of(arguments, self._mission.schema)
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        return text, result

    async def _answered(self, turn: Turn, answer: str, result: Any) -> Ended | None:
        """The end, unless there is a judge who is not content."""
        feedback = await self._judged(turn, answer, result)
        for call in turn.decision.calls:
            told = "It is done." if feedback is None else _JUDGED.format(feedback=feedback)
            turn.results.append(Result(call, told, failed=feedback is not None))
        if feedback is None:
            return Ended(answer, "done", result=result)
        if not turn.decision.calls:
            turn.notes.append(_JUDGED.format(feedback=feedback))
        return None

    async def _judged(self, turn: Turn, answer: str, result: Any) -> str | None:
        """What the judge finds wrong; `None` when it is content, or was asked often enough."""
        judge, state = self._kit.verifier, self.state
        if judge is None:
            return None
        given = given_to(judge, self._mission.goal, answer, result)
        key = f"{self._prefix}verify-{turn.number}"
        state.verdict = verdict_of(judge, await self._ctx.use(judge, given, key=key))
        state.verified += 1
        if state.verdict.passed or state.verified > self._mission.verify_rounds:
            return None
        return untrusted.wrapped(state.verdict.feedback, f"{self._ctx.run_id}/{key}")

    async def _stop(self, stopped: Stopped, why: str) -> Ended:
        """The end before the task is done; where there is budget left the model has a last word."""
        if stopped == "budget":
            return self._end(stopped, why)
        try:
            heard = await self._asking.conclude(_STOP.format(why=why), self._hands.toolbox())
        except CallFailed as error:
            self._ctx.log("the model could not conclude", code=error.code)
            return self._end(stopped, why)
        calls = with_ids(heard.calls, len(self.state.turns) + 1)
        is_json = self._asking.style == "json"
        decision = by_json(heard.text) if is_json else by_tools(heard.text, "", calls)
        finishing = next((call for call in decision.calls if call.name == FINISH), None)
        if finishing is not None and self._wrong_with_result(finishing) is None:
            answer, result = self._read(decision, finishing)
            return Ended(answer, stopped, why, result)
        said = decision.answer or decision.thoughts.text
        return Ended(said, stopped, why) if said else self._end(stopped, why)

    def _end(self, stopped: Stopped, why: str) -> Ended:
        """With the last thing that was said, else the summary, as the answer."""
        said = [turn.decision.thoughts.text for turn in self.state.turns]
        last = next((text for text in reversed(said) if text), self.state.summary)
        return Ended(last, stopped, why)

    async def _below(
        self, mission: Mission, kit: Kit, prefix: str, waited: float
    ) -> tuple[Ended, State]:
        loop = Loop(self._ctx, mission, kit, prefix=prefix)
        loop.state.waited = waited
        return await loop.run(), loop.state
