"""Models that speak to a scripted server over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from luban.llm import ConfiguredModels, ModelConfig, ModelSettings
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import ScriptedModel, scripted_server


@dataclass
class Served:
    """The models under test, and the server that answers them."""

    models: ConfiguredModels
    server: ScriptedModel


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """`await serve(Reply(text="hi"))`: the model `test/m` answers by these replies."""
    async with AsyncExitStack() as open_things:

        async def make(*replies: Reply, **config: object) -> Served:
            server = await open_things.enter_async_context(scripted_server(replies))
            row = ModelConfig.model_validate(
                {
                    "id": "test/m",
                    "base_url": server.base_url,
                    "api_key": SecretStr("secret-key"),
                    **config,
                }
            )
            models = ConfiguredModels(ModelSettings({row.id: row}, row.id))
            open_things.push_async_callback(models.aclose)
            return Served(models, server)

        yield make
