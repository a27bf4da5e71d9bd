"""The run behind an answer, followed: its text piece by piece, how it ended, what it took."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, NamedTuple, cast

from luban.model.errors import LubanError
from luban.model.run import Run, RunStatus, WaitKind
from luban.ports.stores import Slice
from luban.services.conversing import Talk, as_text
from luban.services.house import House
from luban.services.runs import is_over

PATIENCE = 100.0
"""Seconds that an answer which is not streamed is waited for; a request has 120."""
_STEPS = 10_000
_STANDING = frozenset(
    {
        WaitKind.ASK,
        WaitKind.IN_DOUBT,
        WaitKind.LIMIT,
        WaitKind.PAUSE,
        WaitKind.QUARANTINE,
        WaitKind.SIGNAL,
        WaitKind.BLOCK,
    }
)
"""Waits that time alone does not end."""
_TURNS = frozenset({"run_waiting", "run_paused"})
_ASKING = frozenset({"ask", "wait_for", "decide"})
"""Verbs by which a step waits for somebody."""
_LOOK, _LOOKS = 0.05, 40
_UNKNOWN = frozenset({"model_unknown", "model_key_missing"})


class AnswerWaits(LubanError):
    """The run that answers waits for somebody to do something."""

    code = "answer_waits"
    status = 409
    en = (
        "The run {run} waits and cannot answer yet: {why} Answer it under Approvals or on the page "
        "of the run; it goes on from there."
    )
    zh = "运行 {run} 正在等待，暂时无法回答：{why}请在“审批”或运行页面处理，之后它会继续。"


class AnswerLate(LubanError):
    """The run that answers takes longer than a request may."""

    code = "answer_late"
    status = 504
    en = "The run {run} still works on the answer. Ask with `stream`, or look at the run later."
    zh = "运行 {run} 仍在处理。请使用 `stream` 提问，或稍后查看该运行。"


class AnswerFailed(LubanError):
    """The run that answers ended without an answer."""

    code = "answer_failed"
    status = 424  # what the answer depends on failed; the server itself is well
    en = "The run {run} ended without an answer: {why}"
    zh = "运行 {run} 未能给出回答：{why_zh}"


class ModelUnknown(LubanError):
    """No model of that name is configured."""

    code = "model_not_found"
    status = 404
    en = "{why} `/v1/models` lists those there are."
    zh = "{why_zh}`/v1/models` 会列出可用的模型。"


class Taken(NamedTuple):
    """Model tokens that an answer took."""

    input: int
    output: int


class Whole(NamedTuple):
    """An answer that is complete, and its run."""

    run: Run
    text: str
    taken: Taken


async def whole(house: House, run: Run, talk: Talk, seconds: float = PATIENCE) -> Whole:
    """The answer at once. Raises `AnswerWaits`, `AnswerLate`, `AnswerFailed`, `ModelUnknown`."""
    try:
        async with asyncio.timeout(seconds):
            async for _ in pieces(house, run, talk):
                pass
    except TimeoutError:
        raise AnswerLate(run=run.id) from None
    return await result(house, run, talk)


async def pieces(house: House, run: Run, talk: Talk) -> AsyncGenerator[str]:
    """The answer as it is written, "" for a sign of life; what was not streamed comes at the end.

    Raises `AnswerWaits`, and as `result` does.
    """
    told = _Told(talk)
    async with aclosing(await house.run_events.open(run.owner, run.id)) as events:
        async for event in events:
            if event.kind == "step_delta":
                if text := told.next(event.values):
                    yield text
            elif event.kind == "child_started" and event.values.get("verb") in _ASKING:
                await _require_moving_soon(house, run)
            elif event.kind in _TURNS or not event.kind:
                require_moving(await house.runs.get(run.owner, run.id))
                yield ""
    ended = await result(house, run, talk)
    if rest := told.rest(ended.text):
        yield rest


async def result(house: House, run: Run, talk: Talk) -> Whole:
    """How the run ended. Raises `AnswerWaits`, `AnswerFailed` and `ModelUnknown`."""
    run = await house.runs.get(run.owner, run.id)
    if not is_over(run):
        require_moving(run)
        raise AnswerLate(run=run.id)
    if run.status is not RunStatus.COMPLETED:
        raise failure_of(run)
    return Whole(run, as_text(run.outputs.get(talk.answer)), await taken(house, run))


def require_moving(run: Run) -> None:
    """Raises `AnswerWaits` for a run that stands until somebody does something about it."""
    for wait in run.waiting_for:
        if wait.kind in _STANDING:
            said = wait.details.get("question") or wait.kind.value.replace("_", " ")
            raise AnswerWaits(run=run.id, why=f"{said}".rstrip(".。") + ".")


async def _require_moving_soon(house: House, run: Run) -> None:
    """What a run waits for stands in its record a moment after its journal tells of it."""
    for _ in range(_LOOKS):
        current = await house.runs.get(run.owner, run.id)
        require_moving(current)
        if is_over(current):
            return
        await asyncio.sleep(_LOOK)


def failure_of(run: Run) -> LubanError:
    """Why a run that ended gave no answer."""
    error = run.error or {}
    why = str(error.get("message") or f"it was {run.status.value}.")
    why_zh = str(error.get("message_zh") or why)
    if error.get("code") in _UNKNOWN:
        return ModelUnknown(why=why, why_zh=why_zh)
    return AnswerFailed(run=run.id, why=why, why_zh=why_zh)


async def taken(house: House, run: Run) -> Taken:
    """As the steps tell it; what a run took and no step tells apart counts as input."""
    steps = await house.steps.list(run.owner, run.id, Slice(1, _STEPS))
    told = 0
    output = 0
    for step in steps.items:
        if step.parent is not None:
            continue
        for pin, value in step.outputs:
            if pin == "usage" and isinstance(value, dict):
                usage = cast("dict[str, Any]", value)
                told += int(usage.get("input_tokens") or 0)
                output += int(usage.get("output_tokens") or 0)
    return Taken(max(told, run.tokens - output), output)


async def give_up(house: House, run: Run) -> None:
    """Cancels a run whose answer nobody reads any more."""
    with suppress(LubanError):
        await house.runs.cancel(run.owner, run.id)


class _Told:
    """What was sent of an answer; what cannot be taken back is never sent twice."""

    def __init__(self, talk: Talk) -> None:
        self._streams = set(talk.streams)
        self._writer: tuple[Any, ...] | None = None
        self._length = 0
        self._held = False
        self._sent = ""

    def next(self, values: dict[str, Any]) -> str:
        """The text of one event that is to be sent."""
        if (values["node"], values["pin"]) not in self._streams or self._held:
            return ""
        writer = (
            values["node"],
            values["iteration"],
            values.get("claim", 0),
            values.get("attempt", 0),
        )
        text, offset = str(values["text"]), int(values.get("offset", self._length))
        if writer != self._writer:
            if self._writer is not None and writer[:2] == self._writer[:2]:
                self._held = bool(self._sent)  # written anew: what is right is known at the end
            elif self._sent:
                text = f"\n\n{text}"
            self._writer, self._length = writer, 0
        if self._held or offset < self._length:
            return ""
        if offset > self._length:
            self._held = True  # something is missing
            return ""
        self._length = offset + len(str(values["text"]))
        self._sent += text
        return text

    def rest(self, answer: str) -> str:
        """What is missing of the answer now that all of it is known."""
        if answer.startswith(self._sent):
            return answer[len(self._sent) :]
        return "" if self._sent.endswith(answer) else f"\n\n{answer}"
