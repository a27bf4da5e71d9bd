"""How an agent is talked to: which input takes what is said, which output is the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import orjson

from luban.model.block import Role
from luban.model.errors import LubanError
from luban.model.graph import Graph, Node
from luban.model.pins import PinKind
from luban.model.values import is_file
from luban.sdk.code import BlockSource
from luban.services.run_inputs import AskedInput

MESSAGE, MESSAGES, FILES, ANSWER = "message", "messages", "files", "answer"
_VALUE = "value"
_TEXTS = frozenset({PinKind.TEXT, PinKind.ANY})
_MANY = frozenset({PinKind.LIST, PinKind.ANY})
_FILES = frozenset({PinKind.LIST, PinKind.FILE, PinKind.IMAGE, PinKind.ANY})


class NotTalkable(LubanError):
    """An agent has no place for what is said, or gives no text back."""

    code = "not_talkable"
    status = 422
    en = "The agent `{name}` cannot be talked to: {lacking}. {repair}"
    zh = "无法与智能体“{name}”对话：{lacking_zh}。{repair_zh}"


class NoPlaceForFiles(LubanError):
    """Files were sent along to an agent that asks for none."""

    code = "no_place_for_files"
    status = 422
    en = (
        "The agent `{name}` takes no files. Give it a list input named `files`, or send the "
        "message without them."
    )
    zh = "智能体“{name}”不接收文件。请为它添加名为“files”的列表输入，或不附文件再发送。"


class Talk(NamedTuple):
    """How an agent is talked to: the names of its inputs and of the output that answers.

    `streams` are the nodes and pins whose pieces of text are the answer as it is written.
    """

    message: str
    messages: str | None
    files: str | None
    one_file: bool
    answer: str
    streams: tuple[tuple[str, str], ...]


class Said(NamedTuple):
    """What is said to an agent: a text, references of files, and the turns before, oldest first."""

    text: str
    files: Sequence[Mapping[str, Any]] = ()
    earlier: Sequence[Mapping[str, Any]] = ()


def talk_of(name: str, graph: Graph, inputs: Sequence[AskedInput], blocks: BlockSource) -> Talk:
    """Raises `NotTalkable`, naming what the agent `name` lacks."""
    message = _message_input(name, inputs)
    messages = _named(inputs, MESSAGES, _MANY)
    files = _named(inputs, FILES, _FILES)
    given = {each.name for each in (message, messages, files) if each is not None}
    for each in inputs:
        if _must_be_given(each) and each.name not in given:
            raise _no_place_for(name, each)
    answer = _answer(name, graph, blocks)
    return Talk(
        message.name,
        messages.name if messages else None,
        files.name if files else None,
        files is not None and files.type.kind in (PinKind.FILE, PinKind.IMAGE),
        answer,
        _streams(graph, answer, blocks),
    )


def inputs_for(name: str, talk: Talk, said: Said) -> dict[str, Any]:
    """What a run of the agent `name` is given. Raises `NoPlaceForFiles`."""
    given: dict[str, Any] = {talk.message: said.text}
    if talk.messages is not None:
        given[talk.messages] = [dict(each) for each in said.earlier]
    if talk.files is None:
        if said.files:
            raise NoPlaceForFiles(name=name)
    elif not talk.one_file:
        given[talk.files] = [dict(each) for each in said.files]
    elif said.files:
        given[talk.files] = dict(said.files[0])
    return given


def as_text(value: Any) -> str:
    """An answer as it is read; what is no text is shown as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        pieces = cast("list[Any]", value)
        if all(isinstance(each, str) for each in pieces):
            return "\n\n".join(pieces)
    if is_file(value):
        file = cast("dict[str, Any]", value)
        return str(file.get("name") or file["$file"])
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
    return f"```json\n{text}\n```"


def _message_input(name: str, inputs: Sequence[AskedInput]) -> AskedInput:
    named = _named(inputs, MESSAGE, _TEXTS)
    if named is not None:
        return named
    texts = [each for each in inputs if each.type.kind is PinKind.TEXT and _must_be_given(each)]
    if len(texts) == 1:
        return texts[0]
    count = len(texts)
    raise NotTalkable(
        name=name,
        lacking="it has no text input named `message`"
        + (f", and {count} other text inputs" if count else ""),
        lacking_zh="没有名为“message”的文本输入"
        + (f"，而有 {count} 个其他文本输入" if count else ""),
        repair="Add a text input with that name, and link it to what answers.",
        repair_zh="请添加一个该名称的文本输入，并连接到负责回答的模块。",
    )


def _no_place_for(name: str, asked: AskedInput) -> NotTalkable:
    return NotTalkable(
        name=name,
        lacking=f"its input `{asked.name}` must be given too, and a message gives none",
        lacking_zh=f"还必须给出输入“{asked.name}”，而消息中没有",
        repair="Give that input a default, or make it optional.",
        repair_zh="请为该输入设置默认值，或设为可选。",
    )


def _must_be_given(asked: AskedInput) -> bool:
    return asked.required and asked.default is None


def _named(inputs: Sequence[AskedInput], name: str, kinds: frozenset[PinKind]) -> AskedInput | None:
    return next((each for each in inputs if each.name == name and each.type.kind in kinds), None)


def _outputs(graph: Graph, blocks: BlockSource) -> dict[str, Node]:
    """The nodes that give a value out, by the name it goes by, in their order."""
    found: dict[str, Node] = {}
    for node in graph.nodes:
        code = blocks.find(node.block) if node.block and not node.disabled else None
        if code is not None and code.spec.role is Role.OUTPUT:
            found.setdefault(str(node.constants.get("name") or node.id), node)
    return found


def _answer(name: str, graph: Graph, blocks: BlockSource) -> str:
    outputs = _outputs(graph, blocks)
    if ANSWER in outputs:
        return ANSWER
    kinds = {each: _kind_of(graph, node, blocks) for each, node in outputs.items()}
    for wanted in (PinKind.TEXT, PinKind.ANY):
        for each, kind in kinds.items():
            if kind is wanted:
                return each
    raise NotTalkable(
        name=name,
        lacking="it has no output named `answer`, and none that is text",
        lacking_zh="没有名为“answer”的输出，也没有文本输出",
        repair="Link its answer to an output with that name.",
        repair_zh="请将回答连接到该名称的输出。",
    )


def _kind_of(graph: Graph, node: Node, blocks: BlockSource) -> PinKind | None:
    """What the first link to an output brings."""
    by_id = {each.id: each for each in graph.nodes}
    for source, pin in _sources(graph, node):
        sender = by_id.get(source)
        code = blocks.find(sender.block) if sender is not None and sender.block else None
        given = code.spec.output_by_name.get(pin) if code is not None else None
        return given.kind if given is not None else PinKind.ANY
    return None


def _sources(graph: Graph, node: Node) -> list[tuple[str, str]]:
    return [
        (link.source.node, link.source.pin)
        for link in graph.links
        if link.target.node == node.id and link.target.pin == _VALUE and not link.source.path
    ]


def _streams(graph: Graph, answer: str, blocks: BlockSource) -> tuple[tuple[str, str], ...]:
    return tuple(_sources(graph, _outputs(graph, blocks)[answer]))
