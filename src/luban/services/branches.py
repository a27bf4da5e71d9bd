"""The branches of a thread: which messages follow each other, and which stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

from luban.ports.threads import ThreadMessage

Messages = Sequence[ThreadMessage]


def path_to(messages: Messages, last: str) -> list[ThreadMessage]:
    """From the first message to this one; without it, to the newest there is."""
    by_id = {each.id: each for each in messages}
    here = by_id.get(last) or (messages[-1] if messages else None)
    path: list[ThreadMessage] = []
    while here is not None:
        path.append(here)
        here = by_id.get(here.parent) if here.parent else None
    return path[::-1]


def tip_of(messages: Messages, begin: str) -> str:
    """Where the branch through a message ends, going on with the newest each time."""
    newest = {each.parent: each.id for each in messages if each.parent}
    while begin in newest:
        begin = newest[begin]
    return begin


def beside(messages: Messages, message: ThreadMessage) -> list[str]:
    """All that follow the same message, oldest first, the message itself among them."""
    return [
        each.id for each in messages if each.parent == message.parent and each.role == message.role
    ]
