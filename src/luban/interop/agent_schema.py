"""The JSON Schema of the agent file, made from the models that read it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from luban.model.graph import (
    Body,
    BodyMode,
    GraphSettings,
    Limits,
    Node,
    Order,
    Retention,
    RetryPolicy,
    SpendLimits,
)

Schema = dict[str, Any]


_NODE_ID = r"^[^\s\d.\[\]/-][^\s.\[\]/]*$"
_LINK = r"^.+\..+(->|→).+\..+$"
"""Wider than what is read, because `\\w` means other letters to other programs."""

_TEXT: Schema = {"type": "string"}
_POINT: Schema = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
}


def schema() -> Schema:
    """The schema as a tree; unknown keys are allowed everywhere, because they are kept."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Luban agent file",
        "description": "An agent as text: nodes that use blocks, and links between their pins.",
        "type": "object",
        "required": ["nodes"],
        "properties": {
            "luban": _told({"const": 1}, "The version of this format."),
            "name": _told(_TEXT, "What the agent is called."),
            "description": _told(_TEXT, "What the agent does, in a sentence."),
            "nodes": {"$ref": "#/$defs/nodes"},
            "links": {"$ref": "#/$defs/links"},
            "settings": {"$ref": "#/$defs/settings"},
            "meta": _told({"type": "object"}, "Anything for other programs; never read to run."),
        },
        "$defs": {
            "nodes": {
                "type": "object",
                "description": "The nodes by their ids.",
                "propertyNames": {"pattern": _NODE_ID},
                "additionalProperties": {"$ref": "#/$defs/node"},
            },
            "node": _node(),
            "body": _body(),
            "links": {"type": "array", "items": {"$ref": "#/$defs/link"}},
            "link": _link(),
            "retry": _of(RetryPolicy),
            "settings": _settings(),
        },
    }


def text() -> str:
    """The schema as the file in `docs/reference` holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _node() -> Schema:
    own = _of(Node)["properties"]
    names = ("timeout", "timeout_total", "parallel", "disabled", "title", "credential")
    kept = {key: own[key] for key in names}
    return {
        "type": "object",
        "description": "One use of a block, or a graph of its own.",
        "oneOf": [{"required": ["block"]}, {"required": ["body"]}],
        "properties": {
            "block": _told(_TEXT, "The id of a block; `luban blocks` lists them."),
            "body": {"$ref": "#/$defs/body"},
            "with": _told({"type": "object"}, "Constants for inputs that are not linked."),
            "retry": {"$ref": "#/$defs/retry"},
            "limits": {
                **_of(SpendLimits),
                "description": "What the models it asks may take in one run; there the run waits.",
            },
            **kept,
            "order": {
                "enum": [order.value for order in Order],
                "default": Order.FIRING.value,
                "description": "In which order overlapping firings deliver what they give.",
            },
            "at": _told(_POINT, "Where the node stands on the canvas."),
            "size": _told(_POINT, "How large the node is on the canvas."),
            "note": _told(_TEXT, "A remark shown at the node."),
            "color": _told(_TEXT, "The colour of the node on the canvas."),
            "collapsed": _told({"type": "boolean"}, "Whether the canvas folds the node."),
        },
    }


def _body() -> Schema:
    own = _of(Body)["properties"]
    kept = {key: own[key] for key in ("over", "parallel", "until", "max")}
    return {
        "type": "object",
        "description": "A graph run once per item (map), or until an output is true (loop).",
        "required": ["nodes"],
        "properties": {
            "mode": {"enum": [mode.value for mode in BodyMode], "default": BodyMode.MAP.value},
            **kept,
            "nodes": {"$ref": "#/$defs/nodes"},
            "links": {"$ref": "#/$defs/links"},
        },
    }


def _link() -> Schema:
    return {
        "description": "From an output to an input, such as `feed.entries[0].title -> page.text`.",
        "oneOf": [
            {"type": "string", "pattern": _LINK},
            {
                "type": "object",
                "required": ["from", "to"],
                "properties": {
                    "from": _TEXT,
                    "to": _TEXT,
                    "sticky": _told(
                        {"type": "boolean"}, "Whether the last value serves later firings too."
                    ),
                },
            },
        ],
    }


def _settings() -> Schema:
    settings = _of(GraphSettings)
    own = settings["properties"]
    return {
        "type": "object",
        "description": "How the runs of this agent behave as a whole.",
        "properties": {
            "on_error": {
                "enum": ["fail", "continue"],
                "default": "fail",
                "description": "Whether other branches go on after a step failed for good.",
            },
            "limits": {
                **_of(Limits),
                "description": "Ceilings; a run that reaches one waits for its owner.",
            },
            "active": own["active"],
            "parallel": own["parallel"],
            "runs_at_once": own["runs_at_once"],
            "priority": own["priority"],
            "keep": {
                **_of(Retention),
                "description": "How long ended runs are kept; left out, as the installation says.",
            },
        },
    }


def _of(model: type[BaseModel]) -> Schema:
    """A model's schema without titles, definitions and the word `null` for what may be left out."""
    whole = model.model_json_schema()
    if "$ref" in whole:  # a model that holds itself
        whole = whole["$defs"][model.__name__]
    properties = {key: _plain(value) for key, value in whole.get("properties", {}).items()}
    return {"type": "object", "properties": properties}


def _plain(part: Schema) -> Schema:
    kept = {key: value for key, value in part.items() if key != "title"}
    choices = [each for each in kept.pop("anyOf", []) if each.get("type") != "null"]
    if choices:
        kept = {**choices[0], **kept}
    if kept.get("default", 0) is None:
        del kept["default"]
    return kept


def _told(part: Schema, description: str) -> Schema:
    return {**part, "description": description}
