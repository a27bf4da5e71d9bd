"""The pages about the built-in blocks, in English and Chinese, written from the registry.

An index, and a page for each category. `python -m tools.block_pages` writes them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from luban.model.block import BlockExample, BlockSpec, Effect, InputPin, OutputPin, Tier
from luban.model.pins import KIND_ZH, PinType
from luban.registry import discover, written_specs
from luban.registry.built_in import BuiltIn
from luban.registry.evidence import evidence_of
from luban.registry.tiers import judge
from luban.sdk.code import BlockCode
from tools import generated
from tools.block_categories import CATEGORIES
from tools.block_graphs import document_of, example_of, text_of

_LONGEST = 60
_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 160


@dataclass(frozen=True)
class _Words:
    """What stands around the texts of the blocks, in one language."""

    suffix: str
    title: str
    index: str
    about: str
    head: tuple[str, str, str, str]
    required: str
    gathers: str
    many: str
    advanced: str
    stop: str
    colon: str
    tier: str
    tiers: dict[str, str]
    examples: str
    errors: str
    graph: str
    world: str
    no_graph: str
    effects: dict[Effect, str]
    category: Callable[[str], str]
    pick: Callable[[str, str], str]
    type: Callable[[PinType], str]


def _type_en(pin: PinType) -> str:
    return f"list of {pin.item}" if pin.item else str(pin.kind)


def _type_zh(pin: PinType) -> str:
    return f"{KIND_ZH[pin.item]}的列表" if pin.item else KIND_ZH[pin.kind]


_ENGLISH = _Words(
    suffix="md",
    title="Blocks",
    index=(
        "[中文](blocks.zh-CN.md) · Written from the code by `python -m tools.block_pages`.\n\n"
        "{count} blocks. ○ listed, ◐ solid, ● model: how well a block is made, see "
        "[Write a block](../howto/write-a-block.md#how-good-it-is).\n"
        "`luban blocks ID` prints one block. Blocks of your own: "
        "[tutorial](../tutorial/blocks-of-your-own.md); blocks of an API: "
        "[from OpenAPI](../howto/blocks-from-an-api.md)."
    ),
    about=(
        "[中文]({name}.zh-CN.md) · [All blocks](../blocks.md) · Written from the code by "
        "`python -m tools.block_pages`.\n\n"
        "→ is an input, ← an output; every block also has the output `error`. *Required* inputs "
        "are linked or given in `with`. The types\nand how they convert are in "
        "[types](../types.md). Every agent shown here runs, in `tests/docs/test_block_graphs.py`."
    ),
    head=("", "pin", "type", "about"),
    required="**Required.**",
    gathers="Takes all tokens of its links as one list.",
    many="Any number of times.",
    advanced="Folded away.",
    stop=".",
    colon=": ",
    tier="Tier",
    tiers={"listed": "○ listed", "solid": "◐ solid", "model": "● model"},
    examples="Examples",
    errors="Errors",
    graph="An agent with it",
    world="its outside ({parts}) is played by the test",
    no_graph="Its examples are failures only; what it gives is different each time, or no text.",
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
    suffix="zh-CN.md",
    title="模块",
    index=(
        "[English](blocks.md) · 由 `python -m tools.block_pages` 根据代码生成。\n\n"
        "共 {count} 个模块。○ 已收录，◐ 可靠，● 典范：表示模块的完善程度，"
        "见[编写模块](../howto/write-a-block.md#how-good-it-is)。\n"
        "`luban blocks ID` 可查看单个模块。"
        "自己的模块：[教程](../tutorial/blocks-of-your-own.zh-CN.md)；"
        "由 API 生成：[OpenAPI](../howto/blocks-from-an-api.md)。"
    ),
    about=(
        "[English]({name}.md) · [全部模块](../blocks.zh-CN.md) · 由 `python -m tools.block_pages` "
        "根据代码生成。\n\n"
        "→ 为输入，← 为输出；每个模块另有输出端口 `error`。标为“必填”的输入必须有连线，"
        "或在 `with` 中给出。\n类型及其转换规则见[类型](../types.md)。"
        "本页的每个智能体都由 `tests/docs/test_block_graphs.py` 运行。"
    ),
    head=("", "端口", "类型", "说明"),
    required="**必填。**",
    gathers="把所有连线上的值收成一个列表。",
    many="可输出任意多次。",
    advanced="默认折叠。",
    stop="。",
    colon="：",
    tier="等级",
    tiers={"listed": "○ 已收录", "solid": "◐ 可靠", "model": "● 典范"},
    examples="示例",
    errors="错误",
    graph="使用它的智能体",
    world="外部（{parts}）由测试扮演",
    no_graph="它的示例只展示失败：其结果每次不同，或不是文本。",
    effects={
        Effect.NONE: "只做计算。",
        Effect.IDEMPOTENT: "会接触外部；同一个键执行两次与一次相同。",
        Effect.ONCE: "会接触外部，绝不重复执行。",
    },
    category=lambda name: CATEGORIES.get(name, name),
    pick=lambda english, chinese: chinese or english,
    type=_type_zh,
)


def english() -> str:
    """The text of `docs/reference/blocks.md`."""
    return _index(_ENGLISH)


def chinese() -> str:
    """The text of `docs/reference/blocks.zh-CN.md`."""
    return _index(_CHINESE)


def __getattr__(name: str) -> Callable[[], str]:
    language, _, category = name.partition("_")
    words = {"english": _ENGLISH, "chinese": _CHINESE}.get(language)
    if words is None or category not in CATEGORIES:
        raise AttributeError(name)
    return lambda: _page(category, words)


def written() -> str:
    """The text of `src/luban/registry/written_specs.json`."""
    built_in, tiers = BuiltIn(), {spec.id: tier for spec, tier, _ in _judged()}
    found = {
        module: [
            spec.model_copy(update={"tier": tiers[spec.id]}) for spec in built_in.loaded(module)
        ]
        for module in built_in.modules()
    }
    return written_specs.text(built_in.modules(), found)


@cache
def _judged() -> list[tuple[BlockSpec, Tier, tuple[str, ...]]]:
    """Every built-in block with its tier and the codes of its errors."""
    registry = discover(())
    found: list[tuple[BlockSpec, Tier, tuple[str, ...]]] = []
    for spec in registry.specs():
        code = registry.find(spec.id)
        if code is None or spec.source != "builtin":
            continue
        place = registry.place(spec.id) or ""
        found.append((spec, judge(code, place).tier, _codes(code, place)))
    return found


def _codes(code: BlockCode, place: str) -> tuple[str, ...]:
    facts = evidence_of(code, place).facts
    named = {each.code for each in facts.raised if each.code} | facts.codes if facts else set[str]()
    shown = {
        str(each.outputs["error"].get("code"))
        for each in code.spec.examples
        if isinstance(each.outputs.get("error"), dict)
    }
    return tuple(sorted(named | shown))


def _index(words: _Words) -> str:
    parts = [f"# {words.title}", words.index.format(count=len(_judged()))]
    for category in CATEGORIES:
        found = [(spec, tier) for spec, tier, _ in _judged() if spec.category == category]
        if not found:
            continue
        name = words.category(category)
        rows = [
            f"| [`{spec.id}`](blocks/{category}.{words.suffix}#{_anchor(spec, words)}) "
            f"| {words.pick(spec.title, spec.title_zh)} "
            f"| {_first(words.pick(spec.description, spec.description_zh))} "
            f"| {words.tiers[tier][0]} |"
            for spec, tier in found
        ]
        parts.append(f"## [{name}](blocks/{category}.{words.suffix})")
        parts.append("\n".join(["| | | | |", "|---|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _page(category: str, words: _Words) -> str:
    parts = [f"# {words.title}{words.colon}{words.category(category)}"]
    parts.append(words.about.format(name=category))
    for spec, tier, codes in _judged():
        if spec.category == category:
            parts += _block(spec, tier, codes, words)
    return "\n\n".join(parts) + "\n"


def _first(text: str) -> str:
    """The first paragraph, in a cell of a table."""
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def _anchor(spec: BlockSpec, words: _Words) -> str:
    """Where a heading is linked to: letters, digits, `-` and `_` of it, in small letters."""
    heading = f"{spec.id} {words.pick(spec.title, spec.title_zh)}".lower()
    kept = "".join(each for each in heading if each.isalnum() or each in " -_")
    return kept.replace(" ", "-")


def _block(spec: BlockSpec, tier: Tier, codes: tuple[str, ...], words: _Words) -> list[str]:
    title = words.pick(spec.title, spec.title_zh)
    about = words.pick(spec.description, spec.description_zh)
    rows = [_input(pin, words) for pin in spec.inputs if not pin.hidden]
    rows += [_output(pin, words) for pin in spec.outputs]
    told = f"{words.effects[spec.effect]} {words.tier}{words.colon}{words.tiers[tier]}{words.stop}"
    parts = [f"## `{spec.id}` {title}", f"{about}\n\n{told}"]
    if rows:
        head = "| " + " | ".join(words.head) + " |"
        parts.append("\n".join([head, "|---|---|---|---|", *rows]))
    if codes:
        parts.append(f"{words.errors}{words.colon}" + " ".join(f"`{code}`" for code in codes))
    shown = [_example(each) for each in spec.examples[:_MOST_EXAMPLES]]
    if shown:
        parts.append(f"{words.examples}{words.colon.strip()}\n\n" + "\n".join(shown))
    return [*parts, *_graph(spec, words)]


def _example(example: BlockExample) -> str:
    return f"- `{_cut(example.inputs)}` → `{_cut(example.outputs)}`"


def _cut(value: Any) -> str:
    text = " ".join(json.dumps(value, ensure_ascii=False, default=repr).replace("`", "'").split())
    return text if len(text) <= _LONGEST_EXAMPLE else text[:_LONGEST_EXAMPLE] + "…"


def _graph(spec: BlockSpec, words: _Words) -> list[str]:
    document = document_of(spec)
    if document is None:
        return [words.no_graph]
    example = example_of(spec)
    world = ", ".join(f"`{part}`" for part in example.world) if example else ""
    note = f" ({words.world.format(parts=world)})" if world else ""
    return [f"{words.graph}{note}{words.colon.strip()}", f"```yaml\n{text_of(document)}```"]


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
    generated.write(
        tuple(one for one in generated.FILES if one.maker.startswith("tools.block_pages:"))
    )


if __name__ == "__main__":
    main()
