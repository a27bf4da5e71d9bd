"""Blocks as people choose them: those that work, and those that could not be loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from luban.model.block import BlockSpec
from luban.model.errors import NotFound
from luban.registry.tiers import judge
from luban.sdk.code import BlockCode


class Broken(Protocol):
    """A block file that could not be loaded."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def message(self) -> str: ...
    @property
    def message_zh(self) -> str: ...
    @property
    def blocks(self) -> Sequence[str]: ...


class Catalogue(Protocol):
    """Every block there is; the registry is one."""

    def find(self, block_id: str) -> BlockCode | None: ...

    def listed(self) -> Sequence[BlockSpec]: ...

    def older(self) -> Sequence[BlockSpec]: ...

    def broken(self) -> Sequence[Broken]: ...

    def place(self, block_id: str) -> str | None: ...


class Blocks:
    """The palette."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._judged: dict[str, tuple[BlockCode, BlockSpec]] = {}

    def list(self) -> Sequence[BlockSpec]:
        return [self._judged_spec(spec) for spec in self._catalogue.listed()]

    def older(self) -> Sequence[BlockSpec]:
        """The other versions of blocks that are there in several."""
        return self._catalogue.older()

    def get(self, block_id: str) -> BlockSpec:
        """The block with this id or alias. Raises `NotFound`."""
        code = self._catalogue.find(block_id)
        if code is None:
            raise NotFound(
                what="block",
                what_zh="模块",
                name=block_id,
                way_out="`luban blocks` lists those installed.",
                way_out_zh="`luban blocks` 会列出已安装的模块。",
            )
        return self._with_tier(code)

    def broken(self) -> Sequence[Broken]:
        return self._catalogue.broken()

    def _judged_spec(self, spec: BlockSpec) -> BlockSpec:
        code = None if spec.tier else self._catalogue.find(spec.id)
        return spec if code is None else self._with_tier(code)

    def _with_tier(self, code: BlockCode) -> BlockSpec:
        """The spec with its tier; a block is judged again when its code is another."""
        before = self._judged.get(code.spec.id)
        if before is not None and before[0] is code:
            return before[1]
        tier = judge(code, self._catalogue.place(code.spec.id)).tier
        judged = code.spec.model_copy(update={"tier": tier})
        self._judged[code.spec.id] = (code, judged)
        return judged
