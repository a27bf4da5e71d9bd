"""`/v1/chat/completions`: one answer to a whole conversation; nothing of it is kept but the run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.openai_door.answering import give_up, pieces, result, whole
from luban.api.openai_door.asked import (
    Tree,
    conversation,
    partner_of,
    refuse_unsupported,
    stored,
)
from luban.api.openai_door.route import OpenAIRoute, data, streamed
from luban.api.openai_errors import error_of
from luban.model.errors import LubanError
from luban.model.run import Run
from luban.services.conversing import Said
from luban.services.house import House
from luban.services.talking import Begun

router = APIRouter(prefix="/v1/chat", tags=["openai"], route_class=OpenAIRoute)

TRIGGER = "openai"
_DONE = b"data: [DONE]\n\n"
_ALIVE = b": still here\n\n"
_leaving: set[asyncio.Task[None]] = set()


class ChatAsked(BaseModel):
    """The part of OpenAI's request that is read; the rest only tunes, and is let pass."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(min_length=1, max_length=400)
    messages: list[Any] = Field(min_length=1, max_length=10_000)
    stream: bool = False
    stream_options: Tree | None = None


@router.post("/completions", dependencies=[needs("run.start")], response_model=None)
async def openai_start_chat(house: TheHouse, owner: Owner, asked: ChatAsked) -> Tree | Response:
    """Ends the run if whoever reads a stream goes away."""
    refuse_unsupported(asked.model_extra or {})
    said = conversation(asked.messages)
    files = await stored(house, owner, said.pictures)
    begun = await house.talking.start(
        owner, partner_of(asked.model), Said(said.text, files, said.earlier), trigger=TRIGGER
    )
    if asked.stream:
        counted = bool((asked.stream_options or {}).get("include_usage"))
        return streamed(_stream(house, begun, asked.model, counted))
    ended = await whole(house, begun.run, begun.talk)
    message = {"role": "assistant", "content": ended.text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {
        **_head(begun.run, asked.model, "chat.completion"),
        "choices": [choice],
        "usage": _usage(*ended.taken),
    }


async def _stream(house: House, begun: Begun, model: str, counted: bool) -> AsyncGenerator[bytes]:
    head = _head(begun.run, model, "chat.completion.chunk")
    more: Tree = {"usage": None} if counted else {}
    read = False
    try:
        yield _chunk(head, {"role": "assistant", "content": ""}, None, more)
        async for text in pieces(house, begun.run, begun.talk):
            yield _chunk(head, {"content": text}, None, more) if text else _ALIVE
        yield _chunk(head, {}, "stop", more)
        if counted:
            ended = await result(house, begun.run, begun.talk)
            yield data({**head, "choices": [], "usage": _usage(*ended.taken)})
        read = True
        yield _DONE
    except LubanError as error:
        read = True
        yield data(error_of(error))
    finally:
        if not read:
            leaving = asyncio.create_task(give_up(house, begun.run))
            _leaving.add(leaving)
            leaving.add_done_callback(_leaving.discard)


def _chunk(head: Tree, delta: Tree, finish: str | None, more: Tree) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return data({**head, "choices": [choice], **more})


def _head(run: Run, model: str, kind: str) -> Tree:
    return {
        "id": f"chatcmpl-{run.id}",
        "object": kind,
        "created": int(run.created_at),
        "model": model,
    }


def _usage(prompt: int, completion: int) -> Tree:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
