"""Blocks as people choose them: those that work, and those that could not be loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from luban.model.block import BlockSpec
from luban.model.errors import NotFound
from luban.sdk.code import BlockCode


class Broken(Protocol):
    """A block file that could not be loaded."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def message(self) -> str: ...


class Catalogue(Protocol):
    """Every block there is; the registry is one."""

    def find(self, block_id: str) -> BlockCode | None: ...

    def specs(self) -> Sequence[BlockSpec]: ...

    def broken(self) -> Sequence[Broken]: ...


class Blocks:
    """The palette."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def list(self) -> Sequence[BlockSpec]:
        return self._catalogue.specs()

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
        return code.spec

    def broken(self) -> Sequence[Broken]:
        return self._catalogue.broken()
