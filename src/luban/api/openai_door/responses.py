"""`/v1/responses`: answers that are kept in a thread, so that the next one goes on from there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, NamedTuple

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.openai_door.answering import (
    AnswerLate,
    AnswerWaits,
    Taken,
    Whole,
    pieces,
    result,
    taken,
    whole,
)
from luban.api.openai_door.asked import (
    Conversation,
    NotSupported,
    Tree,
    conversation,
    partner_of,
    refuse_unsupported,
    stored,
)
from luban.api.openai_door.chat import TRIGGER
from luban.api.openai_door.response_events import ResponseEvents
from luban.api.openai_door.route import OpenAIRoute, streamed
from luban.model.errors import LubanError, NotFound
from luban.model.run import Run
from luban.ports.threads import ThreadMessage
from luban.services.conversing import Said, Talk
from luban.services.house import House
from luban.services.threads import NewMessage

router = APIRouter(prefix="/v1/responses", tags=["openai"], route_class=OpenAIRoute)

_STATUS = {
    "queued": "queued",
    "running": "in_progress",
    "waiting": "in_progress",
    "completed": "completed",
    "failed": "failed",
    "gone": "failed",
    "cancelled": "cancelled",
}
_ALIVE = b": still here\n\n"


class ResponseAsked(BaseModel):
    """The part of OpenAI's request that is read."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(min_length=1, max_length=400)
    input: str | list[Any]
    instructions: str | None = None
    previous_response_id: str | None = None
    store: bool = True
    stream: bool = False
    background: bool = False
    metadata: Tree | None = None


class _Begun(NamedTuple):
    """An answer on its way, and what is told of it at the beginning."""

    run: Run
    talk: Talk
    head: Tree


@router.post("", dependencies=[needs("run.start")], response_model=None)
async def openai_start_response(
    house: TheHouse, owner: Owner, asked: ResponseAsked
) -> Tree | Response:
    """Kept in a thread unless `store` is false; then nothing can follow it."""
    begun = await _begin(house, owner, asked)
    if asked.stream:
        return streamed(_stream(house, begun))
    if asked.background:
        return _response(begun.head, "queued")
    try:
        ended = await whole(house, begun.run, begun.talk)
    except (AnswerWaits, AnswerLate):
        if not asked.store:
            raise
        return _response(begun.head, "in_progress")
    return _completed(begun.head, ended)


@router.get("/{response_id}", dependencies=[needs("run.read")])
async def openai_get_response(house: TheHouse, owner: Owner, response_id: str) -> Tree:
    message, run = await _message(house, owner, response_id)
    head = _head(message.id, message.run or "", message.created_at, _name(message))
    status = _STATUS[run.status.value if run else message.ending or "queued"]
    spent = Taken(message.tokens, 0)
    if message.run and message.ending not in ("", "gone"):
        with suppress(NotFound):  # the run may be deleted, and the answer still there
            spent = await taken(house, await house.runs.get(owner, message.run))
    return _response(head, status, message.text, spent, message.error)


@router.post("/{response_id}/cancel", dependencies=[needs("run.steer")])
async def openai_cancel_response(house: TheHouse, owner: Owner, response_id: str) -> Tree:
    message, run = await _message(house, owner, response_id)
    if run is not None:
        await house.runs.cancel(owner, run.id)
        await house.run_news.wait(run, 3.0)
    return await openai_get_response(house, owner, f"resp_{message.id}")


async def _begin(house: House, owner: str, asked: ResponseAsked) -> _Begun:
    refuse_unsupported(asked.model_extra or {})
    if (asked.model_extra or {}).get("conversation"):
        raise NotSupported(
            name="conversation",
            why="go on with `previous_response_id`",
            why_zh="请使用 `previous_response_id` 继续",
        )
    items = [{"role": "user", "content": asked.input}] if isinstance(asked.input, str) else None
    said = conversation(items or asked.input)  # pyright: ignore[reportArgumentType]
    files = await stored(house, owner, said.pictures)
    if asked.store:
        return await _kept(house, owner, asked, said, files)
    if asked.previous_response_id:
        raise NotSupported(
            name="previous_response_id",
            why="what follows something must be stored too",
            why_zh="接续的回答也必须保存",
        )
    earlier = said.earlier
    if asked.instructions:
        earlier = [{"role": "system", "content": asked.instructions}, *earlier]
    begun = await house.talking.start(
        owner, partner_of(asked.model), Said(said.text, files, earlier), trigger=TRIGGER
    )
    run = begun.run
    head = _head(run.id, run.id, run.created_at, asked.model, asked)
    return _Begun(run, begun.talk, head)


async def _kept(
    house: House, owner: str, asked: ResponseAsked, said: Conversation, files: list[Tree]
) -> _Begun:
    partner = partner_of(asked.model)
    if asked.previous_response_id:
        before, _ = await _message(house, owner, asked.previous_response_id)
        thread, follows = before.thread, before.id
    else:
        thread, follows = (await house.threads.create(owner, partner)).id, None
    new = NewMessage(
        said.text,
        files,
        said.earlier,
        follows=follows,
        instructions=asked.instructions or "",
        partner=partner,
    )
    _, answer = await house.threads.post(owner, thread, new)
    run = await house.runs.get(owner, answer.run or "")
    talk = Talk("", None, None, False, answer.output, tuple(answer.streams))
    head = _head(answer.id, run.id, run.created_at, asked.model, asked)
    return _Begun(run, talk, head)


async def _message(house: House, owner: str, response_id: str) -> tuple[ThreadMessage, Run | None]:
    message, run = await house.threads.message(owner, response_id.removeprefix("resp_"))
    return message, run


async def _stream(house: House, begun: _Begun) -> AsyncGenerator[bytes]:
    """Goes on being answered when its reader goes away: it is kept, and can be asked for."""
    events = ResponseEvents(begun.head["id"])
    started = _response(begun.head, "in_progress")
    yield events.said("response.created", response=started)
    yield events.said("response.in_progress", response=started)
    for event in events.opened():
        yield event
    try:
        async for text in pieces(house, begun.run, begun.talk):
            yield events.delta(text) if text else _ALIVE
        ended = await result(house, begun.run, begun.talk)
    except (AnswerWaits, AnswerLate) as error:
        told = _response(begun.head, "incomplete", events.text)
        told["incomplete_details"] = {"reason": error.code, "message": str(error)}
        yield events.said("response.incomplete", response=told)
        return
    except LubanError as error:
        told = _response(begun.head, "failed", events.text, error=error.as_json())
        yield events.said("response.failed", response=told)
        return
    for event in events.closed():
        yield event
    yield events.said("response.completed", response=_completed(begun.head, ended))


def _completed(head: Tree, ended: Whole) -> Tree:
    return _response(head, "completed", ended.text, ended.taken)


def _response(
    head: Tree,
    status: str,
    text: str = "",
    spent: Taken | None = None,
    error: Tree | None = None,
) -> Tree:
    output: list[Tree] = []
    if text:
        item = ResponseEvents(head["id"]).item("completed", text)
        output.append(item)
    usage = None
    if spent is not None:
        usage = {
            "input_tokens": spent.input,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": spent.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": spent.input + spent.output,
        }
    failure = None
    if error:
        failure = {"code": error.get("code"), "message": error.get("message")}
    return {**head, "status": status, "output": output, "usage": usage, "error": failure}


def _head(
    name: str, run: str, created: float, model: str, asked: ResponseAsked | None = None
) -> Tree:
    return {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": int(created),
        "model": model,
        "run_id": run,
        "instructions": asked.instructions if asked else None,
        "previous_response_id": asked.previous_response_id if asked else None,
        "metadata": (asked.metadata if asked else None) or {},
        "store": asked.store if asked else True,
        "background": asked.background if asked else False,
        "incomplete_details": None,
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "temperature": None,
        "top_p": None,
    }


def _name(message: ThreadMessage) -> str:
    return f"agent/{message.agent}" if message.agent else message.model
