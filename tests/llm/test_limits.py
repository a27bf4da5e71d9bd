"""Models that are asked only as often as their provider allows, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import httpx2
import pytest
import pytest_asyncio

from luban.llm import ConfiguredModels, ModelSettings
from luban.llm.answer_size import keep_small
from luban.llm.errors import ModelBusy
from luban.llm.limited_models import LimitedModels
from luban.llm.scripted.script import Reply
from luban.net.limits import LimitSettings, SharedLimits
from luban.ports.limits import Requester
from luban.sdk.chat import ChatMessage
from luban.storage.memory import MemoryDatabase
from tests.llm.conftest import Serve
from tests.net.raw_server import plain, serving

HELLO = [ChatMessage("user", "hello")]


@pytest_asyncio.fixture
async def limits() -> AsyncIterator[SharedLimits]:
    made = SharedLimits(MemoryDatabase().limits, jitter=lambda: 0.0)
    yield made
    await made.aclose()


async def test_after_a_429_every_run_waits_for_that_provider(
    serve: Serve, limits: SharedLimits
) -> None:
    served = await serve(Reply(status=429, retry_after=1, times=1), Reply(text="hi"))
    one, other = (LimitedModels(served.models, limits, Requester("ann", run)) for run in "ab")
    with pytest.raises(ModelBusy) as raised:
        await one.chat("test/m", HELLO)
    refused = monotonic()
    assert raised.value.retry_after == 1  # the step's own retries hear it, too
    assert (await other.chat("", HELLO)).text == "hi"
    assert monotonic() - refused >= 0.95


async def test_model_tokens_are_counted_as_the_answer_says(serve: Serve) -> None:
    served = await serve(Reply(text="hi", usage=(400, 100)))
    settings = LimitSettings.read({"test": {"tokens_per_minute": 12_000}})
    limits = SharedLimits(MemoryDatabase().limits, settings)
    models = LimitedModels(served.models, limits, Requester())
    began = monotonic()
    for _ in range(3):
        await models.chat("test/m", HELLO, max_tokens=10)
    # 600 may be used at once and 190 come every second; the third waits for what the two owe.
    assert monotonic() - began >= 2.0
    await limits.aclose()


async def test_the_demo_model_is_never_limited(limits: SharedLimits) -> None:
    models = LimitedModels(ConfiguredModels(), limits, Requester())
    await asyncio.gather(*(models.chat("", HELLO) for _ in range(50)))
    assert limits.uses() == []


async def test_what_a_model_is_limited_by() -> None:
    row = {"id": "acme/m", "base_url": "https://Api.acme.test:8443/v1"}
    own = {**row, "id": "acme/own", "api_key_variable": "ACME_TWO"}
    models = ConfiguredModels(ModelSettings.read({"ACME_TWO": "x"}, [row, own]))
    key, other = await models.limit_key("acme/m"), await models.limit_key("acme/own")
    assert key is not None and other is not None
    assert (key.name, key.names) == ("acme", ("acme", "api.acme.test:8443", "api.acme.test"))
    assert (other.name, other.credential) == ("acme#ACME_TWO", "ACME_TWO")
    assert await models.limit_key("nobody/knows") is None
    assert await models.limit_key("demo/luban") is None


async def test_an_answer_without_end_is_broken_off() -> None:
    async with serving(plain(b"x" * 5000)) as server, httpx2.AsyncClient() as client:
        request = client.build_request("GET", server.url())
        response = await client.send(request, stream=True)
        await keep_small(response, 4000)
        with pytest.raises(httpx2.ReadError, match="4000"):
            await response.aread()
