"""Sessions with servers of the library's own, over real sockets, through the guarded client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse

from luban.mcp import McpSessions
from luban.mcp.errors import (
    ToolServerNeedsCredential,
    ToolServerRefused,
    ToolServerSilent,
    ToolServerUnreachable,
)
from luban.model.block import Effect
from luban.net.allow_list import AllowList
from luban.net.errors import AddressForbidden
from luban.ports.tool_servers import ServerAccess, ToolServer
from tests.mcp.boxes import NoBoxes
from tests.mcp.peer import PNG, Peer, everything, listening, served


@pytest.fixture
async def sessions() -> AsyncIterator[McpSessions]:
    made = McpSessions(AllowList.parse("loopback"), NoBoxes(), opening=5.0)
    yield made
    await made.aclose()


def reach(peer: Peer, key: str = "") -> ServerAccess:
    async def headers() -> Mapping[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    server = ToolServer(id="s_1", owner="me", name="fixture", url=peer.url)
    return ServerAccess(server, headers, key)


async def test_lists_what_a_server_offers(sessions: McpSessions, peer: Peer) -> None:
    listing = await sessions.listing(reach(peer))
    assert (listing.title, listing.version) == ("Fixture", "1.2")
    tools = {each.name: each for each in listing.tools}
    assert tools["add"].effect is Effect.IDEMPOTENT
    assert tools["slow"].effect is Effect.ONCE
    assert tools["add"].parameters["properties"].keys() == {"a", "b"}
    assert [each.uri for each in listing.resources] == ["notes://today"]
    assert [(each.name, each.required) for each in listing.prompts] == [("review", ("text",))]


async def test_calls_reads_and_fills_in_over_one_session(sessions: McpSessions, peer: Peer) -> None:
    to = reach(peer)
    answer = await sessions.call(to, "add", {"a": 1, "b": 2}, timeout=5)
    assert answer.structured == {"sum": 3}
    assert not answer.failed
    (picture,) = (await sessions.call(to, "picture", {}, timeout=5)).parts
    assert (picture.kind, picture.type, picture.content) == ("image", "image/png", PNG)
    broken = await sessions.call(to, "breaks", {}, timeout=5)
    assert broken.failed
    assert "no paper left" in broken.text
    assert [part.text for part in await sessions.read(to, "notes://today", timeout=5)] == [
        "mend the roof"
    ]
    (message,) = await sessions.prompt(to, "review", {"text": "x"}, timeout=5)
    assert (message.role, message.part.text) == ("user", "Please review: x")
    with pytest.raises(ToolServerRefused):
        await sessions.read(to, "notes://never", timeout=5)


async def test_progress_is_told_and_cancelling_reaches_the_server(
    sessions: McpSessions, peer: Peer
) -> None:
    seen: list[tuple[float, float | None, str]] = []
    answer = await sessions.call(
        reach(peer), "slow", {}, timeout=5, progress=lambda *told: seen.append(told)
    )
    assert answer.text == "done"
    assert seen == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")]
    peer.begun.clear()
    going = asyncio.create_task(sessions.call(reach(peer), "slow", {"steps": 11}, timeout=30))
    await asyncio.wait_for(peer.begun.wait(), 5)
    going.cancel()
    await asyncio.wait_for(peer.ended.wait(), 5)
    with pytest.raises(asyncio.CancelledError):
        await going
    assert (await sessions.call(reach(peer), "add", {"a": 1, "b": 1}, timeout=5)).structured


async def test_whoever_takes_too_long_is_told_to_stop(sessions: McpSessions, peer: Peer) -> None:
    with pytest.raises(ToolServerSilent):
        await sessions.call(reach(peer), "slow", {"steps": 11}, timeout=0.3)
    await asyncio.wait_for(peer.ended.wait(), 5)


async def test_the_proof_is_asked_for_with_each_request(sessions: McpSessions, peer: Peer) -> None:
    peer.key = "first"
    with pytest.raises(ToolServerNeedsCredential, match="401"):
        await sessions.listing(reach(peer))
    answer = await sessions.call(reach(peer, "first"), "whoami", {}, timeout=5)
    assert answer.text == "Bearer first"


async def test_private_addresses_are_refused_unless_allowed(peer: Peer) -> None:
    strict = McpSessions(AllowList(), NoBoxes(), opening=5.0)
    with pytest.raises(AddressForbidden):
        await strict.listing(reach(peer))
    assert peer.asked == []
    await strict.aclose()


async def test_a_redirect_to_elsewhere_is_not_followed(sessions: McpSessions, peer: Peer) -> None:
    async def away(scope: object, receive: object, send: object) -> None:
        answer = PlainTextResponse("", 307, {"location": peer.url})
        await answer(scope, receive, send)  # type: ignore[arg-type]

    async with listening(away) as base:
        with pytest.raises((ToolServerUnreachable, ToolServerRefused)):
            await sessions.listing(reach(replace(peer, url=f"{base}/mcp")))
    assert peer.asked == []


async def test_garbage_and_huge_answers_are_errors_and_no_more(
    sessions: McpSessions, peer: Peer
) -> None:
    async def garbage(scope: object, receive: object, send: object) -> None:
        answer = PlainTextResponse("<html>{]", 200, {"content-type": "application/json"})
        await answer(scope, receive, send)  # type: ignore[arg-type]

    async with listening(garbage) as base:
        with pytest.raises((ToolServerUnreachable, ToolServerRefused)):
            await sessions.listing(reach(replace(peer, url=f"{base}/mcp")))
    with pytest.raises(Exception, match="20 MB"):
        await sessions.call(reach(peer), "huge", {"size": 21_000_000}, timeout=20)
    assert (await sessions.call(reach(peer), "add", {"a": 1, "b": 1}, timeout=5)).structured


async def test_a_server_that_came_back_is_asked_again(sessions: McpSessions) -> None:
    peer = Peer()
    async with served(everything(peer), peer):
        assert await sessions.listing(reach(peer))
        peer.begun.clear()
        going = asyncio.create_task(sessions.call(reach(peer), "slow", {"steps": 11}, timeout=20))
        await asyncio.wait_for(peer.begun.wait(), 5)
    with pytest.raises(ToolServerUnreachable):
        await going
    with pytest.raises(ToolServerUnreachable):
        await sessions.listing(reach(peer))
    async with served(everything(peer), peer):
        assert (await sessions.call(reach(peer), "add", {"a": 2, "b": 2}, timeout=5)).structured
