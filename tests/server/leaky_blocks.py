"""Blocks that give away what they open, in every way a block can. Copied to a block folder."""

import base64
import json
import logging
import sys
import traceback
import warnings
from typing import Any
from urllib.parse import quote

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Field,
    TemporaryError,
)

log = logging.getLogger("leaky")
MARKER = "visible-marker-4c1d"


class Told(BlockOutput):
    said: Any = Field(None, title="Said")


class Output(Block):
    """Sends it on, in values of all shapes."""

    id = "leak.output"
    credentials = ("ollama",)
    Output = Told

    async def run(self, input: BlockInput, ctx: Context) -> Any:
        secret = (await ctx.credential())["api_key"]
        return {
            "said": {
                "marker": MARKER,
                "whole": secret,
                "within": f"[{secret}]",
                secret: "as a key",
                "deep": [[{"k": [secret]}]],
                "basic": base64.b64encode(f"me:{secret}".encode()).decode(),
                "url_safe": base64.urlsafe_b64encode(f"m:{secret}:x".encode()).decode(),
                "address": f"https://x.test/?key={quote(secret, safe='')}",
                "hex": secret.encode().hex(),
                "json": json.dumps({"a": secret}),
            }
        }


class Shown(Block):
    """Logs it, prints it, shows it while it works."""

    id = "leak.shown"
    credentials = ("ollama",)
    Output = Told

    async def run(self, input: BlockInput, ctx: Context) -> Any:
        secret = (await ctx.credential())["api_key"]
        ctx.log(f"{MARKER} using {secret}", key=secret)
        ctx.progress(1, 2, f"with {secret}")
        for letter in f"{MARKER} {secret} {secret}":
            ctx.delta("said", letter)
        sys.stdout.write(f"{MARKER} out {secret}\n")
        sys.stdout.flush()
        sys.stderr.write(f"{MARKER} err {secret}\n")
        log.warning("%s key %s and %r", MARKER, secret, {"k": secret})
        warnings.warn(f"{MARKER} warned {secret}", stacklevel=1)
        try:
            raise KeyError(secret)
        except KeyError:
            log.exception("%s caught", MARKER)
            traceback.print_exc()
        return {"said": MARKER}


class Kept(Block):
    """Writes it to files and to its state, tells it in durable steps, asks a model and a person."""

    id = "leak.kept"
    credentials = ("ollama",)
    Output = Told

    async def run(self, input: BlockInput, ctx: Context) -> Any:
        secret = (await ctx.credential())["api_key"]
        file = await ctx.files.write(f"{secret}.txt", f"{MARKER} my {secret}\n".encode())
        await ctx.state.set("k", {"s": secret})

        async def give() -> str:
            return secret

        given = await ctx.step(f"give {secret}", give)
        called = await ctx.call("text.change_case", {"text": secret, "operation": "lower"})
        answer = await ctx.llm.chat("demo/luban", [_message(f"Repeat: {secret}")])
        return {"said": [MARKER, file.as_value(), given, called, answer.text]}


class Failing(Block):
    """Raises it, as errors of all kinds."""

    id = "leak.failing"
    credentials = ("ollama",)
    Output = Told

    class Input(BlockInput):
        how: str

    async def run(self, input: Input, ctx: Context) -> Any:
        secret = (await ctx.credential())["api_key"]
        if input.how == "crash":
            raise RuntimeError(f"{MARKER} bad key {secret}")
        if input.how == "args":
            raise KeyError(secret, {"key": secret})
        if input.how == "block_error":
            raise BlockError(f"{MARKER} {secret}", zh=f"错误 {secret}")
        if input.how == "temporary":
            raise TemporaryError(f"{MARKER} {secret}")
        if input.how == "chained":
            try:
                raise ValueError(secret)
            except ValueError as error:
                raise RuntimeError(f"after {error}") from error
        if input.how == "child":

            async def fail() -> None:
                raise ValueError(f"inside {secret}")

            await ctx.step("fail", fail)
        raise SystemExit(secret)


def _message(text: str) -> Any:
    from luban.sdk.chat import ChatMessage

    return ChatMessage("user", text)
