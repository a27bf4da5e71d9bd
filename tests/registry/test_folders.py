"""Blocks from folders: found, reloaded, overlaid, and the broken ones told about."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from luban.registry import Registry, discover

SHOUT = '''
from luban.sdk import block

@block(category="text")
async def shout(text: str, times: int = 1) -> str:
    """Say it louder."""
    return text.upper() * times
'''

CLASS = '''
from luban.sdk import Block, BlockInput, BlockOutput

class {name}(Block):
    """Says something."""
    id = "{id}"
    aliases = {aliases}
    class Input(BlockInput):
        text: str
    class Output(BlockOutput):
        said: str
    async def run(self, input):
        return input.text
'''


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def own(registry: Registry) -> list[str]:
    return [spec.id for spec in registry.specs() if spec.source != "builtin"]


def klass(id: str, name: str = "Say", aliases: str = "()") -> str:
    return CLASS.format(id=id, name=name, aliases=aliases)


def test_function_and_class_blocks_of_a_folder_are_found(tmp_path: Path) -> None:
    write(tmp_path, "shout.py", SHOUT)
    write(tmp_path, "deep/er/voices.py", klass("my.say") + klass("my.whisper", "Whisper"))
    write(tmp_path, "deep/er/__init__.py", "raise RuntimeError('not a block file')")
    registry = discover([tmp_path])

    assert own(registry) == ["shout", "my.say", "my.whisper"]
    assert registry.broken() == []
    code = registry.find("shout")
    assert code is not None
    assert code.spec.description == "Say it louder."
    assert registry.place("my.say") == str(tmp_path / "deep/er/voices.py")


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert discover([tmp_path / "blocks"]).broken() == []


def test_files_import_their_neighbours_by_name(tmp_path: Path) -> None:
    write(tmp_path, "weather/words.py", "GREETING = 'hi'")
    write(
        tmp_path,
        "weather/greet.py",
        "from luban.sdk import block\nfrom luban_blocks.weather.words import GREETING\n"
        "@block(id='my.greet')\ndef greet() -> str:\n    return GREETING\n",
    )
    assert own(discover([tmp_path])) == ["my.greet"]


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    write(outside, "custom.py", klass("my.custom"))
    blocks = tmp_path / "blocks"
    blocks.mkdir()
    (blocks / "customized").symlink_to(outside, target_is_directory=True)
    (outside / "again").symlink_to(blocks, target_is_directory=True)
    (blocks / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "way").symlink_to(blocks, target_is_directory=True)

    for start in (blocks, tmp_path / "way"):
        registry = discover([start])
        assert own(registry) == ["my.custom"]
        assert registry.broken() == []
        assert registry.place("my.custom") == str(start / "customized/custom.py")


BROKEN = [
    ("def f(:\n", 1, "SyntaxError"),
    ("x = 1\nimport not_there_at_all\n", 2, "not_there_at_all"),
    ("\n\nraise ValueError('no luck')", 3, "no luck"),
    ("import sys\nsys.exit(3)", 2, "SystemExit"),
    ("from luban.sdk import block\n\n@block\ndef f(*many): ...\n", 3, "name every input"),
    (klass(""), 4, "has no id"),
    (klass("a.b").replace("said: str", "said: Nowhere"), None, "Nowhere"),
]


@pytest.mark.parametrize(("text", "line", "said"), BROKEN)
def test_a_broken_file_is_listed_and_the_rest_works(
    tmp_path: Path, text: str, line: int | None, said: str
) -> None:
    path = write(tmp_path, "bad.py", text)
    write(tmp_path, "good.py", klass("my.good"))
    registry = discover([tmp_path])

    (broken,) = registry.broken()
    assert broken.path == str(path)
    assert said in broken.message
    assert broken.message_zh
    assert line is None or broken.line == line
    assert own(registry) == ["my.good"]


def test_bytes_that_are_no_text_are_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(b"\xff\xfe\x00")
    assert [Path(each.path).name for each in discover([tmp_path]).broken()] == ["bad.py"]


def test_two_blocks_with_one_id_name_both_places(tmp_path: Path) -> None:
    first = write(tmp_path, "a.py", klass("my.one"))
    second = write(tmp_path, "b.py", klass("my.one"))
    registry = discover([tmp_path])

    (broken,) = registry.broken()
    for told in (broken.message, broken.message_zh):
        assert str(first) in told
        assert str(second) in told
        assert "my.one" in told
    assert broken.path == str(second)
    assert registry.place("my.one") == str(first)


def test_a_built_in_block_is_not_replaced_in_silence(tmp_path: Path) -> None:
    write(tmp_path, "mine.py", klass("io.output"))
    registry = discover([tmp_path])

    assert "io.output" in registry.broken()[0].message
    code = registry.find("io.output")
    assert code is not None
    assert code.spec.source == "builtin"


def test_files_of_one_name_in_two_folders_both_load(tmp_path: Path) -> None:
    write(tmp_path / "one", "say.py", klass("one.say"))
    write(tmp_path / "two", "say.py", klass("two.say"))
    write(tmp_path / "three", "say.py", SHOUT)
    write(tmp_path / "four", "say.py", SHOUT)
    registry = discover([tmp_path / name for name in ("one", "two", "three", "four")])

    assert own(registry) == ["one.say", "two.say", "say.shout"]
    assert "say.shout" in registry.broken()[0].message


def test_old_ids_lead_to_the_block(tmp_path: Path) -> None:
    write(tmp_path, "say.py", klass("my.say", aliases="('old.say',)"))
    write(tmp_path, "zay.py", klass("old.say", "Old"))
    registry = discover([tmp_path])

    assert registry.find("old.say") is registry.find("my.say")
    assert "old.say" in registry.broken()[0].message


def test_chinese_texts_lie_over_the_english(tmp_path: Path) -> None:
    write(tmp_path, "say.py", klass("my.say"))
    write(
        tmp_path,
        "zh-CN.json",
        '{"my.say": {"title": "说", "description": "说话。", "keywords": ["shuo"],'
        ' "inputs": {"text": {"title": "文本"}}, "outputs": {"said": {"title": "话"}}}}',
    )
    code = discover([tmp_path]).find("my.say")

    assert code is not None
    spec = code.spec
    assert (spec.title, spec.title_zh, spec.description_zh) == ("Say", "说", "说话。")
    assert (spec.inputs[0].title_zh, spec.outputs[0].title_zh) == ("文本", "话")
    assert spec.keywords == ("shuo",)


def test_broken_chinese_texts_leave_the_block_usable(tmp_path: Path) -> None:
    write(tmp_path, "say.py", klass("my.say"))
    write(tmp_path, "zh-CN.json", '{\n"my.say": }')
    registry = discover([tmp_path])

    assert own(registry) == ["my.say"]
    assert [(Path(each.path).name, each.line) for each in registry.broken()] == [("zh-CN.json", 2)]


def test_reload_says_what_changed_even_within_one_second(tmp_path: Path) -> None:
    path = write(tmp_path, "say.py", klass("my.say"))
    write(tmp_path, "other.py", klass("my.other"))
    registry = discover([tmp_path])
    assert not registry.reload()

    write(tmp_path, "say.py", klass("my.say").replace("Says something.", "Says anything."))
    touch_later(path)
    write(tmp_path, "new.py", klass("my.new"))
    write(tmp_path, "bad.py", "1 +")
    (tmp_path / "other.py").unlink()
    changes = registry.reload()

    assert changes.added == ["my.new"]
    assert changes.changed == ["my.say"]
    assert changes.removed == ["my.other"]
    assert [Path(each.path).name for each in changes.broken] == ["bad.py"]
    code = registry.find("my.say")
    assert code is not None
    assert code.spec.description == "Says anything."
    assert registry.find("my.other") is None


def touch_later(path: Path) -> None:
    """The same second, another nanosecond: what an editor's save looks like."""
    now = time.time_ns()
    os.utime(path, ns=(now, now + 1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, "closed/say.py", klass("my.say"))
    (tmp_path / "closed").chmod(0)
    try:
        assert "cannot be read" in discover([tmp_path]).broken()[0].message
    finally:
        (tmp_path / "closed").chmod(0o755)
