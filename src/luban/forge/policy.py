"""What an agent may use without asking: rules on tools and on their parsed arguments."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple, cast, get_args

import orjson

from luban.forge.matching import fits
from luban.sdk import BlockError, Effect
from luban.sdk.tools import UsableTool
from luban.sdk.where import check_where, part

Then = Literal["allow", "ask", "deny"]
_KEYS = frozenset({"tool", "when", "then", "why"})
_FOREIGN = "mcp:"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_TAKING_AWAY = frozenset({"delete", "delete_rows", "delete_documents", "forget", "remove"})


class Rule(NamedTuple):
    """For tools with one of these names: what holds when all their arguments fit."""

    tools: tuple[str, ...]
    when: Mapping[str, Any]
    then: Then
    why: str = ""

    @property
    def digest(self) -> str:
        return _digest([self.tools, dict(self.when), self.then])


class Grant(NamedTuple):
    """A person's `always` to what one rule asks about one tool."""

    tool: str
    rule: str


class Ruling(NamedTuple):
    """What is to be done with a call, by which rule, and why; `rule` is empty for the default."""

    then: Then
    why: str
    rule: str = ""


def rules_of(written: Sequence[Any]) -> list[Rule]:
    """The rules as a user writes them. Raises `BlockError` that names the wrong one."""
    return [_rule(each, number) for number, each in enumerate(written, 1)]


def _rule(written: Any, number: int) -> Rule:
    told = cast("dict[str, Any]", written) if isinstance(written, dict) else {}
    tools = told.get("tool", "*")
    named = cast("list[Any]", tools) if isinstance(tools, list) else [tools]
    when = told.get("when") or {}
    then = cast("Then", told.get("then"))
    if (
        then not in get_args(Then)
        or told.keys() - _KEYS
        or not isinstance(when, dict)
        or not all(isinstance(each, str) and each for each in named)
    ):
        raise BlockError(
            f"Rule {number} of the policy is {written!r:.200}. A rule is an object with `tool` (a "
            "name or a pattern such as `http_*`, or a list of them), `when` (patterns by argument, "
            "may be left out) and `then` (allow, ask or deny).",
            zh=f"策略的第 {number} 条规则是 {written!r:.200}。规则应为对象，包含 tool（名称或 "
            "http_* 这样的模式，或其列表）、when（各参数的模式，可省略）和 then（allow、ask 或 "
            "deny）。",
            code="bad_policy",
        )
    conditions = cast("dict[str, Any]", when)
    check_where({key: each for key, each in conditions.items() if isinstance(each, Mapping)})
    return Rule(tuple(named), conditions, then, str(told.get("why", "")))


def ruling(
    rules: Sequence[Rule],
    tool: UsableTool,
    arguments: Mapping[str, Any],
    grants: Collection[Grant] = (),
) -> Ruling:
    """The first rule that fits decides; without one, what the tool does to the world.

    A grant for what the deciding rule asks makes an allowance of it, and of nothing else.
    """
    whole = effective(tool, arguments)
    found = next((_told(rule) for rule in rules if _applies(rule, tool, whole)), None)
    decided = found or _by_default(tool, whole)
    if decided.then == "ask" and Grant(identity(tool), decided.rule) in grants:
        return decided._replace(then="allow", why="it was allowed for good")
    return decided


def _told(rule: Rule) -> Ruling:
    return Ruling(rule.then, rule.why or f"a rule of the policy says {rule.then}", rule.digest)


def effective(tool: UsableTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """All that the tool will work with: what is fixed and what it assumes count too."""
    named: Mapping[str, Any] = tool.parameters.get("properties") or {}
    assumed = {
        name: about["default"]
        for name, about in named.items()
        if isinstance(about, Mapping) and "default" in about
    }
    return {**assumed, **tool.fixed, **arguments}


def _applies(rule: Rule, tool: UsableTool, arguments: Mapping[str, Any]) -> bool:
    strict = rule.then == "allow"
    if not any(_names(tool, pattern, strict=strict) for pattern in rule.tools):
        return False
    return all(
        (found := part(arguments, name)) is not None and fits(found, wanted, strict=strict)
        for name, wanted in rule.when.items()
    )


def _names(tool: UsableTool, pattern: str, *, strict: bool) -> bool:
    """A server of tools chooses their names, so a name alone permits none of its tools."""
    if pattern == "*":
        return True
    names = [tool.name, tool.target]
    if tool.source.startswith(_FOREIGN):
        whole = f"{tool.source}/{tool.fixed.get('tool', tool.name)}"
        names = [whole] if strict else [whole, tool.source, tool.name]
    return any(fnmatchcase(name, pattern) for name in names)


def _by_default(tool: UsableTool, arguments: Mapping[str, Any]) -> Ruling:
    """Reading is allowed; what changes the world for others, or cannot be known, is asked."""
    method = str(arguments.get("method", "")).upper()
    if tool.effect is Effect.ONCE:
        return Ruling("ask", "what it does cannot be taken back")
    if tool.source.startswith(_FOREIGN):
        return Ruling("ask", "nobody but its server knows what it does")
    if method in _CHANGING:
        return Ruling("ask", f"the method {method} changes something")
    if tool.target.rpartition(".")[2] in _TAKING_AWAY:
        return Ruling("ask", "it takes something away")
    return Ruling("allow", "it only reads, or does the same when it is done again")


def identity(tool: UsableTool) -> str:
    """A digest of the tool as it is offered; another once anything about it changes."""
    return _digest(
        {
            "named": [tool.name, tool.kind, tool.target, tool.source, tool.into],
            "told": [tool.description, dict(tool.parameters), tool.effect],
            "fixed": dict(tool.fixed),
        }
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
