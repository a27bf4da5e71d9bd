"""The Python client against the real application, and against networks that break."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.client import Client, Conflicting, Invalid, Missing, ServerFailed, Unreachable
from luban.model.run import RunStatus
from luban.server.wiring import Home
from tests.api.kit import HOST, application
from tests.services.kit import CALCULATOR


class Breaking(httpx2.AsyncBaseTransport):
    """Passes requests on, but loses some answers, or all."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner
        self.lose: list[str] = []
        """Paths whose next answer is lost after the server gave it."""
        self.no_streams = False
        self.asked: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append((request.method, path))
        if self.no_streams and path.endswith("/events"):
            raise httpx2.ConnectError("streams do not get through")
        response = await self.inner.handle_async_request(request)
        if path in self.lose:
            self.lose.remove(path)
            raise httpx2.ReadError("the connection broke")
        return response


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Home, Any]]:
    async with application(tmp_path) as served:
        yield served


@pytest.fixture
def network(served: tuple[Home, Any]) -> Breaking:
    return Breaking(httpx2.ASGITransport(served[1]))


@pytest.fixture
async def luban(network: Breaking) -> AsyncIterator[Client]:
    async with Client(HOST, transport=network) as luban:
        yield luban


@pytest.fixture
async def working(served: tuple[Home, Any]) -> None:
    await served[0].worker.start()


@pytest.mark.usefixtures("working")
async def test_from_a_template_to_a_result(luban: Client) -> None:
    agent = await luban.agents.create(template="calculator")
    run = await luban.runs.start(agent.id, {"a": 2, "b": 3})
    run = await luban.runs.wait(run.id, timeout=30)
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"result": 5})
    kinds = [event.kind async for event in luban.runs.events(run.id)]
    assert (kinds[0], kinds[-1]) == ("run_started", "run_ended")
    assert (await luban.runs.steps(run.id)).total == run.steps
    assert (await luban.runs.get(run.id, with_document=True)).document == agent.document
    again = await luban.runs.retry(run.id)
    assert (await luban.runs.wait(again.id, timeout=30)).outputs == run.outputs
    assert (await luban.runs.list(agent=agent.id, status=RunStatus.COMPLETED)).total == 2


async def test_agents_and_versions(luban: Client) -> None:
    agent = await luban.agents.create(document=CALCULATOR, name="Mine")
    changed = await luban.agents.change(agent.id, revision=1, description="new")
    assert changed.revision == 2
    assert (await luban.agents.publish(agent.id, "first")).published
    assert (await luban.agents.versions(agent.id)).total == 1
    assert (await luban.agents.version(agent.id, 1)).document == changed.document
    assert (await luban.agents.restore_version(agent.id, 1)).revision == 2
    assert (await luban.agents.list(search="mine")).items[0].id == agent.id
    assert "nodes" in await luban.agents.export(agent.id, "json")
    assert (await luban.agents.check(agent.id)).findings == []
    assert (await luban.agents.check_document({})).findings
    assert (await luban.agents.duplicate(agent.id)).name == "Mine (2)"
    await luban.agents.delete(agent.id)
    with pytest.raises(Missing):
        await luban.agents.get(agent.id)


async def test_blocks_models_templates_and_settings(luban: Client) -> None:
    blocks = await luban.blocks.list()
    assert (await luban.blocks.get(blocks[0].id)) == blocks[0]
    assert await luban.blocks.broken() == []
    assert any(model.demo for model in await luban.models())
    assert (await luban.templates())[0].document
    assert (await luban.settings()).version


async def test_files(luban: Client, tmp_path: Path) -> None:
    path = tmp_path / "数据.csv"
    path.write_bytes(b"a,b\n1,2\n" * 1000)
    stored = await luban.files.upload(path)
    assert (stored.name, stored.size) == ("数据.csv", 8000)
    assert b"".join([piece async for piece in luban.files.read(stored.id)]) == path.read_bytes()
    await luban.files.upload(io.BytesIO(b"x"), name="x.txt", type="text/plain")
    assert (await luban.files.list()).total == 2
    await luban.files.delete(stored.id)
    with pytest.raises(Missing):
        await luban.files.get(stored.id)


async def test_errors_come_back_as_they_were_raised(luban: Client) -> None:
    agent = await luban.agents.create(document=CALCULATOR)
    with pytest.raises(Missing, match="no run `r_x`") as missing:
        await luban.runs.get("r_x")
    assert (missing.value.code, missing.value.status) == ("not_found", 404)
    assert "r_x" in missing.value.message_zh
    assert missing.value.request_id
    await luban.agents.change(agent.id, revision=1, name="Other")
    with pytest.raises(Conflicting) as conflict:
        await luban.agents.change(agent.id, revision=1, name="Third")
    assert conflict.value.details["revision"] == 2
    with pytest.raises(Invalid) as invalid:
        await luban.runs.start(agent.id, {"c": 1})
    assert [each["name"] for each in invalid.value.details["problems"]] == ["c", "a", "b"]


async def test_a_lost_answer_is_asked_for_again_and_nothing_happens_twice(
    luban: Client, network: Breaking
) -> None:
    network.lose = ["/api/v1/agents"]
    await luban.agents.create(name="One")
    assert network.asked == [("POST", "/api/v1/agents")] * 2
    assert (await luban.agents.list()).total == 1


async def test_an_edit_whose_answer_was_lost_is_not_guessed_at(
    luban: Client, network: Breaking
) -> None:
    agent = await luban.agents.create(name="One")
    network.lose = [f"/api/v1/agents/{agent.id}"]
    with pytest.raises(Unreachable):
        await luban.agents.change(agent.id, name="Two")


@pytest.mark.usefixtures("working")
async def test_a_broken_stream_is_taken_up_where_it_broke(luban: Client, network: Breaking) -> None:
    agent = await luban.agents.create(document=CALCULATOR)
    run = await luban.runs.start(agent.id, {"a": 1, "b": 2})
    network.lose = [f"/api/v1/runs/{run.id}/events"] * 2
    told = [event.id async for event in luban.runs.events(run.id)]
    ids = [each for each in told if each is not None]
    assert ids == sorted(set(ids))
    assert len(ids) == 6


@pytest.mark.usefixtures("working")
async def test_waiting_works_where_streams_do_not_get_through(
    luban: Client, network: Breaking
) -> None:
    network.no_streams = True
    agent = await luban.agents.create(document=CALCULATOR)
    run = await luban.runs.start(agent.id, {"a": 1, "b": 2})
    assert (await luban.runs.wait(run.id, timeout=60)).outputs == {"result": 3}


async def test_waiting_has_an_end(luban: Client, network: Breaking) -> None:
    network.no_streams = True
    agent = await luban.agents.create(document=CALCULATOR)
    run = await luban.runs.start(agent.id, {"a": 1, "b": 2})  # nobody works
    with pytest.raises(TimeoutError):
        await luban.runs.wait(run.id, timeout=0.05)


async def test_no_server_is_said_plainly() -> None:
    async with Client("http://127.0.0.1:1") as luban:
        with pytest.raises(Unreachable, match="luban up"):
            await luban.blocks.list()


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"[]", b'{"details": 5}'])
async def test_an_answer_that_is_not_ours_is_still_an_error(body: bytes) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(502, content=body)

    async with Client(HOST, transport=httpx2.MockTransport(answer)) as luban:
        with pytest.raises(ServerFailed) as failed:
            await luban.blocks.list()
    assert (failed.value.code, failed.value.status) == ("http_502", 502)
