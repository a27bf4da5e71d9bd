"""Agent files and inputs as they are named on the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.client import Client

_PIECE = 1 << 20


def read_tree(path: Path) -> dict[str, Any]:
    """The document of an agent file, a short workflow made whole. Raises `BadDocument`."""
    from luban.cli.reach import settings_of
    from luban.interop import agent_file
    from luban.interop.short_workflow import imported
    from luban.registry import discover

    tree, _ = imported(agent_file.load(agent_file.read(path)), discover(settings_of().blocks_path))
    return tree


def read_inputs(given: list[str], file: Path | None) -> dict[str, Any]:
    """Inputs of `--input-file` and `--input`, the latter stronger; `@path` becomes a `Path`."""
    inputs: dict[str, Any] = {}
    if file is not None:
        try:
            inputs = orjson.loads(file.read_bytes())
        except OSError as error:
            raise _unreadable(file, error.strerror or str(error)) from error
        except orjson.JSONDecodeError as error:
            raise _unreadable(file, str(error)) from error
        if not isinstance(inputs, dict):
            raise _unreadable(file, "it must hold a JSON object of inputs")
    for each in given:
        name, separator, value = each.partition("=")
        if not separator or not name.strip():
            raise InvalidValue(
                name="--input",
                value=each,
                expected="an input is written NAME=VALUE",
                expected_zh="输入应写成 NAME=VALUE",
            )
        inputs[name.strip()] = Path(value[1:]) if value.startswith("@") else value
    return inputs


async def uploaded(client: Client, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with every `Path` stored on the server and replaced by its reference."""
    return {
        name: (await client.files.upload(value)).ref if isinstance(value, Path) else value
        for name, value in inputs.items()
    }


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file, a piece at a time."""
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _unreadable(path: Path, cause: str) -> InvalidValue:
    return InvalidValue(
        name=str(path),
        value=cause,
        expected="a readable file is needed here",
        expected_zh="这里需要一个可读的文件",
    )
