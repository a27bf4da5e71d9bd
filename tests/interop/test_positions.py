"""Findings are told with the line they are about."""

from __future__ import annotations

import json

from luban.engine.validation import check
from luban.interop import agent_file
from luban.interop.positions import lines_of
from luban.registry import discover

TEXT = """\
luban: 1
nodes:
  a: {block: no.such}
  add:
    block: maths.calculate
    with:
      operation: add
      a: many
  each:
    body:
      over: x
      nodes:
        x: {block: io.input, with: {name: x}}
        odd: {block: none.here}
links:
  - a.value -> add.a.x
  - {from: a.value, to: nobody.value}
settings:
  limits: {steps: 0}
"""


def test_nodes_values_links_and_settings_have_lines() -> None:
    blocks = discover([])
    findings = check(agent_file.load(TEXT), blocks)
    lines = {
        (each.code, each.node, each.pin): line
        for each, line in zip(findings, lines_of(TEXT, findings), strict=True)
    }
    assert lines[("unknown_block", "a", None)] == 3
    assert lines[("unknown_block", "each/odd", None)] == 14
    assert lines[("unknown_node", None, None)] == 17
    assert lines[("type_mismatch", "add", "a")] == 16
    assert lines[("missing_input", "add", "b")] == 4
    assert lines[("missing_input", "each", "x")] == 9


def test_json_has_lines_too() -> None:
    text = json.dumps(agent_file.load(TEXT), indent=1)
    findings = [each for each in check(agent_file.load(text), discover([])) if each.node == "a"]
    assert lines_of(text, findings) == [4]


def test_a_text_that_cannot_be_read_has_none() -> None:
    findings = check({"nodes": {}}, discover([]))
    assert lines_of("a: [", findings) == [None]
