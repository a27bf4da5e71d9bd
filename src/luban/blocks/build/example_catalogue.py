"""What the examples of this family find in the catalogue."""

from __future__ import annotations

LINE = "maths.add (maths): Add. Adds two numbers."
CARD = f"""{LINE}
inputs:
- a (number) required: The first.
- b (number) = 1: The second.
outputs:
- sum (number, main): Both together."""
_ADD = {
    "id": "maths.add",
    "title": "Add",
    "description": "Adds two numbers. Slowly.",
    "category": "maths",
    "inputs": [
        {"name": "a", "kind": "number", "description": "The first."},
        {
            "name": "b",
            "kind": "number",
            "description": "The second.",
            "required": False,
            "default": 1,
        },
    ],
    "outputs": [{"name": "sum", "kind": "number", "description": "Both together.", "main": True}],
}

WORLD = {"catalogue": {"blocks": [_ADD]}}
TEXT = "luban: 1\nname: Hello\nnodes: {}\n"
WRONG = "luban: 1\nnodes: {a: {block: no.such}}\n"
FINDING = {
    "code": "unknown_block",
    "node": "a",
    "message": "There is no block `no.such`.",
    "message_zh": "没有模块 no.such。",
    "repair": "Use another one.",
}
WARNING = {**FINDING, "severity": "warning"}
SAID = "- error at `a`: There is no block `no.such`. Use another one."
