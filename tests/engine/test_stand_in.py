"""What answers in place of steps."""

from __future__ import annotations

from typing import Any

import pytest

from luban.engine.inputs import UnknownOutput
from luban.engine.plan import Plan, compile_plan
from luban.engine.stand_in import NothingRecorded, StandIns, answers_of, open_stand_ins
from luban.engine.state import Firing
from luban.model.errors import LubanError
from luban.model.events import ChildFinished, StepEmitted, StepFailed, StepFinished
from luban.model.run import RunOptions
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Emit, Example, block
from luban.storage.memory import MemoryDatabase
from tests.engine.kit import BLOCKS, Blocks, Play, graph_of

EXAMPLES = (
    Example({"value": "a"}, {"result": "A"}),
    Example({"value": "b"}, {"result": "B"}),
)


@block(id="fetch", examples=EXAMPLES)
async def fetch(value: str, loud: bool = False) -> str:
    raise AssertionError("really done")


@block(id="send", effect=Effect.ONCE)
async def send(value: str) -> str:
    raise AssertionError("really done")


class Feed(Block):
    """Sends items as they come."""

    id = "feed"

    class Input(BlockInput):
        value: str

    class Output(BlockOutput):
        item: int = Emit("One of many.")

    async def run(self, input: Input) -> Any:
        yield "item", 1


KNOWN: Blocks = BLOCKS.and_(fetch, send, Feed)


def firing(block: str, value: Any = "x", path: str = "n", iteration: int = 0) -> Firing:
    plan: Plan = compile_plan(
        graph_of({"n": {"block": block, "with": {"value": value}}}, []), KNOWN
    )
    (found,) = Play(plan).seen
    return found._replace(path=path, iteration=iteration)


def simulated(*events: Any) -> StandIns:
    return StandIns(RunOptions(simulate=True), answers_of(events))


def done(path: str, value: str, iteration: int = 0) -> StepFinished:
    return StepFinished(path, iteration, 1, [("result", value)], 0.0, 0.0)


def test_a_pinned_node_gives_what_was_pinned_whatever_its_block_does():
    pinned = StandIns(RunOptions(pinned={"n": {"result": 5}}), {})
    assert pinned.answer(firing("send")) == [("result", "5")]  # as the pin's type has it
    assert pinned.answer(firing("same")) == [("result", 5)]
    assert pinned.answer(firing("same", path="other")) is None
    assert pinned.answer(firing("fetch", path="other")) is None


def test_a_pin_in_a_body_counts_for_all_rounds_unless_one_is_named():
    pinned = {"each/n": {"result": "all"}, "each[1]/n": {"result": "one"}}
    answers = StandIns(RunOptions(pinned=pinned), {})
    assert answers.answer(firing("send", path="each[0]/n")) == [("result", "all")]
    assert answers.answer(firing("send", path="each[1]/n")) == [("result", "one")]


def test_a_list_pinned_on_an_output_of_many_is_sent_one_by_one():
    pinned = StandIns(RunOptions(pinned={"n": {"item": [1, 2]}}), {})
    assert pinned.answer(firing("feed")) == [("item", 1), ("item", 2)]


def test_what_cannot_be_pinned_is_an_error_of_the_step():
    with pytest.raises(UnknownOutput):
        StandIns(RunOptions(pinned={"n": {"nope": 1}}), {}).answer(firing("send"))
    with pytest.raises(LubanError):
        StandIns(RunOptions(pinned={"n": {"item": "no number"}}), {}).answer(firing("feed"))


def test_blocks_without_effects_are_really_done():
    assert simulated(done("n", "recorded")).answer(firing("same")) is None


def test_others_answer_from_the_same_firing_then_an_earlier_one():
    answers = simulated(done("n", "zero"), done("n", "two", 2))
    assert answers.answer(firing("send")) == [("result", "zero")]
    assert answers.answer(firing("send", iteration=1)) == [("result", "zero")]
    assert answers.answer(firing("send", iteration=2)) == [("result", "two")]
    assert answers.answer(firing("send", iteration=9)) == [("result", "two")]


def test_a_round_that_was_not_recorded_answers_from_another():
    answers = simulated(done("each[0]/n", "first"))
    assert answers.answer(firing("send", path="each[7]/n")) == [("result", "first")]


def test_a_stream_is_recorded_whole():
    answers = simulated(
        StepEmitted("n", 0, 0, "item", 1),
        StepEmitted("n", 0, 1, "item", 2),
        StepFinished("n", 0, 1, [], 0.0, 0.0),
    )
    assert answers.answer(firing("feed")) == [("item", 1), ("item", 2)]


def test_a_recorded_failure_does_not_count_unless_its_pin_is_linked():
    failed = StepFailed("n", 1, 1, {"code": "broken"}, 0.0, 0.0)
    answers = simulated(done("n", "well"), failed)
    assert answers.answer(firing("send", iteration=1)) == [("result", "well")]
    plan = compile_plan(
        graph_of({"n": {"block": "send", "with": {"value": "x"}}, "out": "same"},
                 ["n.error -> out.value"]), KNOWN,
    )  # fmt: skip
    (linked,) = Play(plan).seen
    assert answers.answer(linked._replace(iteration=1)) == [("error", {"code": "broken"})]


def test_a_called_block_answers_from_what_it_gave_then():
    call = ChildFinished("agent", 2, "3", "call", "send", {}, {"result": "sent"}, 0.0, 0.0)
    answers = simulated(call)
    assert answers.answer(firing("send", path="agent@2:3")) == [("result", "sent")]


def test_examples_answer_where_nothing_was_recorded_equal_inputs_first():
    answers = simulated()
    assert answers.answer(firing("fetch", "b")) == [("result", "B")]
    assert answers.answer(firing("fetch", "something else")) == [("result", "A")]


def test_nothing_to_answer_from_is_an_error_that_says_what_to_pin():
    with pytest.raises(NothingRecorded, match=r"Pin one of its outputs \(n\.result\)") as caught:
        simulated().answer(firing("send"))
    assert "n.result" in caught.value.message_zh


async def test_a_plain_run_has_no_stand_ins():
    journal = MemoryDatabase().journal
    assert await open_stand_ins(None, journal) is None
    assert await open_stand_ins(RunOptions(), journal) is None
    assert await open_stand_ins(RunOptions(simulate=True, recorded="r"), journal) is not None
