"""`luban.run_file`: an agent file run inside another program."""

from __future__ import annotations

from pathlib import Path

import pytest

import luban
from luban.model.errors import InvalidValue, LubanError
from luban.model.run import RunStatus
from luban.server.settings import Settings
from luban.server.wiring import open_home
from luban.services.run_inputs import InvalidInputs

FILE = """luban: 1
name: Sum
nodes:
  a: {block: io.input_number, with: {name: a}}
  add: {block: math.calculate, with: {operation: add, b: 34}}
  result: {block: io.output, with: {name: result}}
links:
  - a.value -> add.a
  - add.result -> result.value
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sum.agent.yaml"
    path.write_text(FILE)
    return path


async def test_a_file_runs_without_a_server(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUBAN_HOME", str(tmp_path / "home"))
    run = await luban.run_file(file, {"a": 8})
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"result": 42})
    assert not (tmp_path / "home").exists()


async def test_with_a_home_the_run_is_kept(file: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    run = await luban.run_file(file, {"a": 8}, settings=settings)
    async with open_home(settings) as home:
        assert (await home.house.runs.get("local", run.id)).outputs == {"result": 42}


async def test_what_cannot_run_is_raised(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputs, match="`a` is missing"):
        await luban.run_file(file)
    with pytest.raises(InvalidValue, match=r"none\.yaml"):
        await luban.run_file(tmp_path / "none.yaml")
    file.write_text("luban: 1\nnodes: [")
    with pytest.raises(LubanError):
        await luban.run_file(file)
