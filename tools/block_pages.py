"""The pages about the built-in blocks, in English and Chinese, written from the registry.

`python -m tools.block_pages` writes both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from luban.model.block import BlockSpec, Effect, InputPin, OutputPin
from luban.model.pins import KIND_ZH, PinType
from luban.registry import discover
from luban.registry.tiers import judge
from tools import generated

_LONGEST = 60

_CATEGORIES = {
    "input": "输入",
    "output": "输出",
    "text": "文本",
    "data": "数据",
    "logic": "逻辑",
    "maths": "数学",
    "time": "时间",
    "web": "网络",
    "file": "文件",
    "media": "媒体",
    "storage": "存储",
    "code": "代码",
    "message": "消息",
    "ai": "人工智能",
    "flow": "等待",
}


@dataclass(frozen=True)
class _Words:
    """What stands around the texts of the blocks, in one language."""

    path: str
    title: str
    about: str
    head: tuple[str, str, str, str]
    required: str
    gathers: str
    many: str
    advanced: str
    stop: str
    effects: dict[Effect, str]
    category: Callable[[str], str]
    pick: Callable[[str, str], str]
    type: Callable[[PinType], str]


def _type_en(pin: PinType) -> str:
    return f"list of {pin.item}" if pin.item else str(pin.kind)


def _type_zh(pin: PinType) -> str:
    return f"{KIND_ZH[pin.item]}的列表" if pin.item else KIND_ZH[pin.kind]


_ENGLISH = _Words(
    path="docs/reference/blocks.md",
    title="# Blocks",
    about=(
        "[中文](blocks.zh-CN.md) · Written from the code by `python -m tools.block_pages`.\n\n"
        "→ is an input, ← an output; every block also has the output `error`. *Required* inputs "
        "are linked or given in `with`.\nThe types and how they convert are in [types](types.md). "
        "`luban blocks ID` prints one block."
    ),
    head=("", "pin", "type", "about"),
    required="**Required.**",
    gathers="Takes all tokens of its links as one list.",
    many="Any number of times.",
    advanced="Folded away.",
    stop=".",
    effects={
        Effect.NONE: "Only computes.",
        Effect.IDEMPOTENT: "Touches the world; twice with one key is the same as once.",
        Effect.ONCE: "Touches the world and is never repeated.",
    },
    category=str.capitalize,
    pick=lambda english, _: english,
    type=_type_en,
)
_CHINESE = _Words(
    path="docs/reference/blocks.zh-CN.md",
    title="# 模块",
    about=(
        "[English](blocks.md) · 由 `python -m tools.block_pages` 根据代码生成。\n\n"
        "→ 为输入，← 为输出；每个模块另有输出端口 `error`。标为“必填”的输入必须有连线，"
        "或在 `with` 中给出。\n类型及其转换规则见[类型](types.md)。"
        "`luban blocks ID` 可查看单个模块。"
    ),
    head=("", "端口", "类型", "说明"),
    required="**必填。**",
    gathers="把所有连线上的值收成一个列表。",
    many="可输出任意多次。",
    advanced="默认折叠。",
    stop="。",
    effects={
        Effect.NONE: "只做计算。",
        Effect.IDEMPOTENT: "会接触外部；同一个键执行两次与一次相同。",
        Effect.ONCE: "会接触外部，绝不重复执行。",
    },
    category=lambda name: _CATEGORIES.get(name, name),
    pick=lambda english, chinese: chinese or english,
    type=_type_zh,
)


def english() -> str:
    """The text of `docs/reference/blocks.md`."""
    return _page(_ENGLISH)


def chinese() -> str:
    """The text of `docs/reference/blocks.zh-CN.md`."""
    return _page(_CHINESE)


def tiers() -> str:
    """The text of `src/luban/registry/built_in_tiers.json`."""
    registry = discover(())
    judged = {
        spec.id: judge(code, registry.place(spec.id)).tier
        for spec in registry.specs()
        if spec.source == "builtin" and (code := registry.find(spec.id)) is not None
    }
    return json.dumps(judged, indent=1, sort_keys=True) + "\n"


def _page(words: _Words) -> str:
    specs = discover(()).specs()
    families = sorted({spec.category for spec in specs}, key=_rank)
    parts = [words.title, words.about]
    for family in families:
        parts.append(f"## {words.category(family)}")
        parts += [_block(spec, words) for spec in specs if spec.category == family]
    return "\n\n".join(parts) + "\n"


def _rank(category: str) -> int:
    names = list(_CATEGORIES)
    return names.index(category) if category in names else len(names)


def _block(spec: BlockSpec, words: _Words) -> str:
    title = words.pick(spec.title, spec.title_zh)
    about = words.pick(spec.description, spec.description_zh)
    rows = [_input(pin, words) for pin in spec.inputs if not pin.hidden]
    rows += [_output(pin, words) for pin in spec.outputs]
    table = ["| " + " | ".join(words.head) + " |", "|---|---|---|---|", *rows]
    parts = [f"### `{spec.id}` {title}", f"{about}\n\n{words.effects[spec.effect]}"]
    return "\n\n".join([*parts, "\n".join(table)] if rows else parts)


def _input(pin: InputPin, words: _Words) -> str:
    notes: list[str] = []
    if pin.required:
        notes.append(words.required)
    elif pin.default not in (None, "", [], {}):
        notes.append(f"`= {_short(pin.default)}`")
    if pin.gather:
        notes.append(words.gathers)
    choices = pin.schema_.get("enum")
    if choices:
        notes.append(" ".join(f"`{choice}`" for choice in choices))
    if pin.advanced:
        notes.append(words.advanced)
    about = _about(pin, words)
    return _row("→", pin.name, words.type(pin.type), " ".join([about, *notes]).strip())


def _output(pin: OutputPin, words: _Words) -> str:
    notes = [words.many] if pin.many else []
    return _row("←", pin.name, words.type(pin.type), " ".join([_about(pin, words), *notes]).strip())


def _about(pin: InputPin | OutputPin, words: _Words) -> str:
    """The description; without one the title, as a sentence."""
    text = words.pick(pin.description, pin.description_zh)
    title = words.pick(pin.title, pin.title_zh)
    return text or (f"{title}{words.stop}" if title and title != pin.name else "")


def _row(mark: str, name: str, kind: str, about: str) -> str:
    plain = " ".join(about.split()).replace("|", "\\|")
    return f"| {mark} | `{name}` | {kind} | {plain} |"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def main() -> None:
    pages = tuple(one for one in generated.FILES if one.maker.startswith("tools.block_pages:"))
    generated.write(pages)


if __name__ == "__main__":
    main()
