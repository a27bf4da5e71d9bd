"""The little graphs behind talking with a model itself, and behind asking it for vectors.

They are agents of their own, kept hidden, so that what goes through them is a run as any other:
limits, budgets, recording and restarts need nothing beside it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Tree = dict[str, Any]


class HiddenAgent(NamedTuple):
    """An agent of ours that no list shows; its id is `{prefix}_{owner}`."""

    prefix: str
    document: Tree


def _input(block: str, name: str, value: Any = None) -> Tree:
    given: Tree = {"name": name}
    if value is not None:
        given["value"] = value
    return {"block": block, "with": given}


TALK = HiddenAgent(
    "talk",
    {
        "luban": 1,
        "name": "Chat",
        "nodes": {
            "message": _input("io.input_long_text", "message"),
            "messages": _input("io.input_list", "messages", []),
            "files": _input("io.input_list", "files", []),
            "model": _input("io.input_text", "model", ""),
            "chat": {
                "block": "ai.chat",
                "with": {"prompt": "{{ message }}", "timeout": 600},
                "retry": {"attempts": 3, "delay": 1},
            },
            "answer": {"block": "io.output", "with": {"name": "answer"}},
        },
        "links": [
            "message.value -> chat.values.message",
            "messages.value -> chat.messages",
            "files.value -> chat.images",
            "model.value -> chat.model",
            "chat.answer -> answer.value",
        ],
    },
)

VECTORS = HiddenAgent(
    "vectors",
    {
        "luban": 1,
        "name": "Embeddings",
        "nodes": {
            "texts": _input("io.input_list", "texts"),
            "model": _input("io.input_text", "model", ""),
            "embed": {"block": "ai.embed", "retry": {"attempts": 3, "delay": 1}},
            "vectors": {"block": "io.output", "with": {"name": "vectors"}},
            "usage": {"block": "io.output", "with": {"name": "usage"}},
            "used": {"block": "io.output", "with": {"name": "model"}},
        },
        "links": [
            "texts.value -> embed.texts",
            "model.value -> embed.model",
            "embed.vectors -> vectors.value",
            "embed.usage -> usage.value",
            "embed.model -> used.value",
        ],
    },
)
