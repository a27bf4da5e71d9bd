"""Which calls need no question: patterns on parsed arguments, and what no trick gets past."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from luban.forge.policy import Grant, identity, rules_of, ruling
from luban.sdk import BlockError, Effect, UsableTool

FETCH = UsableTool(
    "fetch",
    "Fetch",
    "Reads a page",
    {"type": "object", "properties": {"url": {"type": "string"}, "method": {"default": "GET"}}},
    Effect.IDEMPOTENT,
    "block",
    "web.request",
    "block",
)
SEND = replace(FETCH, name="send", target="message.email", effect=Effect.ONCE)
FOREIGN = replace(
    FETCH,
    name="fetch",
    target="mcp.call",
    source="mcp:docs",
    fixed={"server": "docs", "tool": "fetch"},
)
OURS = [{"tool": "fetch", "when": {"url": "https://*.example.org/*"}, "then": "allow"}]
ASK_ELSE = [*OURS, {"tool": "*", "then": "ask"}]


def then(rules: list[dict[str, Any]], tool: UsableTool = FETCH, **arguments: Any) -> str:
    return ruling(rules_of(rules), tool, arguments).then


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/a",
        "https://a.b.example.org/",
        "https://www.example.org",
        "HTTPS://WWW.EXAMPLE.ORG/a?x=1",
        "https://www.example.org:443/a",
    ],
)
def test_an_address_of_the_pattern_is_allowed(url: str) -> None:
    assert then(ASK_ELSE, url=url) == "allow"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.com/x.example.org/",
        "https://evil.com/?u=https://www.example.org/",
        "https://evil.com#.example.org/",
        "https://www.example.org@evil.com/",
        "https://evil.com\\.example.org/",
        "https://evil.com%2f.example.org/",
        "https://evilexample.org/",
        "https://example.org.evil.com/",
        "http://www.example.org/",
        "https://www.example.org:8443/",
        " https://www.example.org/",
        "https://www.example.org\u200b.evil.com/",
        "https://www.exam\nple.org/",
        "//www.example.org/",
        ["https://www.example.org/", "https://evil.com/"],
        None,
    ],
)
def test_an_address_that_only_looks_like_it_is_not(url: Any) -> None:
    assert then(ASK_ELSE, url=url) == "ask"


@pytest.mark.parametrize(
    "url",
    [
        "http://intern.example/x",
        "http://me@intern.example/x",
        "HTTP://INTERN.EXAMPLE/x/../y",
        "http://intern.example:8080/x",
        "https://intern.example/x",
        "http://[broken",
    ],
)
def test_what_is_forbidden_stays_so_however_it_is_written(url: str) -> None:
    rules = [{"tool": "*", "when": {"url": "http://intern.example/*"}, "then": "deny"}]
    assert then([*rules, {"then": "allow"}], url=url) == "deny"


def test_paths_numbers_and_lists_are_compared_as_what_they_are() -> None:
    inside = [{"when": {"path": "reports/*"}, "then": "allow"}, {"then": "deny"}]
    assert then(inside, path="reports/a.txt") == "allow"
    assert then(inside, path="reports/../keys.txt") == "deny"
    assert then(inside, path="reports/%2e%2E/keys.txt") == "deny"
    cheap = [{"when": {"sum": {"<": 10}}, "then": "allow"}, {"then": "ask"}]
    assert (then(cheap, sum=9), then(cheap, sum=11), then(cheap)) == ("allow", "ask", "ask")
    either = [{"when": {"to.name": ["Ada", "B*"]}, "then": "allow"}, {"then": "deny"}]
    assert then(either, to={"name": "Bo"}) == "allow"
    assert then(either, to={"name": "Cy"}) == "deny"


def test_without_a_rule_what_a_tool_does_decides() -> None:
    assert then([]) == "allow"
    assert then([], method="post") == "ask"
    assert then([], SEND) == "ask"
    assert then([], FOREIGN) == "ask"
    assert then([], replace(FETCH, target="file.delete")) == "ask"
    assumed = {"type": "object", "properties": {"method": {"default": "DELETE"}}}
    assert then([], replace(FETCH, parameters=assumed)) == "ask"


def test_a_server_does_not_get_permission_by_the_name_it_chose() -> None:
    allowed = [{"tool": "fetch", "then": "allow"}]
    assert then(allowed) == "allow"
    assert then(allowed, FOREIGN) == "ask"
    assert then([{"tool": "mcp:docs/fetch", "then": "allow"}], FOREIGN) == "allow"
    assert then([{"tool": "fetch", "then": "deny"}], FOREIGN) == "deny"


def test_a_grant_is_for_one_tool_as_it_was_and_what_one_rule_asks() -> None:
    rules = rules_of([{"tool": "fetch", "when": {"url": "http://*/*"}, "then": "ask"}])
    asked = ruling(rules, FETCH, {"url": "http://a/"})
    grants = {Grant(identity(FETCH), asked.rule)}
    assert ruling(rules, FETCH, {"url": "http://b/"}, grants).then == "allow"
    assert ruling(
        rules, replace(FETCH, description="Other"), {"url": "http://b/"}, grants
    ).then == ("ask")
    assert ruling([], SEND, {}, grants).then == "ask"
    assert ruling(rules_of([{"then": "deny"}]), FETCH, {}, grants).then == "deny"


@pytest.mark.parametrize(
    "rule", ["x", {}, {"then": "maybe"}, {"then": "allow", "wen": {}}, {"tool": [1], "then": "ask"}]
)
def test_a_rule_that_cannot_be_read_is_refused(rule: Any) -> None:
    with pytest.raises(BlockError, match="Rule 1"):
        rules_of([rule])
