"""An agent that works on a goal by itself, with tools, until it is done."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.agent_pins import AgentInput, AgentOutput
from luban.blocks.ai.asking import needed
from luban.blocks.ai.prompts import filled
from luban.blocks.ai.turns import pictures
from luban.forge import kit as kits
from luban.forge.bounds import Bounds
from luban.forge.earlier import turns_of
from luban.forge.loop import Loop
from luban.forge.mission import Mission
from luban.forge.policy import rules_of
from luban.forge.state import Ended, State
from luban.forge.turns import whole_conversation
from luban.sdk import Block, Context, Effect, Example

_SUM = {"block": "maths.expression", "name": "work_out"}
_JUDGE = {"block": "ai.judge", "name": "judge", "with": {"criteria": {"right": "is right"}}}
_CALL: dict[str, Any] = {"name": "work_out", "arguments": {"expression": "6*7"}}
_WORKED_OUT = '{"result": 42, "numbers": [6, 7], "expression": "6*7"}'
_DATA = f'<data id="30435bb4a334672d">\n{_WORKED_OUT}\n</data id="30435bb4a334672d">'


def _used(asked: int, said: int, calls: int) -> dict[str, Any]:
    tokens = {"input_tokens": asked, "output_tokens": said}
    return {**tokens, "usd": None, "demo": False, "calls": calls, "unpriced": calls}


def _step(text: str, *calls: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
    told = [
        {"tool": tool, "arguments": given, "result": result, "failed": False}
        for tool, given, result in calls
    ]
    thoughts = {"text": text, "reasoning": "", "plan": "", "criticism": ""}
    return {"thoughts": thoughts, "calls": told}


def _said(role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


class Agent(Block):
    """Works on a goal by itself: thinks, uses tools, looks at what came out, until it is done."""

    id = "ai.agent"
    title = "Agent"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "bot"
    keywords = ("autonomous", "tools", "function calling", "react", "loop", "assistant", "llm")

    Input = AgentInput
    Output = AgentOutput

    examples = (
        Example(
            {"goal": "Greet Ada", "model": "m/x"},
            {
                "answer": "Hello, Ada",
                "stopped": "done",
                "steps": [_step("Hello, Ada")],
                "usage": _used(785, 10, 1),
                "messages": [_said("user", "Greet Ada"), _said("assistant", "Hello, Ada")],
                "model": "m/x",
            },
            {"llm": ["Hello, Ada"]},
        ),
        Example(
            {
                "goal": "How much is 6 × 7?",
                "model": "m/x",
                "json_schema": {"type": "object", "properties": {"n": {"type": "number"}}},
                "verifier": "judge",
            },
            {
                "answer": '{"n": 42}',
                "result": {"n": 42},
                "stopped": "done",
                "steps": [
                    _step("I work it out.", ("work_out", {"expression": "6*7"}, _WORKED_OUT)),
                    _step("", ("finish", {"n": 42}, "It is done.")),
                ],
                "verdict": {
                    "passed": True,
                    "feedback": '{"score": 10.0, "scores": {"right": 10}, "reasons": '
                    '{"right": "it is"}}',
                },
                "usage": _used(2091, 14, 2),
                "messages": [
                    _said("user", "How much is 6 × 7?"),
                    _said("assistant", "I work it out.", calls=[{"id": "call_1", **_CALL}]),
                    _said("tool", _DATA, call_id="call_1", failed=False),
                    _said(
                        "assistant",
                        "",
                        calls=[{"id": "call_1", "name": "finish", "arguments": {"n": 42}}],
                    ),
                    _said("tool", "It is done.", call_id="call_1", failed=False),
                    _said("assistant", '{"n": 42}'),
                ],
                "model": "m/x",
            },
            {
                "tools": [_SUM, _JUDGE],
                "llm": [
                    {"text": "I work it out.", "calls": [_CALL]},
                    {"calls": [{"name": "finish", "arguments": {"n": 42}}]},
                    '{"right": {"reason": "it is", "score": 10}}',
                ],
            },
        ),
        Example(
            {"goal": "Work on", "model": "m/x", "max_steps": 1},
            {
                "answer": "So far it is 42.",
                "stopped": "steps",
                "why": "the limit of decisions, 1, is reached",
                "steps": [_step("", ("work_out", {"expression": "6*7"}, _WORKED_OUT))],
                "usage": _used(2146, 16, 2),
                "messages": [
                    _said("user", "Work on"),
                    _said("assistant", "", calls=[{"id": "call_1", **_CALL}]),
                    _said("tool", _DATA, call_id="call_1", failed=False),
                    _said("assistant", "So far it is 42."),
                ],
                "model": "m/x",
            },
            {"tools": [_SUM], "llm": [{"calls": [_CALL]}, "So far it is 42."]},
        ),
        Example({"goal": " "}, {"error": {"code": "nothing_to_ask"}}),
        Example({"goal": "a", "policy": [{"then": "perhaps"}]}, {"error": {"code": "bad_policy"}}),
        Example({"goal": "a", "verifier": "nobody"}, {"error": {"code": "bad_verifier"}}),
    )

    async def run(self, input: AgentInput, ctx: Context) -> dict[str, Any]:
        needed(input.goal, "the goal", "目标")
        mission = await _mission(input, ctx)
        state = State()
        asked = kits.Asked(input.use, input.verifier, input.skills, input.memory)
        kit = await kits.gather(ctx, asked, state)
        ended = await Loop(ctx, mission, kit, state=state).run()
        return _outputs(mission, ended, state)


async def _mission(input: AgentInput, ctx: Context) -> Mission:
    """The task as the inputs describe it. Raises `BlockError`."""
    shown = [file for file in input.files if file.type.startswith("image/")]
    return Mission(
        goal=filled(input.goal, input.values),
        instructions=filled(input.instructions, input.values),
        model=input.model,
        images=await pictures(ctx, shown),
        files=tuple(input.files),
        earlier=turns_of(input.messages),
        schema=input.json_schema or None,
        verify_rounds=input.verify_rounds,
        rules=rules_of(input.policy),
        bounds=Bounds(input.max_steps, input.max_seconds, input.max_usd, input.max_model_tokens),
        parallel=input.parallel,
        repeats=input.repeats,
        page_size=input.page_size,
        compact_at=input.compact_at,
        style=input.style,
        may_ask=input.may_ask,
        may_delegate=input.may_delegate,
        answer_within=input.answer_within,
        options={
            "temperature": input.temperature,
            "max_tokens": input.max_tokens,
            "timeout": input.timeout,
            "cache": "prompt",
        },
    )


def _outputs(mission: Mission, ended: Ended, state: State) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "answer": ended.answer,
        "stopped": ended.stopped,
        "steps": [turn.as_value() for turn in state.turns],
        "usage": state.spent.as_value(),
        "messages": whole_conversation(mission.earlier, mission.goal, state.turns, ended.answer),
        "model": state.model or mission.model,
    }
    if ended.why:
        sent["why"] = ended.why
    if ended.result is not None:
        sent["result"] = ended.result
    if state.verdict is not None:
        sent["verdict"] = state.verdict._asdict()
    return sent
