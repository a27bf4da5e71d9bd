"""What breaks programs is told from what does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tools import api_diff
from tools.api_diff import Change, changes, unwritten

OLD: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": {
                "x-permission": "thing.read",
                "parameters": [
                    {"in": "query", "name": "search", "schema": {"type": "string"}},
                    {
                        "in": "query",
                        "name": "sort",
                        "schema": {"type": "string", "enum": ["name", "age"]},
                    },
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        }
                    }
                },
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/New"}}
                    },
                },
                "responses": {"201": {"content": {}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "string"},
                    "name": {"type": "string"},
                    "age": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                },
            },
            "New": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 200},
                    "age": {"type": "integer"},
                },
            },
        }
    },
}


def changed(change: Callable[[dict[str, Any]], Any]) -> list[Change]:
    new = copy.deepcopy(OLD)
    change(new)
    return changes(OLD, new)


def _get(new: dict[str, Any]) -> dict[str, Any]:
    return new["paths"]["/things"]["get"]


def _schema(new: dict[str, Any], name: str) -> dict[str, Any]:
    return new["components"]["schemas"][name]


BREAKING: dict[str, Callable[[dict[str, Any]], Any]] = {
    "`GET /things` is gone": lambda new: new["paths"]["/things"].pop("get"),
    "the query parameter `search` is gone": lambda new: _get(new)["parameters"].pop(0),
    "the query parameter `team` is new and must be given": lambda new: _get(new)[
        "parameters"
    ].append({"in": "query", "name": "team", "required": True, "schema": {}}),
    "the query parameter `search` must be given now": lambda new: _get(new)["parameters"][0].update(
        required=True
    ),
    "`sort` may not be `age` any more": lambda new: _get(new)["parameters"][1]["schema"].update(
        enum=["name"]
    ),
    "needs the permission `system.manage`, not `thing.read`": lambda new: _get(new).update(
        {"x-permission": "system.manage"}
    ),
    "does not answer 200 any more": lambda new: _get(new).update(responses={"404": {}}),
    "the answer 200 is not application/json any more": lambda new: _get(new)["responses"][
        "200"
    ].update(content={"text/csv": {}}),
    "the answer 200.name is gone": lambda new: _schema(new, "Thing")["properties"].pop("name"),
    "the answer 200.name may be missing now": lambda new: _schema(new, "Thing").update(
        required=["id"]
    ),
    "the answer 200.id may be `integer` now": lambda new: _schema(new, "Thing")["properties"][
        "id"
    ].update(type="integer"),
    "the answer 200.name may be `null` now": lambda new: _schema(new, "Thing")["properties"].update(
        name={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "the body.age must be given now": lambda new: _schema(new, "New")["required"].append("age"),
    "the body.size is new and must be given": lambda new: _schema(new, "New").update(
        required=["name", "size"],
        properties={**OLD["components"]["schemas"]["New"]["properties"], "size": {}},
    ),
    "the body.age is gone": lambda new: _schema(new, "New")["properties"].pop("age"),
    "the body.name has `maxLength` 50 now": lambda new: _schema(new, "New")["properties"][
        "name"
    ].update(maxLength=50),
    "the body.age may not be `integer` any more": lambda new: _schema(new, "New")["properties"][
        "age"
    ].update(type="string"),
}

COMPATIBLE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "`DELETE /things` is new": lambda new: new["paths"]["/things"].update(delete={}),
    "the query parameter `team` is new": lambda new: _get(new)["parameters"].append(
        {"in": "query", "name": "team", "schema": {}}
    ),
    "the query parameter `size` is new": lambda new: _get(new).update(
        parameters=[
            OLD["paths"]["/things"]["get"]["parameters"][0],
            {
                "in": "query",
                "name": "sort",
                "schema": {"type": "array", "items": {"type": "string", "enum": ["name", "age"]}},
            },
            {"in": "query", "name": "size", "schema": {}},
        ]
    ),
    "`sort` may be `size` now": lambda new: _get(new)["parameters"][1]["schema"]["enum"].append(
        "size"
    ),
    "the answer 200.size is new": lambda new: _schema(new, "Thing")["properties"].update(size={}),
    "the body.size is new": lambda new: _schema(new, "New")["properties"].update(size={}),
    "the body.age may be `null` now": lambda new: _schema(new, "New")["properties"]["age"].update(
        type=["integer", "null"]
    ),
    "the answer 200.age may not be `null` any more": lambda new: _schema(new, "Thing")[
        "properties"
    ].update(age={"type": "integer"}),
}


@pytest.mark.parametrize("text", BREAKING)
def test_what_breaks(text: str) -> None:
    found = changed(BREAKING[text])
    told = [each.text for each in found if each.breaks]
    assert any(each.endswith(text) for each in told), found


@pytest.mark.parametrize("text", COMPATIBLE)
def test_what_breaks_nothing(text: str) -> None:
    found = changed(COMPATIBLE[text])
    assert [each.text for each in found if each.breaks] == []
    assert any(each.text.endswith(text) for each in found), found


def test_nothing_changed() -> None:
    assert changes(OLD, copy.deepcopy(OLD)) == []


def test_what_is_written_down_may_break() -> None:
    found = changed(BREAKING["`GET /things` is gone"])
    assert unwritten(found, "") == ["`GET /things` is gone"]
    assert unwritten(found, "- `GET /things` is gone: nobody asked for it") == []


def test_the_check_fails_and_says_why(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = copy.deepcopy(OLD)
    del new["paths"]["/things"]["get"]
    for name, text in (("RELEASED", json.dumps(OLD)), ("NOW", json.dumps(new)), ("WRITTEN", "")):
        path = tmp_path / name
        path.write_text(text)
        monkeypatch.setattr(api_diff, name, path)
    assert api_diff.main([]) == 1
    said = capsys.readouterr().out
    assert "`GET /things` is gone" in said and "changes.md" in said
    assert api_diff.main(["--release"]) == 0
    assert api_diff.main(["--all"]) == 0


def test_the_api_of_today_breaks_nothing_unwritten() -> None:
    assert api_diff.main([]) == 0
