"""The blocks that graphs under check are made of: the built-in ones and three of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from luban.engine.validation import check
from luban.model.finding import Finding
from luban.registry import Registry, discover

OWN = '''
from luban.sdk import Block, BlockInput, BlockOutput, Field, FileRef, block

@block(id="t.step")
def step(value: int, more: int = 0) -> int:
    return value + more

@block(id="t.two")
def two(a: int, b: int) -> int:
    return a + b

@block(id="t.file")
def of_file(file: FileRef) -> str:
    return file.name

@block(id="t.numbers")
def numbers(values: list[int]) -> list[int]:
    return values

class Login(Block):
    """Keeps a secret."""
    id = "t.login"
    class Input(BlockInput):
        key: str = Field(secret=True, min_length=8)
        pin: int = Field(0, secret=True)
    class Output(BlockOutput):
        ok: bool
    async def run(self, input):
        return True

class Touchy(Block):
    """Its validators fail in ways of their own."""
    id = "t.touchy"
    class Input(BlockInput):
        def __init__(self, **values):
            super().__init__(**values)
        def model_post_init(self, context):
            raise TypeError("not like this")
        x: int = 1
    class Output(BlockOutput):
        ok: bool
    async def run(self, input):
        return True
'''


@pytest.fixture(scope="session")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder: Path = tmp_path_factory.mktemp("blocks")
    (folder / "own.py").write_text(OWN, encoding="utf-8")
    registry = discover([folder])
    assert registry.broken() == []
    return registry


class Checker:
    """Checks nodes and links written short; `add: maths.calculate a=1`."""

    def __init__(self, blocks: Registry) -> None:
        self.blocks = blocks

    def tree(self, nodes: dict[str, Any], *links: Any, **more: Any) -> list[Finding]:
        return check({"nodes": nodes, "links": list(links), **more}, self.blocks)

    def codes(self, nodes: dict[str, Any], *links: Any) -> list[tuple[str, str | None, str | None]]:
        return [(each.code, each.node, each.pin) for each in self.tree(nodes, *links)]


@pytest.fixture
def checker(blocks: Registry) -> Checker:
    return Checker(blocks)


def step(**constants: Any) -> dict[str, Any]:
    return {"block": "t.step", "with": constants}


def number(name: str = "n") -> dict[str, Any]:
    return {"block": "io.input_number", "with": {"name": name}}


def output(name: str = "out") -> dict[str, Any]:
    return {"block": "io.output", "with": {"name": name}}
