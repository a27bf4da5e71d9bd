"""Answers kept for repeated requests."""

from __future__ import annotations

import pytest

from luban.ports.clock import SystemClock
from luban.services.replies import KeyReused, Replies, Reply
from luban.storage.memory import MemoryDatabase


async def test_an_answer_belongs_to_its_request_and_its_owner() -> None:
    replies = Replies(MemoryDatabase().replies, SystemClock())
    await replies.save("me", "k", "print", Reply(201, b"{}"))
    assert await replies.find("me", "k", "print") == Reply(201, b"{}")
    assert await replies.find("she", "k", "print") is None
    assert await replies.find("me", "other", "print") is None
    with pytest.raises(KeyReused):
        await replies.find("me", "k", "another request")
