"""The paths of steps, read backwards."""

from __future__ import annotations

import pytest

from luban.engine.children import child_path
from luban.engine.step_paths import bare, covers, is_of, node_of, parent_step, top_step


@pytest.mark.parametrize("step", [("agent", 0), ("agent", 2), ("a@1[0]/agent", 0), ("a[2]/b", 7)])
def test_a_child_knows_the_step_it_hangs_below(step: tuple[str, int]):
    child = child_path(step, "3")
    assert parent_step(child) == top_step(child, 0) == step
    nested = child_path((child, 0), "note")
    assert parent_step(nested) == (child, 0)
    assert top_step(nested, 0) == step
    assert parent_step(step[0]) is None


def test_a_node_is_named_without_rounds_and_children():
    assert bare("a@1[0]/b[12]/c") == "a/b/c"
    assert node_of("a@1[0]/agent@2:3:note") == "a/agent"


@pytest.mark.parametrize(
    ("wanted", "path", "meant"),
    [
        ("each", "each[2]/add", True),
        ("each", "each@1[0]/add", True),
        ("each", "eacher", False),
        ("each/add", "each[2]/add", True),
        ("each[2]", "each[2]/add", True),
        ("each[2]", "each[20]/add", False),
        ("each[2]/add", "each[2]/add", True),
        ("each[2]/add", "each[1]/add", False),
        ("add", "each[1]/add", False),
    ],
)
def test_a_path_covers_what_is_in_it(wanted: str, path: str, meant: bool):
    assert covers(wanted, path) is meant


@pytest.mark.parametrize(
    ("path", "node", "meant"),
    [
        ("agent", "agent", True),
        ("agent:3", "agent", True),
        ("agent@2:3", "agent", True),
        ("agent:3:0", "agent:3", True),
        ("agent:30", "agent:3", False),
        ("each[1]/agent:3", "each/agent", True),
        ("each[1]/agent:3", "each[0]/agent", False),
        ("each@1[0]/add", "each", False),
    ],
)
def test_a_step_is_of_its_node_and_of_the_one_that_asked(path: str, node: str, meant: bool):
    assert is_of(path, node) is meant
