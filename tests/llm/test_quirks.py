"""Where a service differs from others of its wire, seen in what it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from luban.llm.scripted import Reply
from luban.llm.scripted.server import Recorded
from luban.sdk.chat import ChatMessage
from tests.llm.conftest import Serve

TURNS = [ChatMessage("system", "Be short."), ChatMessage("user", "Hello")]


async def sent(serve: Serve, quirks: dict[str, Any], **options: Any) -> Recorded:
    served = await serve(Reply(text="hi"), quirks=quirks)
    assert (await served.models.chat("test/m", TURNS, **options)).text == "hi"
    await served.models.aclose()
    return served.server.requests[-1]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_the_limit_of_an_answer_has_the_name_it_has_there(serve: Serve, name: str) -> None:
    body = (await sent(serve, {"max_tokens": name}, max_tokens=7)).body
    assert {"max_tokens", "max_completion_tokens"} & set(body) == {name}
    assert body[name] == 7


async def test_what_a_service_refuses_is_not_sent(serve: Serve) -> None:
    refuses = {"temperature": False, "stop": False, "system": False, "stream": False}
    pieces: list[str] = []
    body = (await sent(serve, refuses, temperature=0.5, stop=["."], on_delta=pieces.append)).body
    assert not {"temperature", "stop"} & set(body) and not body.get("stream")
    assert body["messages"] == [{"role": "user", "content": "Be short.\n\nHello"}]
    assert pieces == ["hi"]


async def test_azure_has_its_key_and_its_version_elsewhere(serve: Serve) -> None:
    quirks = {
        "key_header": "api-key",
        "query": {"api-version": "2024-10-21"},
        "headers": {"X-Team": "blue"},
    }
    asked = await sent(serve, quirks)
    assert asked.headers["api-key"] == "secret-key" and "authorization" not in asked.headers
    assert asked.headers["x-team"] == "blue" and asked.query == "api-version=2024-10-21"


async def test_the_other_wires_get_headers_too(serve: Serve) -> None:
    served = await serve(Reply(text="hi"))
    root = served.server.root
    for wire in ("anthropic", "google"):
        other = await serve(
            Reply(text="hi"), wire=wire, base_url=root, quirks={"headers": {"X-Team": "blue"}}
        )
        await other.models.chat("test/m", TURNS)
        await other.models.aclose()
        assert served.server.requests[-1].headers["x-team"] == "blue"
