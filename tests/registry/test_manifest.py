"""The manifest of a folder or package: read, refused in clear words, and shown on its blocks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from luban.model.block import BlockSpec
from luban.registry import discover
from tests.registry.test_folders import klass, touch_later, write

MANIFEST = """
title = "Weather"
title_zh = "天气"
version = "1.2.0"
homepage = "https://example.org/weather"
permissions = ["network", "files"]

[needs]
python = ["pydantic>=2", "pydantic<1", "not-there-at-all"]
programs = ["no-such-program", "sh"]
settings = ["WEATHER_URL"]
"""


def spec_in(folder: Path, block: str = "my.say") -> BlockSpec:
    code = discover([folder]).find(block)
    assert code is not None
    return code.spec


def test_a_manifest_speaks_for_all_blocks_below_it(tmp_path: Path) -> None:
    write(tmp_path, "luban-blocks.toml", MANIFEST)
    write(tmp_path, "deep/say.py", klass("my.say"))
    write(tmp_path, "own/luban-blocks.toml", 'title = "Own"')
    write(tmp_path, "own/other.py", klass("my.other"))

    spec = spec_in(tmp_path)
    assert spec.package is not None
    assert (spec.package.title_zh, spec.package.version) == ("天气", "1.2.0")
    assert spec.permissions == ("files", "network")
    assert spec_in(tmp_path, "my.other").permissions == (), "what is not named is not permitted"


def test_a_block_without_a_manifest_may_do_everything(tmp_path: Path) -> None:
    write(tmp_path, "say.py", klass("my.say"))
    write(tmp_path.parent, "luban-blocks.toml", "permissions = []")  # above the folder
    assert spec_in(tmp_path).permissions is None


def test_unmet_needs_stand_on_the_blocks_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEATHER_URL", raising=False)
    write(tmp_path, "luban-blocks.toml", MANIFEST)
    write(tmp_path, "say.py", klass("my.say"))
    write(tmp_path, "bad.py", "import not_there_at_all\n")
    unmet = {each.need: each for each in spec_in(tmp_path).unmet}

    assert list(unmet) == ["pydantic<1", "not-there-at-all", "no-such-program", "WEATHER_URL"]
    assert "is installed" in unmet["pydantic<1"].message
    assert 'pip install "not-there-at-all"' in unmet["not-there-at-all"].message
    assert "PATH" in unmet["no-such-program"].message_zh
    (broken,) = discover([tmp_path]).broken()
    assert 'pip install "not-there-at-all"' in broken.message, "what does not load names it too"

    monkeypatch.setenv("WEATHER_URL", "https://weather.example")
    assert "WEATHER_URL" not in [each.need for each in spec_in(tmp_path).unmet]


@pytest.mark.skipif(os.name == "nt", reason="a program is a file with its bit set")
def test_a_program_that_is_installed_later_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    write(tmp_path / "blocks", "luban-blocks.toml", 'needs.programs = ["weatherd"]')
    write(tmp_path / "blocks", "say.py", klass("my.say"))
    registry = discover([tmp_path / "blocks"])
    assert not registry.reload()

    write(tmp_path, "bin/weatherd", "#!/bin/sh\n").chmod(0o755)
    assert registry.reload().changed == ["my.say"]
    code = registry.find("my.say")
    assert code is not None
    assert code.spec.unmet == ()


WRONG = [
    ("title = \n", 1, "Invalid value"),
    ('\npermissions = ["shell"]', 2, "there is no permission `shell`; there are `agents`"),
    ('title = "a"\nneed = 1', 2, "nobody reads the key `need`"),
    ("[needs]\nprograms = 3", 2, "`needs.programs` is 3"),
    ('homepage = "javascript:alert(1)"', 1, "`homepage` is 'javascript:alert(1)'"),
]


@pytest.mark.parametrize(("text", "line", "said"), WRONG)
def test_a_wrong_manifest_is_told_with_its_line_and_permits_nothing(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = write(tmp_path, "luban-blocks.toml", text)
    write(tmp_path, "say.py", klass("my.say"))
    registry = discover([tmp_path])

    (broken,) = registry.broken()
    assert (broken.path, broken.line) == (str(path), line)
    assert said in broken.message
    assert broken.message_zh
    code = registry.find("my.say")
    assert code is not None
    assert code.spec.permissions == ()


def test_a_changed_manifest_changes_its_blocks(tmp_path: Path) -> None:
    path = write(tmp_path, "luban-blocks.toml", "")
    write(tmp_path, "deep/say.py", klass("my.say"))
    registry = discover([tmp_path])
    write(tmp_path, "luban-blocks.toml", 'permissions = ["state"]')
    touch_later(path)
    assert registry.reload().changed == ["my.say"]


def test_a_package_brings_its_manifest(tmp_path: Path) -> None:
    package = tmp_path / "acme"
    write(package, "__init__.py", "")
    write(package, "luban-blocks.toml", 'permissions = ["network"]')
    write(package, "deep/__init__.py", klass("acme.say"))
    write(package, "one.py", klass("acme.one"))
    facts = tmp_path / "acme-3.1.dist-info"
    write(facts, "METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 3.1\n")
    write(facts, "entry_points.txt", "[luban.blocks]\nall = acme.deep\none = acme.one:Say\n")
    script = (
        "from luban.registry import discover\n"
        "r = discover([])\n"
        "for name in ('acme.say', 'acme.one'):\n"
        "    spec = r.find(name).spec\n"
        "    print(spec.permissions, spec.package and spec.package.version, spec.source)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["('network',) 3.1 acme"] * 2
