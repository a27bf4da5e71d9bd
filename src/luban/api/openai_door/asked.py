"""What programs send, understood: who is to answer, what is said, and what nobody here can do."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from luban.model.errors import InvalidValue, LubanError
from luban.services.files import reference
from luban.services.house import House
from luban.services.talking import Partner

AGENT = "agent/"
Tree = dict[str, Any]
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_TEXTS = ("text", "input_text", "output_text")
_DATA = "data:"


class NotSupported(LubanError):
    """Something was asked for that agents do not do over this interface."""

    code = "not_supported"
    status = 400
    en = "`{name}` is not supported here: {why}."
    zh = "此接口不支持“{name}”：{why_zh}。"


class Conversation(NamedTuple):
    """What is said now, the turns before it, and pictures that came with it."""

    text: str
    earlier: list[Tree]
    pictures: list[str]


def partner_of(model: str) -> Partner:
    """Whom a model's name means: `agent/…` an agent by id or name, all else a model."""
    if model.startswith(AGENT):
        return Partner(agent=model.removeprefix(AGENT))
    return Partner(model=model)


def refuse_unsupported(body: Mapping[str, Any]) -> None:
    """Raises `NotSupported` for what would change the answer; what only tunes it is let pass."""
    if body.get("tools") or body.get("functions"):
        raise NotSupported(
            name="tools",
            why="an agent has its own tools; give them to it in the editor",
            why_zh="智能体使用自己的工具，请在编辑器中为它添加",
        )
    if body.get("n") not in (None, 1):
        raise NotSupported(
            name="n", why="there is one answer to a question", why_zh="每个问题只有一个回答"
        )
    for name, plain in (("response_format", body), ("format", body.get("text"))):
        wanted = cast("Mapping[str, Any]", plain).get(name) if isinstance(plain, Mapping) else None
        if isinstance(wanted, Mapping) and cast("Tree", wanted).get("type") not in (None, "text"):
            raise NotSupported(
                name=name,
                why="an agent answers in the form its graph gives",
                why_zh="回答的格式由智能体的图决定",
            )
    for name in ("logprobs", "top_logprobs", "audio", "prediction", "web_search_options"):
        if body.get(name):
            raise NotSupported(
                name=name, why="agents and their models do not tell it", why_zh="智能体不提供此项"
            )


def conversation(messages: Sequence[Any]) -> Conversation:
    """Raises `InvalidValue` and `NotSupported`."""
    turns = [_turn(each, number) for number, each in enumerate(messages)]
    if not turns or turns[-1].role != "user":
        raise InvalidValue(
            name="messages",
            value=turns[-1].role if turns else "[]",
            expected="the last message must be of the role user",
            expected_zh="最后一条消息的角色必须是 user",
        )
    earlier = [{"role": each.role, "content": each.text} for each in turns[:-1] if each.text]
    return Conversation(turns[-1].text, earlier, turns[-1].pictures)


class _Turn(NamedTuple):
    role: str
    text: str
    pictures: list[str]


def _turn(message: Any, number: int) -> _Turn:
    told = cast("Tree", message) if isinstance(message, dict) else {}
    role = _ROLES.get(str(told.get("role", "")))
    if role is None or told.get("type") not in (None, "message"):
        raise InvalidValue(
            name=f"messages[{number}]",
            value=told.get("role") or told.get("type") or message,
            expected="the role must be system, developer, user or assistant",
            expected_zh="角色只能是 system、developer、user 或 assistant",
        )
    texts: list[str] = []
    pictures: list[str] = []
    content = told.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for part in cast("list[Any]", parts):
        _take(cast("Tree", part) if isinstance(part, dict) else {}, texts, pictures, number)
    return _Turn(role, "\n".join(texts), pictures)


def _take(part: Tree, texts: list[str], pictures: list[str], number: int) -> None:
    kind = part.get("type")
    if kind in _TEXTS:
        texts.append(str(part.get("text") or ""))
        return
    if kind in ("image_url", "input_image"):
        url: Any = part.get("image_url")
        address = str(cast("Tree", url).get("url") if isinstance(url, dict) else url)
        if address.startswith(_DATA):
            pictures.append(address)
            return
        raise NotSupported(
            name="image_url",
            why="pictures are sent along as `data:` addresses; this server fetches none",
            why_zh="图片需以 data: 地址随消息发送，服务器不会代为下载",
        )
    if kind == "refusal":
        return
    raise NotSupported(
        name=f"messages[{number}].content",
        why=f"parts of the type {kind!r} are not read; text and pictures are",
        why_zh=f"无法读取类型为 {kind!r} 的内容，只接受文本和图片",
    )


async def stored(house: House, owner: str, pictures: Sequence[str]) -> list[Tree]:
    """The pictures as files of the owner. Raises `InvalidValue` and what uploading raises."""
    files: list[Tree] = []
    for number, address in enumerate(pictures, 1):
        kind, content = _decoded(address)
        name = f"picture-{number}.{kind.rpartition('/')[2].partition('+')[0]}"
        files.append(
            cast("Tree", reference(await house.files.upload(owner, name, kind, _pieces(content))))
        )
    return files


def _decoded(address: str) -> tuple[str, bytes]:
    head, _, data = address.removeprefix(_DATA).partition(",")
    kind, _, coding = head.partition(";")
    try:
        if coding == "base64":
            return kind, base64.b64decode(data, validate=True)
    except binascii.Error:
        pass
    raise InvalidValue(
        name="image_url",
        value=address[:40],
        expected="it must be data:image/…;base64,…",
        expected_zh="必须是 data:image/…;base64,… 形式",
    )


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
