"""Blocks that cannot be used as a node names them: unknown, broken, of a version that is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, runtime_checkable

from luban.engine.fitting import brought_up, newest_of, rules_for
from luban.engine.pinning import Keeping
from luban.engine.validation import remarks
from luban.engine.validation.scope import Hint, Place, meant
from luban.model.block import BlockSpec, InputPin, OutputPin
from luban.model.block_reference import BlockReference, read_reference
from luban.model.finding import Finding
from luban.sdk.code import BlockSource


@runtime_checkable
class _Named(Protocol):
    """A source of blocks that can tell which there are."""

    def names(self) -> Collection[str]: ...


class Trouble(Protocol):
    """A file that would give a block, and is broken."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def message(self) -> str: ...
    @property
    def message_zh(self) -> str: ...


@runtime_checkable
class _Troubled(Protocol):
    """A source of blocks that can tell why one is missing."""

    def trouble(self, block_id: str) -> Trouble | None: ...


def check_presence(place: Place, blocks: BlockSource) -> Iterator[Finding]:
    """Why the block of a node cannot be used, and what it lacks on this machine."""
    block = place.node.block
    if block is None:
        if place.node.body is None:
            yield remarks.NO_BLOCK.at(node=place.path)
    elif place.code is None:
        yield _missing(place, block, blocks)
    elif "@" in block and blocks.find(block) is None:
        yield _version_gone(place, block, place.code.spec, blocks)
    if place.code is not None:
        for unmet in place.code.spec.unmet:
            yield remarks.UNMET_NEED.at(
                node=place.path,
                block=block,
                need=unmet.need,
                why=unmet.message,
                why_zh=unmet.message_zh,
            )


def _missing(place: Place, block: str, blocks: BlockSource) -> Finding:
    trouble = blocks.trouble(block) if isinstance(blocks, _Troubled) else None
    if trouble is not None:
        where = trouble.path if trouble.line is None else f"{trouble.path}:{trouble.line}"
        return remarks.BROKEN_BLOCK.at(
            node=place.path,
            block=block,
            where=where,
            why=trouble.message,
            why_zh=trouble.message_zh,
        )
    hint = _other_block(read_reference(block).block, blocks)
    return remarks.UNKNOWN_BLOCK.at(node=place.path, block=block, hint=hint.en, hint_zh=hint.zh)


def _other_block(block_id: str, blocks: BlockSource) -> Hint:
    """The nearest id, also by its last part: `calculate` for `maths.calculate`."""
    names = sorted(blocks.names()) if isinstance(blocks, _Named) else []
    last = block_id.rpartition(".")[2]
    same = [name for name in names if name.rpartition(".")[2] == last]
    if same:
        return Hint(f"Use `{same[0]}`.", f"请改为“{same[0]}”。")
    hint = meant(block_id, names)
    if hint.en.startswith("Use"):
        return hint
    return Hint(
        "Install it, or choose another: `luban blocks` lists them.",
        "请安装它，或换用其他模块：`luban blocks` 会列出所有模块。",
    )


# --- versions


def _version_gone(place: Place, block: str, spec: BlockSpec, blocks: BlockSource) -> Finding:
    """Says what changed: from the older version itself where its code is still known."""
    named = read_reference(block)
    version = named.version or 1
    before = blocks.pinned(named.block, version) if isinstance(blocks, Keeping) else None
    if (failure := _failed_rule(place, named, blocks)) is not None:
        changes = [failure]
    elif before is not None:
        changes = list(differences(before.spec, spec))
    else:
        changes = []
    remark = remarks.BLOCK_VERSION_GONE
    if changes:
        remark = remark._replace(
            en=f"{remark.en} {_escaped(' '.join(each.en for each in changes))}",
            zh=remark.zh + _escaped("".join(each.zh for each in changes)),
        )
    return remark.at(
        node=place.path,
        block=named.block,
        version=version,
        installed=newest_of(named.block, blocks),
    )


def _failed_rule(place: Place, named: BlockReference, blocks: BlockSource) -> Hint | None:
    """What the block's own rule for this version raises, if there is one: it is asked again."""
    rules = rules_for(named, blocks)
    if rules is None:
        return None
    try:
        brought_up({"with": place.node.constants}, rules)
    except Exception as error:  # noqa: BLE001  foreign code: whatever it raises is told
        said = f"{type(error).__name__}: {error}"
        return Hint(f"Its own rule failed: {said}.", f"模块自带的升级规则出错：{said}。")
    return None


def differences(before: BlockSpec, after: BlockSpec) -> Iterator[Hint]:
    """What a node of the older version has to cope with: pins gone, newly required, retyped."""
    for old, new, what, what_zh in (
        (before.input_by_name, after.input_by_name, "input", "输入"),
        (before.output_by_name, after.output_by_name, "output", "输出"),
    ):
        for name, pin in old.items():
            there = new.get(name)
            if there is None:
                yield Hint(f"The {what} `{name}` is gone.", f"{what_zh}“{name}”已不存在。")
            elif _kind(pin) != _kind(there):
                yield Hint(
                    f"The {what} `{name}` was {_kind(pin)} and is {_kind(there)}.",
                    f"{what_zh}“{name}”由 {_kind(pin)} 变为 {_kind(there)}。",
                )
    for name, pin in after.input_by_name.items():
        was = before.input_by_name.get(name)
        if pin.required and not (was is not None and was.required):
            yield Hint(f"The input `{name}` is now required.", f"输入“{name}”现在必填。")


def _kind(pin: InputPin | OutputPin) -> str:
    return pin.kind.value if pin.item_kind is None else f"{pin.kind.value} of {pin.item_kind.value}"


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
