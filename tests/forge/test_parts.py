"""The parts of the loop that only compute."""

from __future__ import annotations

import pytest

from luban.forge import paging, skills, untrusted, verify
from luban.forge.bounds import Bounds, Spent
from luban.forge.compaction import summarised_until
from luban.forge.decision import by_json, by_tools, with_ids
from luban.forge.earlier import turns_of
from luban.forge.guard import LoopGuard
from luban.forge.thoughts import Thoughts
from luban.forge.toolbox import Toolbox
from luban.sdk import BlockError, Effect, ToolCall, UsableTool

JUDGE = UsableTool(
    "judge",
    "Judge",
    "",
    {"type": "object", "properties": {"text": {"type": "string"}, "purpose": {}}},
    Effect.NONE,
    "node",
    "judge",
    "node",
)


@pytest.mark.parametrize(
    ("written", "tool", "arguments"),
    [
        ('{"thoughts": {"text": "t"}, "tool": "a", "tool_args": {"x": 1}}', "a", {"x": 1}),
        ('```json\n{"command": {"name": "a", "args": {"x": 1}}}\n```', "a", {"x": 1}),
        ('Well: {"tool": "a", "tool_args": "x"}', "a", None),
        ('{"calls": [{"name": "a", "arguments": {}}]}', "a", {}),
    ],
)
def test_a_decision_in_json_is_read_however_it_is_written(
    written: str, tool: str, arguments: object
) -> None:
    (call,) = by_json(written).calls
    assert (call.name, call.arguments) == (tool, arguments)


def test_thoughts_have_four_parts_from_json_and_from_headings() -> None:
    whole = Thoughts("t", "r", "- a\n- b", "c")
    told = '{"thoughts": {"text": "t", "reasoning": "r", "plan": ["a", "b"], "criticism": "c"}}'
    assert by_json(told) == (whole, (), "t", "")
    text = "t\n**Reasoning:** r\nPlan:\n- a\n- b\nCriticism: c"
    assert by_tools(text, "", (ToolCall("1", "a", {}),)).thoughts == whole
    assert by_json("no").wrong == "it is not JSON"
    assert by_json("{}").wrong and by_tools(" ", "", ()).wrong


def test_calls_have_ids_that_differ() -> None:
    calls = with_ids((ToolCall("", "a", {}), ToolCall("x", "a", {}), ToolCall("x", "a", {})), 3)
    assert [call.id for call in calls] == ["call_3_0", "x", "call_3_2"]


def test_pages_are_all_of_the_text() -> None:
    text = "".join(f"line {number}\n" for number in range(500))
    every = paging.pages(text, 300)
    assert "".join(every) == text and all(len(each) <= 300 for each in every)
    assert paging.page(text, len(every), 300) == (every[-1], len(every), len(every))
    assert paging.page(text, len(every) + 1, 300) is None and paging.pages("", 9) == [""]


def test_texts_of_others_hold_neither_their_marks_nor_what_nobody_sees() -> None:
    wrapped = untrusted.wrapped("a\u202eb\u200bc\x1b[2Jd\U000e0041", "r_1/2-0")
    mark = wrapped.split('"')[1]
    assert wrapped == f'<data id="{mark}">\nabc[2Jd\n</data id="{mark}">'
    assert untrusted.wrapped("abc[2Jd", "r_1/2-0") == wrapped
    assert untrusted.wrapped("abc[2Jd", "r_1/2-1") != wrapped


def test_only_a_call_that_brings_the_same_is_a_circle() -> None:
    guard = LoopGuard(3)
    assert [guard.note("a", {"x": 1}, "same") for _ in range(3)] == [1, 2, 3]
    assert guard.is_circle("a", {"x": 1}) and not guard.is_circle("a", {"x": 2})
    assert guard.note("a", {"x": 1}, "other") == 1 and not guard.is_circle("a", {"x": 1})
    assert [guard.decided(fruitful=False) for _ in range(7)] == [False] * 6 + [True]


def test_the_newest_turn_is_never_summarised() -> None:
    assert summarised_until([10, 10, 10], 0, 0, 100) == 0
    assert summarised_until([60, 60, 60], 0, 0, 100) == 2
    assert summarised_until([60, 60, 60, 20], 0, 2, 100) == 2
    assert summarised_until([500], 500, 0, 100) == 0


def test_bounds_hold_whatever_the_model_says() -> None:
    bounds = Bounds(5, None, 1.0, 100)
    assert bounds.reached(4, Spent(40, 40, 0.9)) is None
    assert (bounds.reached(5, Spent()) or ("",))[0] == "steps"
    for spent in (Spent(60, 40), Spent(usd=1.0), Spent(unpriced=1)):
        assert (bounds.reached(0, spent) or ("",))[0] == "budget"
    assert bounds.share(Spent(20, 20, 0.5), 2, 9) == (5, None, 0.25, 30)


def test_a_head_of_a_skill_is_read() -> None:
    written = '---\nname: "mail"\ndescription: >\n  How to\n  write.\n---\n# Do\n'
    assert skills.read(written, "s/mail/") == ("mail", "How to write.", "# Do")
    assert skills.read("Just do.", "s/mail/") == ("mail", "", "Just do.")


def test_a_judge_gets_the_answer_and_has_to_say_yes_or_no() -> None:
    assert verify.given_to(JUDGE, "g", "a", None) == {"text": "a", "purpose": "g"}
    assert verify.verdict_of(JUDGE, {"passed": False, "score": 3}) == (False, '{"score": 3}')
    assert verify.verdict_of(JUDGE, {"result": {"ok": True}}).passed
    with pytest.raises(BlockError, match="has to say"):
        verify.verdict_of(JUDGE, {"score": 3})


def test_calls_that_cannot_be_made_are_explained() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    tool = UsableTool("add", "", "", schema, Effect.NONE, "node", "add", "node")
    box = Toolbox([tool], [])
    assert box.wrong_with(ToolCall("1", "add", {"n": 1})) is None
    assert "The tools are: add" in str(box.wrong_with(ToolCall("1", "ad", {})))
    assert "not a JSON object" in str(box.wrong_with(ToolCall("1", "add", None, '{"n": ')))
    assert "must be integer" in str(box.wrong_with(ToolCall("1", "add", {"n": "x"})))


def test_results_without_their_call_are_left_out_of_earlier_turns() -> None:
    call = {"id": "c", "name": "a", "arguments": {}}
    answered = {"role": "tool", "content": "r", "call_id": "c"}
    asked = {"role": "assistant", "content": "", "calls": [call]}
    assert [turn.role for turn in turns_of(["q", asked, answered, "w"])] == [
        "user",
        "assistant",
        "tool",
        "user",
    ]
    assert [turn.role for turn in turns_of([answered, asked, "w"])] == ["user"]
