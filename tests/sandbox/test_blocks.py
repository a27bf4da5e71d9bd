"""The blocks that run code, in a real box: what their examples say is what a sandbox says."""

from __future__ import annotations

from typing import Any

import pytest

from luban.model.errors import LubanError
from luban.sdk.memory_files import MemoryFiles
from luban.sdk.testing import TestContext, run_block
from luban.services.step_sandbox import CodeCeilings, StepSandbox
from tests.blocks.catalogue import all_blocks
from tests.sandbox.kit import Box

EXAMPLES = [
    pytest.param(found, example, id=f"{found.id}-{number}")
    for found in all_blocks()
    if found.id.startswith("code.")
    for number, example in enumerate(found.code.spec.examples)
]


async def permitted() -> None:
    """Shell is permitted."""


def context(box: Box, files: MemoryFiles | None = None) -> TestContext:
    stored = files or MemoryFiles()
    made = TestContext(files=stored)
    sandbox: Any = StepSandbox(box.runner, stored, CodeCeilings(), permitted)
    made.sandbox = sandbox
    return made


def without_names(value: Any) -> Any:
    """References of files with what of them is the same in every store."""
    if isinstance(value, list):
        return [without_names(each) for each in value]
    if isinstance(value, dict) and "$file" in value:
        return {name: value[name] for name in ("name", "size")}
    if isinstance(value, dict):
        return {name: without_names(each) for name, each in value.items()}
    return value


@pytest.mark.parametrize(("found", "example"), EXAMPLES)
async def test_an_example_says_what_a_sandbox_says(box: Box, found: Any, example: Any) -> None:
    wanted = without_names(example.outputs)
    got: dict[str, Any]
    try:
        got = await run_block(found.code, context(box), **example.inputs)
    except LubanError as error:
        got = {"error": {"code": error.code}}
    many = {pin.name for pin in found.code.spec.outputs if pin.many} | {"error"}
    plain = {pin: values if pin in many else values[0] for pin, values in got.items()}
    assert {pin: without_names(value) for pin, value in plain.items()} == wanted


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


async def test_files_of_one_name_are_told_apart(box: Box, files: MemoryFiles) -> None:
    given = [
        files.put("a.txt", "1"),
        files.put("a.txt", "2"),
        files.put("../../etc/passwd", "3"),
        files.put("", "4"),
    ]
    sandbox = context(box, files).sandbox
    code = "import os\n{name: open('files/' + name).read() for name in sorted(os.listdir('files'))}"
    got = await sandbox.run("python", code, files=given, run_in="auto")
    assert got.run_in == "full"
    assert got.result == {
        "_.._etc_passwd": "3",
        "a-2.txt": "2",
        "a.txt": "1",
        "file": "4",
    }


async def test_too_many_bytes_of_files_are_refused(box: Box, files: MemoryFiles) -> None:
    large = files.put("a", bytes(100))
    sandbox = StepSandbox(box.runner, files, CodeCeilings(files=99), permitted)
    with pytest.raises(LubanError, match="at most"):
        await sandbox.run("python", "1", files=[large])


async def test_limits_of_the_server_are_above_those_of_a_node(box: Box) -> None:
    sandbox = StepSandbox(box.runner, MemoryFiles(), CodeCeilings(seconds=0.3), permitted)
    with pytest.raises(LubanError, match=r"0\.3 s of time"):
        await sandbox.run("python", "while True: pass", seconds=3000)
