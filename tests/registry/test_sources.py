"""Built-in blocks and blocks of installed packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from luban.registry import discover
from tests.server.test_start import HEAVY as START

PACKAGE = """
from luban.sdk import block

@block(id="acme.{name}")
def {name}(text: str) -> str:
    return text
"""


def test_built_in_blocks_are_found_and_none_is_broken() -> None:
    registry = discover([])

    ids = {spec.id for spec in registry.specs()}
    assert {"io.output", "maths.calculate", "text.template", "data.for_each"} <= ids
    assert registry.broken() == []
    assert {spec.source for spec in registry.specs() if spec.id in ids} == {"builtin"}


def test_old_ids_of_built_in_blocks_work() -> None:
    registry = discover([])
    assert registry.find("math.calculate") is registry.find("maths.calculate")


def test_the_text_of_the_files_names_every_block() -> None:
    """Blocks load on demand, so an id only known after loading would never be found."""
    registry = discover([])
    loaded = {name for spec in registry.specs() for name in (spec.id, *spec.aliases)}
    assert registry.names() == loaded
    assert [spec.id for spec in registry.specs() if registry.find(spec.id) is None] == []


def test_packages_give_modules_and_single_blocks(tmp_path: Path) -> None:
    package = tmp_path / "acme"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "deep" / "__init__.py").write_text(PACKAGE.format(name="three"))
    (package / "one.py").write_text(PACKAGE.format(name="one"))
    (package / "bad.py").write_text("1 +")
    (tmp_path / "lone.py").write_text(PACKAGE.format(name="two") + "NOT_A_BLOCK = 3\n")
    facts = tmp_path / "acme-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[luban.blocks]\nall = acme\ntwo = lone:two\n"
        "odd = lone:NOT_A_BLOCK\ngone = nowhere.at_all\n"
    )
    script = (
        "from luban.registry import discover\n"
        "r = discover([])\n"
        "print([s.id for s in r.specs() if s.source == 'acme'])\n"
        "for b in r.broken(): print(b.path, '|', b.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    found, *broken = done.stdout.splitlines()
    assert sorted(found.strip("[]").split(", ")) == ["'acme.one'", "'acme.three'", "'acme.two'"]
    assert len(broken) == 3
    assert any("bad.py" in line and "SyntaxError" in line for line in broken)
    assert any("which is no block" in line for line in broken)
    assert any("nowhere" in line for line in broken)


HEAVY = " ".join(START) + " fastapi jinja2"


def test_finding_a_block_imports_that_and_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from luban.registry import discover\n"
        "discover([]).find('maths.calculate')\n"
        "print(sorted(m for m in sys.modules if m.count('.') == 3 and '.blocks.' in m))\n"
        f"print([m for m in {HEAVY!r}.split() if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["['luban.blocks.maths.calculate']", "[]"]


def test_all_blocks_together_load_none_of_the_libraries_behind_them() -> None:
    """The palette is opened with every block in it: 200 imports of theirs, none of others'."""
    script = (
        "import sys\n"
        "from luban.registry import discover\n"
        "registry = discover([])\n"
        "assert len(registry.specs()) > 50 and not registry.broken()\n"
        f"print([m for m in {HEAVY!r}.split() if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
