"""The demo model: the same useful answer every time, and marked as what it is."""

from __future__ import annotations

import json

import pytest

from luban.llm import ConfiguredModels
from luban.llm.demo import twenty_four
from luban.llm.demo.demo_model import answer
from luban.sdk.chat import ChatMessage

LONG = (
    "鲁班是春秋时期的著名工匠。他发明了锯子、刨子和墨斗。后人尊他为木匠的祖师。"
    "他的故事流传了两千多年。"
)


def ask(prompt: str, system: str = "", *, wants_json: bool = False) -> str:
    messages = [ChatMessage("system", system)] if system else []
    return answer([*messages, ChatMessage("user", prompt)], json=wants_json)


async def test_it_is_marked_costs_nothing_and_streams() -> None:
    pieces: list[str] = []
    models = ConfiguredModels()
    said = await models.chat("", [ChatMessage("user", "hello " * 20)], on_delta=pieces.append)
    assert said.demo and said.model == "demo/luban"
    assert said.usage.usd == 0.0 and said.usage.input_tokens > 0
    assert len(pieces) > 1 and "".join(pieces) == said.text


def test_what_it_cannot_do_it_says() -> None:
    assert ask("谁写了红楼梦？").startswith("（演示模型")
    assert ask("Who are you?").startswith("(Demo model")
    assert "Who are you?" in ask("Who are you?")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (f"请用不超过 30 个字总结：{LONG}", "鲁班是春秋时期的著名工匠。他发明了锯子、刨子和墨斗。"),
        (f"用一句话概括下面的文章。\n\n{LONG}", "鲁班是春秋时期的著名工匠。"),
        (f"请写摘要，200字以内\n{LONG}", LONG),
        (
            "Summarize in 2 sentences: Dr. Lu made a saw. It was sharp. People came. All bought.",
            "Dr. Lu made a saw. It was sharp.",
        ),
        ("Summarise in 5 words: One two three four five six seven.", "One two three four five…"),
        ("TL;DR\n\nIt rained 3.5 mm. Nobody went out.", "It rained 3.5 mm. Nobody went out."),
    ],
)
def test_summaries(prompt: str, expected: str) -> None:
    assert ask(prompt) == expected


def test_a_summary_asked_for_by_the_system_keeps_the_whole_text() -> None:
    assert ask("First. Second. Third.", "Summarise in one sentence.") == "First."


def test_a_text_with_sections_gets_a_line_for_each() -> None:
    news = "## 早报\n今天下雨。明天晴。\n\n## 晚报\n球赛开始。结果未知。"
    assert ask(news, "把每条新闻概括成一句话") == "- 早报：今天下雨。\n- 晚报：球赛开始。"


def test_nothing_to_summarise() -> None:
    assert isinstance(ask("总结："), str)


@pytest.mark.parametrize("numbers", [(3, 3, 8, 8), (1, 5, 5, 5), (4, 7, 8, 8), (13, 13, 12, 2)])
def test_solutions_are_right(numbers: tuple[int, ...]) -> None:
    solution = twenty_four.solve(numbers)
    assert solution is not None
    value, used = twenty_four.evaluate(solution)
    assert value == 24
    assert sorted(used) == sorted(numbers)


def test_no_solution() -> None:
    assert twenty_four.solve((1, 1, 1, 1)) is None


def test_every_game_solved_is_right() -> None:
    from itertools import combinations_with_replacement

    solved = 0
    for numbers in list(combinations_with_replacement(range(1, 14), 4))[::7]:
        solution = twenty_four.solve(numbers)
        if solution is not None:
            assert twenty_four.evaluate(solution)[0] == 24
            solved += 1
    assert 0.6 < solved / 260 < 0.85  # 1,362 of the 1,820 games have a solution


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("24 点：3, 3, 8, 8。只回答算式，无解时回答“无解”。", "8 / (3 - 8 / 3)"),
        ("24 点：1 1 1 1。只回答算式，无解时回答“无解”。", "无解"),
        ("Make 24 from 1, 1, 1, 1.", "1, 1, 1, 1: there is no solution."),
        ("Play the 24 game with [4, 7, 8, 8].", "(4 + 7 - 8) * 8 = 24"),
    ],
)
def test_the_24_point_game(prompt: str, expected: str) -> None:
    assert ask(prompt) == expected


@pytest.mark.parametrize(
    ("attempt", "verdict"),
    [
        ("(7-8÷8)×4", "正确"),
        ("8×（4+7－8）", "看不懂"),
        ("4+7+8+8", "不正确：4+7+8+8 = 27"),
        ("4*7-4", "没有恰好各用一次"),
        ("(4+7", "看不懂"),
        ("8/(4-4)", "看不懂"),
    ],
)
def test_it_judges_a_persons_answer(attempt: str, verdict: str) -> None:
    assert verdict in ask(f"24点，四个数：4, 7, 8, 8。我的答案：{attempt}")


def test_json_in_the_shape_shown() -> None:
    said = ask(
        'Answer in JSON: {"title": "…", "summary": "…", "language": "en", "urgent": false,'
        ' "kind": "bill|parcel|other", "mood": "positive|negative|neutral", "tags": []}\n\n'
        "My parcel is late. I hate waiting."
    )
    assert json.loads(said) == {
        "title": "My parcel is late",
        "summary": "My parcel is late.",
        "language": "en",
        "urgent": False,
        "kind": "parcel",
        "mood": "negative",
        "tags": ["parcel", "late", "hate", "waiting"],
    }


def test_json_by_a_list_of_keys_or_without_one() -> None:
    assert json.loads(ask("JSON with keys title, summary.\n\nA b. C d.", wants_json=True)) == {
        "title": "A b",
        "summary": "A b.",
    }
    assert json.loads(ask("hello", wants_json=True)).keys() == {"answer"}


def test_json_for_the_game() -> None:
    said = ask('24点：1, 5, 5, 5。用 JSON 回答：{"solvable": true, "expression": ""}')
    assert json.loads(said) == {"solvable": True, "expression": "(5 - 1 / 5) * 5"}
