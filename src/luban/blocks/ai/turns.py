"""Conversations as people and links bring them, made into messages for a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from luban.sdk import BlockError, ChatMessage, Context, FileRef, Image
from luban.sdk.chat import ChatRole

_ROLES: Mapping[str, ChatRole] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
}
_MOST_IMAGES = 20
_LARGEST_IMAGE = 20_000_000


def turns(messages: Sequence[Any]) -> list[ChatMessage]:
    """Each as a message; a bare text is what the user said. Raises `BlockError`."""
    return [_turn(message, number) for number, message in enumerate(messages)]


def _turn(message: Any, number: int) -> ChatMessage:
    if isinstance(message, str):
        return ChatMessage("user", message)
    told = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    said = _text(told.get("content", ""))
    role = _ROLES.get(str(told.get("role", "user")).lower())
    if not told or role is None or said is None:
        raise BlockError(
            f"Message {number} is {message!r:.120}. A message is an object with `role` (system, "
            "user or assistant) and `content` (text).",
            zh=f"第 {number} 条消息是 {message!r:.120}。消息应为包含 role"
            "（system、user 或 assistant）和 content（文本）的对象。",
            code="bad_message",
        )
    return ChatMessage(role, said)


def _text(content: Any) -> str | None:
    """A text, also where it comes in parts as some services write it."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return None
    texts: list[str] = []
    for part in cast("list[Any]", content):
        text = cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else part
        if not isinstance(text, str):
            return None
        texts.append(text)
    return "\n".join(texts)


def with_something(messages: list[ChatMessage]) -> list[ChatMessage]:
    """Without the blank ones; one of a user has to be left. Raises `BlockError`."""
    kept = [turn for turn in messages if turn.content.strip() or turn.images]
    if not any(turn.role == "user" for turn in kept):
        raise BlockError(
            "There is nothing to ask: give a prompt, or messages with one of a user.",
            zh="没有可提的问题：请填写提示词，或提供含有用户消息的消息列表。",
            code="nothing_to_ask",
        )
    return kept


async def pictures(ctx: Context, files: Sequence[FileRef]) -> tuple[Image, ...]:
    """The bytes of pictures that go with a message. Raises `BlockError`."""
    if len(files) > _MOST_IMAGES:
        raise BlockError(
            f"There are {len(files)} pictures; at most {_MOST_IMAGES} go with one message.",
            zh=f"共有 {len(files)} 张图片；一条消息最多附 {_MOST_IMAGES} 张。",
            code="too_many_images",
        )
    return tuple([await _picture(ctx, file) for file in files])


async def _picture(ctx: Context, file: FileRef) -> Image:
    facts = (await ctx.files.info(file)).file
    if not facts.type.startswith("image/"):
        raise BlockError(
            f"`{facts.name}` is {facts.type}, not a picture. Link files such as PNG or JPEG.",
            zh=f"“{facts.name}”的类型是 {facts.type}，不是图片。请连接 PNG、JPEG 等图片文件。",
            code="not_an_image",
        )
    if facts.size > _LARGEST_IMAGE:
        raise BlockError(
            f"`{facts.name}` has {facts.size:,} bytes; a picture for a model may have "
            f"{_LARGEST_IMAGE:,}. Make it smaller first.",
            zh=f"“{facts.name}”有 {facts.size:,} 字节；给模型的图片最多 {_LARGEST_IMAGE:,} 字节。"
            "请先缩小图片。",
            code="image_too_large",
        )
    return Image(await ctx.files.read(file), facts.type)
