"""Every operation of the description says what it answers besides success."""

from __future__ import annotations

from typing import Any

import pytest

from luban.api.app import routes
from luban.model.access import PUBLIC

DESCRIBED = routes("1").openapi()
OPERATIONS: dict[str, Any] = {
    f"{method.upper()} {path}": operation
    for path, operations in DESCRIBED["paths"].items()
    for method, operation in operations.items()
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_errors_are_described(name: str) -> None:
    method, _, path = name.partition(" ")
    operation = OPERATIONS[name]
    answers = set(operation["responses"])
    assert "429" in answers
    if operation["x-permission"] != PUBLIC:
        assert {"401", "403"} <= answers
    if "{" in path:
        assert {"404", "422"} <= answers
    if method != "GET":
        assert "409" in answers
    if "requestBody" in operation:
        assert {"400", "413", "422"} <= answers
    for answer in operation["responses"].values():
        assert _resolved(answer)["description"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_says_what_it_needs(name: str) -> None:
    assert len(OPERATIONS[name]["x-permission"].split()) == 1


def test_errors_have_one_shape_and_another_for_programs_of_openai() -> None:
    for name, answer in DESCRIBED["components"]["responses"].items():
        schema = answer["content"]["application/json"]["schema"]
        shape = "OpenAIError" if name.startswith("OpenAI") else "ErrorView"
        assert schema == {"$ref": f"#/components/schemas/{shape}"}, name


def test_ways_to_sign_in_are_described() -> None:
    schemes = DESCRIBED["components"]["securitySchemes"]
    assert schemes["key"]["scheme"] == "bearer"
    assert schemes["session"]["in"] == "cookie"


def _resolved(answer: dict[str, Any]) -> dict[str, Any]:
    name = answer.get("$ref", "").rpartition("/")[2]
    return DESCRIBED["components"]["responses"][name] if name else answer
