"""Agent files: read safely, told where they are wrong, written back with what people wrote."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luban.interop import agent_file
from luban.interop.agent_file import BadDocument, DocumentTooLarge, dump, load
from luban.model.errors import NotFound

SOURCE = """\
# An agent that adds.
luban: 1
name: "Calculator"   # quoted on purpose

nodes:
  # the number that comes in
  a:      {block: io.input_number, with: {name: a}}
  add:
    block: maths.calculate
    with: {operation: add, b: 34}   # thirty-four
    mine: [1, 2]    # a key of my own
  result: {block: io.output, with: {name: result}, at: [480, 120]}

links:
  - a.value -> add.a            # into the first
  # and out again
  - {from: add.result, to: result.value}
settings: {on_error: fail}
my_own: {kept: true}
"""


def test_yaml_and_json_give_one_tree() -> None:
    tree = load(SOURCE)
    assert tree["nodes"]["add"]["with"] == {"operation": "add", "b": 34}
    assert load(json.dumps(tree)) == tree
    assert list(tree) == ["luban", "name", "nodes", "links", "settings", "my_own"]


def test_values_are_plain_json() -> None:
    tree = load("a: 2026-01-02\nb: 2026-01-02 03:04\n3: x\ntrue: y\nc: 'no'\nd: no\ne:\n")
    assert tree == {
        "a": "2026-01-02",
        "b": "2026-01-02 03:04",
        "3": "x",
        "true": "y",
        "c": "no",
        "d": "no",
        "e": None,
    }
    json.dumps(tree)


BAD = [
    ("nodes:\n  a: {block: x}\n  a: {block: y}\n", 3, "`a` is given twice"),
    ('{"nodes": {},\n "nodes": {}}', 2, "`nodes` is given twice"),
    ("nodes:\n  - [1\nlinks: 3\n", 3, "not YAML"),
    ('{"nodes": \n oops}', 2, "not JSON"),
    ("a: 1\n---\nb: 2\n", 2, "second document"),
    ("nodes:\n\ta: 1\n", 2, "not tabs"),
    ("a: !!python/object:os.system x\n", 1, "not allowed"),
    ("a: !mine x\n", 1, "`!mine` is not allowed"),
    ("a: *nowhere\n", 1, "nowhere"),
    ("", None, "empty"),
    ("just text", None, "text"),
    ("- a\n- b\n", None, "list"),
    ("[1, 2]", None, "list"),
    ("a: .nan\n", None, "nan"),
    ('{"a": NaN}', None, "NaN"),
    ("a: !!binary aGVsbG8=\n", None, "bytes"),
    ("{" * 3000, None, None),
    ('{"a":' * 3000, None, None),
    ("[" * 100_000, None, None),
    ("a: &a [*a]\n", None, "nested"),
]


@pytest.mark.parametrize(("text", "line", "said"), BAD)
def test_what_cannot_be_read_is_told_with_its_line(
    text: str, line: int | None, said: str | None
) -> None:
    with pytest.raises(BadDocument) as told:
        load(text)
    assert said is None or said in str(told.value)
    assert line is None or told.value.line == line
    assert line is None or f"Line {line}," in str(told.value)
    assert line is None or f"第 {line} 行" in told.value.message_zh


def test_aliases_that_unfold_beyond_reason_are_refused() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for n in range(1, 10):
        text += f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n"
    with pytest.raises(BadDocument, match="aliases"):
        load(text)


def test_ordinary_aliases_become_copies() -> None:
    tree = load("a: &r {attempts: 3}\nb: {retry: *r}\nc: {<<: *r, delay: 1}\n")
    assert tree["b"]["retry"] == {"attempts": 3}
    assert tree["c"] == {"attempts": 3, "delay": 1}
    assert tree["a"] is not tree["b"]["retry"]


def test_a_file_of_fifty_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "big.agent.yaml"
    with path.open("wb") as file:
        file.truncate(50 << 20)
    with pytest.raises(DocumentTooLarge) as told:
        agent_file.read(path)
    assert "50 MB" in str(told.value)
    assert "2 MB" in told.value.message_zh
    with pytest.raises(DocumentTooLarge):
        load("x" * (3 << 20))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        agent_file.read(tmp_path / "none.yaml")
    with pytest.raises(BadDocument, match="cannot be read"):
        agent_file.read(tmp_path)
    (tmp_path / "x.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(BadDocument, match=r"Line 2, column 4.*UTF-8"):
        agent_file.read(tmp_path / "x.yaml")
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load(agent_file.read(tmp_path / "bom.yaml")) == {"a": 1}


def test_an_unchanged_tree_gives_its_text_back() -> None:
    text = dump(load(SOURCE), source=SOURCE)
    assert dump(load(text), source=text) == text
    for comment in ("# An agent that adds.", "# quoted on purpose", "# the number that comes in"):
        assert comment in text
    assert 'name: "Calculator"' in text


def test_a_change_leaves_the_comments_around_it() -> None:
    tree = load(SOURCE)
    tree["nodes"]["add"]["with"]["b"] = 35
    tree["nodes"]["add"]["at"] = [1, 2]
    tree["nodes"]["extra"] = {"block": "io.note", "with": {"text": "two\nlines\n"}}
    tree["links"].insert(1, "a.value -> add.b")
    tree["settings"]["limits"] = {"steps": 5}
    text = dump(tree, source=SOURCE)

    assert load(text) == tree
    for comment in (
        "# An agent that adds.",
        "# the number that comes in",
        "# a key of my own",
        "# into the first",
        "# and out again",
    ):
        assert comment in text
    assert text.index("extra:") > text.index("result:")
    assert list(load(text)["nodes"]) == ["a", "add", "result", "extra"]


def test_a_removed_node_goes_and_the_others_stay_as_they_were() -> None:
    tree = load(SOURCE)
    del tree["nodes"]["a"]
    del tree["links"][0]
    text = dump(tree, source=SOURCE)
    assert load(text) == tree
    assert "# thirty-four" in text


def test_changing_one_use_of_an_alias_leaves_the_others() -> None:
    source = "r: &r {attempts: 3}\nnodes:\n  a: {retry: *r}  # mine\n  b: {retry: *r}\n"
    tree = load(source)
    tree["nodes"]["a"]["retry"]["attempts"] = 9
    text = dump(tree, source=source)
    assert load(text) == tree
    assert "# mine" in text


def test_without_a_source_the_text_is_made_to_be_read() -> None:
    text = dump(load(SOURCE))
    assert load(text) == load(SOURCE)
    assert "  - a.value -> add.a\n" in text
    assert "at: [480, 120]" in text
    long = {"nodes": {"n": {"with": {"text": "first\nsecond\n"}}}}
    assert "|\n" in dump(long)


def test_a_source_that_has_nothing_to_do_with_the_tree_is_no_harm() -> None:
    tree = load(SOURCE)
    for source in ("", "- a list\n", "{", "a: [1", '{"json": 1}', "nodes: 3\nlinks: {a: b}\n"):
        assert load(dump(tree, source=source)) == tree


KEYS = st.text(min_size=1, max_size=6)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from(["yes", "null", "1", "2026-01-01", "a: b", "# no", "two\nlines", "-", "<<"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
TREES = st.dictionaries(KEYS, VALUES, max_size=4)


@settings(deadline=None)
@given(tree=TREES, other=TREES)
def test_whatever_is_written_is_read_back(tree: dict[str, Any], other: dict[str, Any]) -> None:
    as_yaml = dump(tree)
    assert load(as_yaml) == tree
    assert load(dump(tree, format="json")) == tree
    assert load(dump(other, source=as_yaml)) == other


@settings(deadline=None)
@given(text=st.text(max_size=80) | st.text("{}[]:,-&*!|>'\"\n ab1#?", max_size=40))
def test_any_text_is_a_tree_or_a_told_error(text: str) -> None:
    tree: object = {}
    with suppress(BadDocument):
        tree = load(text)
    assert isinstance(tree, dict)
