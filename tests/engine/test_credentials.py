"""A step opens what its block declares and its node has; what it opened goes no further."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from luban.model.run import RunStatus
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, CredentialNeed, Field
from luban.sdk.credential import OpenCredential
from luban.testing import TestContext, probe

SECRET = "canary-7f3a9c/51=e"
CREDENTIALS: Mapping[str, Mapping[str, str]] = {"github": {"token": SECRET}}


class Output(BlockOutput):
    said: Any = Field(None, title="Said")


class _Needy(Block):
    credentials = ("github",)
    Output = Output


async def seen(block: type[Block], **inputs: Any) -> Any:
    return await probe(block, context=TestContext(credentials=dict(CREDENTIALS)), **inputs)


async def test_a_block_gets_what_it_declares() -> None:
    class Who(_Needy):
        id = "test.who"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            opened = await ctx.credential()
            assert opened is not await ctx.credential("github")
            return {"said": [opened.provider, opened["token"] == SECRET, repr(opened)]}

    assert (await seen(Who))["said"] == [["github", True, "OpenCredential('github', 'github')"]]


async def test_it_gets_nothing_else() -> None:
    class Sly(_Needy):
        id = "test.sly"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            return await ctx.credential("slack")

    class Undeclared(Block):
        id = "test.undeclared"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            return await ctx.credential("github")

    for block in (Sly, Undeclared):
        (error,) = (await seen(block))["error"]
        assert error["code"] == "credential_not_declared"


async def test_one_that_is_missing_fails_without_another_try() -> None:
    tries: list[int] = []

    class Missing(Block):
        id = "test.missing"
        credentials = (CredentialNeed(provider="slack"),)

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            tries.append(ctx.attempt)
            assert await ctx.find_credential("slack") is None
            return await ctx.credential("slack")

    (error,) = (await seen(Missing))["error"]
    assert (error["code"], tries) == ("credential_missing", [1])


async def test_an_opened_one_is_no_value() -> None:
    class Whole(_Needy):
        id = "test.whole"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            return {"said": {"it": await ctx.credential()}}

    (error,) = (await seen(Whole))["error"]
    assert error["code"] == "value_not_storable"
    assert SECRET not in str(error)


LEAKS: dict[str, Any] = {
    "whole": SECRET,
    "within": f"<{SECRET}>",
    "deep": {"a": [1, {"b": SECRET}]},
    "key": {SECRET: 1},
    "basic": base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "address": f"https://x.test/?k={quote(SECRET, safe='')}",
    "json": f'{{"k": "{SECRET}"}}',
}


@pytest.mark.parametrize("leak", sorted(LEAKS))
async def test_no_value_carries_the_secret_on(leak: str) -> None:
    class Leaky(_Needy):
        id = "test.leaky"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            await ctx.credential()
            return {"said": LEAKS[leak]}

    (said,) = (await seen(Leaky))["said"]
    assert "•••" in str(said)
    assert SECRET not in str(said)


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, BlockError])
async def test_no_error_tells_it(error: type[Exception]) -> None:
    class Broken(_Needy):
        id = "test.broken"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            raise error(f"bad key {(await ctx.credential())['token']}")

    (told,) = (await seen(Broken))["error"]
    assert "•••" in told["message"]
    assert SECRET not in str(told)


async def test_streams_verbs_and_called_blocks_neither() -> None:
    class Called(_Needy):
        id = "test.called"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            return {"said": (await ctx.credential())["token"]}

    class Verbose(_Needy):
        id = "test.verbose"

        class Output(BlockOutput):
            said: Any = Field(title="Said")

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            secret = (await ctx.credential())["token"]

            async def tell() -> str:
                return secret

            told = await ctx.step(f"tell {secret}", tell)
            called = await ctx.call("test.called")
            await ctx.emit("said", [told, called["said"]])

    context = TestContext(credentials=dict(CREDENTIALS), blocks=[Called])
    came = await probe(Verbose, context=context)
    assert came.status is RunStatus.COMPLETED, came.error
    assert came["said"][0] == ["•••", "•••"]


async def test_files_and_state_keep_it_out() -> None:
    class Writer(_Needy):
        id = "test.writer"

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            files, state = ctx.files, ctx.state
            secret = (await ctx.credential())["token"]
            file = await files.write(f"{secret}.txt", f"my {secret}".encode())
            await state.set("k", {"s": secret})
            return {"said": [file.name, (await files.read(file)).decode(), await state.get("k")]}

    assert (await seen(Writer))["said"] == [["•••.txt", "my •••", {"s": "•••"}]]


async def test_a_block_that_opens_none_changes_nothing() -> None:
    class Plain(Block):
        id = "test.plain"
        Output = Output

        async def run(self, input: BlockInput, ctx: Context) -> Any:
            return {"said": SECRET}

    assert (await seen(Plain))["said"] == [SECRET]


def test_an_open_credential_goes_only_where_it_is_for() -> None:
    opened = OpenCredential(
        {"k": "v"}, name="Mine", hosts=("api.example.com", "*.example.org", "local.test:8443")
    )
    for url in (
        "https://api.example.com/x",
        "https://API.example.com:8443",
        "https://a.b.example.org",
        "https://local.test:8443/",
    ):
        assert opened.is_for(url), url
    for url in (
        "https://example.com",
        "https://api.example.com.evil.test",
        "https://evil.test/?api.example.com",
        "https://api.example.com@evil.test/",
        "https://example.org",
        "https://local.test/",
        "nonsense",
    ):
        assert not opened.is_for(url), url
    with pytest.raises(BlockError, match="is for"):
        opened.headers("https://evil.test/")
