"""Versions of blocks side by side, what is lost for a broken file, and what runs keep."""

from __future__ import annotations

from pathlib import Path

from luban.registry import Registry, discover
from tests.registry.test_folders import klass, write

FUNCTION = """
from luban.sdk import block

@block(version={version})
async def shout(text: str) -> str:
    return text + "{mark}"
"""


def versioned(id: str, version: int, name: str = "Say", aliases: str = "()") -> str:
    text = klass(id, name, aliases)
    return text.replace("    aliases =", f"    version = {version}\n    aliases =")


def shown(registry: Registry, reference: str) -> tuple[str, int] | None:
    code = registry.find(reference)
    return None if code is None else (code.spec.id, code.spec.version)


def test_two_versions_of_a_block_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path, "old/say.py", versioned("my.say", 1, aliases="('her.say',)"))
    write(tmp_path, "say.py", versioned("my.say", 2) + versioned("my.other", 1, "Other"))
    registry = discover([tmp_path])

    assert registry.broken() == []
    assert shown(registry, "my.say") == ("my.say", 2)
    assert shown(registry, "my.say@2") == ("my.say", 2)
    assert shown(registry, "my.say@1") == ("my.say", 1)
    assert shown(registry, "her.say@1") == ("my.say", 1)
    assert shown(registry, "my.say@3") is None
    assert (registry.newest("her.say"), registry.newest("my.say@2")) == (2, None)
    assert registry.beyond_first == {"my.say", "her.say"}
    assert [(spec.id, spec.version) for spec in registry.older()] == [("my.say", 1)]
    assert registry.place("my.say") == str(tmp_path / "say.py")


def test_one_version_twice_or_another_folders_version_is_no_version(tmp_path: Path) -> None:
    write(tmp_path / "mine", "a.py", versioned("my.say", 1))
    write(tmp_path / "mine", "b.py", versioned("my.say", 2))
    write(tmp_path / "mine", "c.py", versioned("my.say", 1))
    write(tmp_path / "theirs", "d.py", versioned("my.say", 3))
    write(tmp_path / "theirs", "e.py", versioned("text.join", 9))
    registry = discover([tmp_path / "mine", tmp_path / "theirs"])

    assert [Path(each.path).name for each in registry.broken()] == ["c.py", "d.py", "e.py"]
    assert registry.newest("my.say") == 2
    assert registry.newest("text.join") == 1


def test_built_in_blocks_are_found_by_version_too() -> None:
    registry = discover([])
    assert shown(registry, "text.join@1") == ("text.join", 1)
    assert shown(registry, "text.join@2") is None
    assert registry.beyond_first == frozenset()
    assert registry.older() == []


def test_code_that_is_in_no_file_any_more_stays_for_runs_that_began_with_it(tmp_path: Path) -> None:
    path = write(tmp_path, "shout.py", FUNCTION.format(version=1, mark="!"))
    registry = discover([tmp_path])
    first = registry.find("shout")
    write(tmp_path, "shout.py", FUNCTION.format(version=2, mark="!!"))
    assert registry.reload().changed == ["shout"]

    assert registry.find("shout@1") is None, "new runs do not get it"
    assert registry.pinned("shout", 1) is first
    assert registry.pinned("shout", 2) is registry.find("shout")
    assert registry.pinned("shout", 3) is None

    path.unlink()
    registry.reload()
    assert registry.find("shout") is None
    assert registry.pinned("shout", 1) is first

    write(tmp_path, "shout.py", FUNCTION.format(version=1, mark="?"))
    registry.reload()
    assert registry.pinned("shout", 1) is registry.find("shout"), "a repair of the same version"


def test_a_broken_file_names_the_blocks_that_are_missing_for_it(tmp_path: Path) -> None:
    write(tmp_path, "deep/shout.py", FUNCTION.format(version=1, mark="!") + klass("my.say"))
    registry = discover([tmp_path])
    broken_text = FUNCTION.format(version=1, mark="!") + "\n@block(id='my.late')\ndef late(: ..."
    write(tmp_path, "deep/shout.py", broken_text)
    changes = registry.reload()

    assert changes.removed == ["deep.shout", "my.say"]
    for name in ("deep.shout", "my.late", "my.say", "my.say@2"):
        trouble = registry.trouble(name)
        assert trouble is not None, name
        assert trouble.line == broken_text.count("\n") + 1
    assert registry.trouble("my.unknown") is None

    after_restart = discover([tmp_path])
    assert after_restart.trouble("deep.shout") is not None
    assert after_restart.trouble("my.late") is not None

    write(tmp_path, "deep/shout.py", FUNCTION.format(version=1, mark="!"))
    assert registry.reload().repaired
    assert registry.trouble("deep.shout") is None


def test_what_is_wrong_with_a_neighbour_is_told_once_for_all_who_import_it(tmp_path: Path) -> None:
    write(tmp_path, "words.py", "1 +")
    for name in ("a", "b"):
        text = klass(f"my.{name}").replace("\nfrom", "\nimport luban_blocks.words\nfrom", 1)
        write(tmp_path, f"{name}.py", text)
    (broken,) = discover([tmp_path]).broken()
    assert Path(broken.path).name == "words.py"
    assert broken.blocks == ("my.a", "my.b")


def test_a_block_that_does_not_hold_together_is_missing_by_name(tmp_path: Path) -> None:
    write(tmp_path, "bad.py", FUNCTION.format(version=0, mark="!"))
    trouble = discover([tmp_path]).trouble("bad.shout")
    assert trouble is not None
    assert "the first version is 1" in trouble.message
