"""Built-in blocks as they are written down: the same as loaded, never those of changed files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from luban.registry import discover, written_specs
from luban.registry.built_in import BuiltIn

UNLOADED = (
    "import sys; from luban.registry import discover; from luban.services.blocks import Blocks; "
    "b = Blocks(discover(())); assert len(b.list()) > 100 and not b.broken(); "
    "print([m for m in sys.modules if m.startswith('luban.blocks.')])"
)


def test_what_is_written_is_what_is_loaded() -> None:
    registry = discover(())
    loaded = {spec.id: spec for spec in registry.specs()}
    for spec in registry.listed():
        told = loaded[spec.id].model_copy(update={"tier": spec.tier})
        assert spec.model_dump(mode="json") == told.model_dump(mode="json"), spec.id


def test_a_palette_loads_no_built_in_block() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNLOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_family_that_changed_is_not_read_but_loaded(tmp_path: Path) -> None:
    modules = BuiltIn().modules()
    family = Path(modules["luban.blocks.logic.if_"]).parent
    shutil.copytree(family, tmp_path / "logic", ignore=shutil.ignore_patterns("__pycache__"))
    moved = {"luban.blocks.logic.if_": str(tmp_path / "logic" / "if_.py")}
    assert list(written_specs.read(moved)) == ["luban.blocks.logic.if_"]
    with (tmp_path / "logic" / "switch.py").open("a", encoding="utf-8") as neighbour:
        neighbour.write("# changed\n")
    assert written_specs.read(moved) == {}
