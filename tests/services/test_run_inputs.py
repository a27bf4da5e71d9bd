"""What a graph asks for, and how what is given is judged."""

from __future__ import annotations

from typing import Any

import pytest

from luban.model.document import read_document
from luban.model.pins import PinKind
from luban.registry import discover
from luban.services.run_inputs import InvalidInputs, inputs_of, judged

BLOCKS = discover()


def asked(**nodes: dict[str, Any]) -> Any:
    tree = {"nodes": {name: {"block": "io.input", **node} for name, node in nodes.items()}}
    return inputs_of(read_document(tree)[0], BLOCKS)


async def problems(given: dict[str, Any], **nodes: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputs) as caught:
        await judged(asked(**nodes), given)
    for each in caught.value.problems:
        assert each.message.endswith(".")
        assert each.message_zh.endswith("。")
    return [(each.name, each.code) for each in caught.value.problems]


NUMBER = {"block": "io.input_number", "with": {"minimum": 1, "maximum": 9}}
CHOICE = {"block": "io.input_choice", "with": {"options": ["red", "blue"]}}
DATE = {"block": "io.input_date"}
TABLE = {"block": "io.input_table"}
FILE = {"block": "io.input_file"}
TIME = {"block": "io.input_time"}
MOMENT = {"block": "io.input_datetime"}
SEVERAL = {"block": "io.input_choices", "with": {"options": ["red", "blue"], "least": 1}}
OBJECT = {"block": "io.input_object", "with": {"required_keys": ["a"]}}
YES = {"block": "io.input_boolean"}


@pytest.mark.parametrize(
    ("node", "value", "code"),
    [
        (NUMBER, 0, "invalid_value"),
        (NUMBER, 10, "invalid_value"),
        (NUMBER, "many", "type_mismatch"),
        (NUMBER, [1, 2], "type_mismatch"),
        (CHOICE, "green", "invalid_value"),
        (YES, "perhaps", "type_mismatch"),
        (FILE, "a.csv", "type_mismatch"),
        (TABLE, 5, None),
        (TIME, "25:00", "invalid_value"),
        (MOMENT, "soon", "type_mismatch"),
        (SEVERAL, ["green"], "invalid_value"),
        (SEVERAL, [], "invalid_value"),
        (OBJECT, {"b": 1}, "invalid_value"),
    ],
)
async def test_wrong_values_are_named(node: dict[str, Any], value: Any, code: str | None) -> None:
    ((name, found),) = await problems({"x": value}, x=node)
    assert name == "x"
    assert code is None or found == code


async def test_good_values_are_taken_converted() -> None:
    taken = await judged(
        asked(n=NUMBER, c=CHOICE, d=DATE, y=YES, t=TABLE),
        {"n": "5", "c": "red", "d": "2026-01-31", "y": "是", "t": [{"a": 1}]},
    )
    assert taken == {"n": 5, "c": "red", "d": "2026-01-31", "y": True, "t": [{"a": 1}]}


async def test_defaults_and_optional_inputs_may_be_left_out() -> None:
    fields = asked(
        a={"block": "io.input_number", "with": {"value": 3}},
        b={"block": "io.input_text", "with": {"required": False}},
    )
    assert [each.required for each in fields] == [False, False]
    assert await judged(fields, {}) == {}


async def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(InvalidInputs, match="`topic` may be meant"):
        await judged(asked(topic={"block": "io.input_text"}), {"topik": "x", "topic": "y"})


def test_the_form_knows_what_the_node_says() -> None:
    (field,) = asked(n={**NUMBER, "with": {"name": "Betrag", "title": "Amount", "minimum": 1}})
    assert (field.name, field.title) == ("Betrag", "Amount")
    assert field.type.kind is PinKind.NUMBER
    assert field.schema["minimum"] == 1
    (choice,) = asked(c=CHOICE)
    assert choice.schema["enum"] == ["red", "blue"]
    (free,) = asked(x={"with": {"type": "boolean"}})
    assert free.type.kind is PinKind.BOOLEAN


def test_lists_say_what_their_items_are() -> None:
    choices, numbers = asked(
        choices={
            "block": "io.input_choices",
            "with": {"options": ["red", "blue"], "least": 1, "most": 2},
        },
        numbers={"block": "io.input_list", "with": {"items": "number"}},
    )
    assert choices.schema["items"] == {"type": "string", "enum": ["red", "blue"]}
    assert (choices.schema["minItems"], choices.schema["maxItems"]) == (1, 2)
    assert "enum" not in choices.schema
    assert numbers.schema["items"] == {"type": "number"}


def test_disabled_inputs_are_not_asked_for() -> None:
    assert asked(n={**NUMBER, "disabled": True}) == []
