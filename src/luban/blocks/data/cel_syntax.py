"""The grammar of CEL, the Common Expression Language: text in, a tree with places out.

https://github.com/google/cel-spec, without messages and bytes. Names may be in any script.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from luban.sdk import BlockError
from luban.sdk.values import show

_LONGEST = 4000
_DEEPEST = 40
_DEEPEST_TREE = 120
_MOST_MACROS = 12
_DEEPEST_MACROS = 3

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<int>0[xX][0-9a-fA-F]+|\d+)[uU]?(?![\w.])
    |(?P<text>[rR]?(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''
        |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|.)", re.S)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_STRENGTHS = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "in": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression: what it does, its name or value, its parts, and where it stands.

    Kinds: `value name select has index list map not minus call method binary if macro`.
    """

    kind: str
    at: int
    value: Any = None
    parts: tuple[Node, ...] = ()


class BadExpression(BlockError):
    """An expression that cannot be read or worked out, with the place in it."""

    def __init__(self, text: str, at: int, why: str, why_zh: str, code: str) -> None:
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        where = f"line {line}, character {column}" if line > 1 else f"character {column}"
        where_zh = f"第 {line} 行第 {column} 个字符" if line > 1 else f"第 {column} 个字符"
        super().__init__(
            f"`{show(text)}` cannot be worked out at {where}: {why}.",
            zh=f"表达式“{show(text)}”在{where_zh}处无法计算：{why_zh}。",
            code=code,
        )


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """The tree of an expression. Raises `BadExpression`."""
    if len(text) > _LONGEST:
        raise BadExpression(
            text,
            _LONGEST,
            f"it has {len(text):,} characters and may have {_LONGEST:,}",
            f"共有 {len(text):,} 个字符，上限为 {_LONGEST:,}",
            "bad_expression",
        )
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.place = 0
        self.depth = 0
        self.macros = 0
        self.macro_depth = 0

    def whole(self) -> Node:
        node = self._choice()
        kind, token, at = self._peek()
        if kind != "end":
            raise self._wrong(at, f"`{token}` is not expected here", f"这里不应出现“{token}”")
        self._check_depth(node)
        return node

    def _check_depth(self, node: Node) -> None:
        """`1 + 1 + 1 …` is nested as well: each sum has the one before as its left part."""
        level = [node]
        for _ in range(_DEEPEST_TREE):
            level = [part for each in level for part in each.parts]
            if not level:
                return
        raise self._wrong(
            level[0].at,
            f"more than {_DEEPEST_TREE} operations follow from each other",
            f"连续的运算超过 {_DEEPEST_TREE} 个",
        )

    def _tokens(self) -> list[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                odd = self.text[at]
                raise self._wrong(at, f"{odd!r} means nothing here", f"无法识别 {odd!r}")
            kind = match.lastgroup or ""
            if kind != "space":
                found.append((kind, match[kind], at))
            at = match.end()
        found.append(("end", "", at))
        return found

    # -- from the loosest to the tightest

    def _choice(self) -> Node:
        self._deeper()
        condition = self._binary(1)
        at = self._peek()[2]
        if self._take("?"):
            yes = self._binary(1)
            self._expect(":")
            condition = Node("if", at, parts=(condition, yes, self._choice()))
        self.depth -= 1
        return condition

    def _binary(self, weakest: int) -> Node:
        left = self._sign()
        while True:
            _, token, at = self._peek()
            strength = _STRENGTHS.get(token, 0) if self._is_operator() else 0
            if strength < weakest:
                return left
            self.place += 1
            left = Node("binary", at, token, (left, self._binary(strength + 1)))

    def _is_operator(self) -> bool:
        kind, token, _ = self._peek()
        return kind == "sign" or (kind == "name" and token == "in")

    def _sign(self) -> Node:
        signs: list[tuple[str, int]] = []
        while self._peek()[0] == "sign" and self._peek()[1] in "!-":
            signs.append(self._peek()[1:])
            self.place += 1
            if len(signs) > _DEEPEST:
                raise self._too_deep()
        node = self._member()
        for sign, at in reversed(signs):
            node = Node("not" if sign == "!" else "minus", at, parts=(node,))
        return node

    def _member(self) -> Node:
        node = self._atom()
        steps = 0
        while True:
            at = self._peek()[2]
            steps += 1
            if steps > _DEEPEST:
                raise self._too_deep()
            if self._take("."):
                node = self._selected(node)
            elif self._take("["):
                node = Node("index", at, parts=(node, self._choice()))
                self._expect("]")
            else:
                return node

    def _selected(self, node: Node) -> Node:
        kind, name, at = self._peek()
        if kind != "name":
            raise self._wrong(at, "a name must follow the dot", "点号后面应是名称")
        self.place += 1
        if not self._take("("):
            return Node("select", at, name, (node,))
        if name in MACROS:
            return self._macro(node, name, at)
        return Node("method", at, name, (node, *self._list(")")))

    def _macro(self, node: Node, name: str, at: int) -> Node:
        self.macros += 1
        self.macro_depth += 1
        if self.macros > _MOST_MACROS or self.macro_depth > _DEEPEST_MACROS:
            raise self._wrong(
                at,
                f"it goes through lists more than {_MOST_MACROS} times, or {_DEEPEST_MACROS} deep",
                f"遍历列表超过 {_MOST_MACROS} 次，或嵌套超过 {_DEEPEST_MACROS} 层",
            )
        kind, variable, place = self._peek()
        if kind != "name" or variable in _WORDS or variable == "in":
            raise self._wrong(
                place, f"{name} begins with a name: {name}(x, …)", f"{name} 应以名称开头"
            )
        self.place += 1
        self._expect(",")
        parts = self._list(")")
        self.macro_depth -= 1
        if len(parts) != 1 and not (name == "map" and len(parts) == 2):
            raise self._wrong(
                at, f"{name} takes a name and an expression", f"{name} 需要名称和表达式"
            )
        return Node("macro", at, (name, variable), (node, *parts))

    def _atom(self) -> Node:
        kind, token, at = self._peek()
        self.place += 1
        if kind == "int":
            return Node("value", at, int(token, 16 if token[:2] in ("0x", "0X") else 10))
        if kind == "float":
            return Node("value", at, float(token))
        if kind == "text":
            return Node("value", at, self._text(token, at))
        if kind == "name":
            return self._named(token, at)
        if kind == "sign" and token == "(":
            inner = self._choice()
            self._expect(")")
            return inner
        if kind == "sign" and token == "[":
            return Node("list", at, parts=tuple(self._list("]")))
        if kind == "sign" and token == "{":
            return Node("map", at, parts=tuple(self._entries()))
        if kind == "end":
            raise self._wrong(at, "it ends too early", "表达式不完整")
        raise self._wrong(at, f"`{token}` is not expected here", f"这里不应出现“{token}”")

    def _named(self, token: str, at: int) -> Node:
        if token in _WORDS:
            return Node("value", at, _WORDS[token])
        if token == "in":
            raise self._wrong(at, "`in` stands between two values", "in 应位于两个值之间")
        if not self._take("("):
            return Node("name", at, token)
        parts = self._list(")")
        if token != "has":
            return Node("call", at, token, tuple(parts))
        if len(parts) != 1 or parts[0].kind != "select":
            raise self._wrong(
                at, "has takes a field: has(item.name)", "has 的参数应是字段：has(item.name)"
            )
        return Node("has", at, parts[0].value, parts[0].parts)

    def _list(self, end: str) -> list[Node]:
        nodes: list[Node] = []
        while not self._take(end):
            if nodes:
                self._expect(",")
                if self._take(end):
                    break
            nodes.append(self._choice())
        return nodes

    def _entries(self) -> list[Node]:
        nodes: list[Node] = []
        while not self._take("}"):
            if nodes:
                self._expect(",")
                if self._take("}"):
                    break
            nodes.append(self._choice())
            self._expect(":")
            nodes.append(self._choice())
        return nodes

    def _text(self, token: str, at: int) -> str:
        raw = token[0] in "rR"
        token = token[1:] if raw else token
        width = 3 if token[:3] in ('"""', "'''") else 1
        body = token[width:-width]
        return body if raw else _ESCAPE.sub(self._unescaped(at), body)

    def _unescaped(self, at: int) -> Callable[[re.Match[str]], str]:
        def one(match: re.Match[str]) -> str:
            said = match[1]
            if len(said) == 1:
                return _ESCAPES.get(said, said)
            number = int(said, 8) if said.isdigit() else int(said[1:], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                raise self._wrong(at, f"`\\{said}` is no character", f"“\\{said}”不是有效字符")
            return chr(number)

        return one

    # -- tokens

    def _peek(self) -> tuple[str, str, int]:
        return self.tokens[min(self.place, len(self.tokens) - 1)]

    def _take(self, sign: str) -> bool:
        kind, token, _ = self._peek()
        if kind != "sign" or token != sign:
            return False
        self.place += 1
        return True

    def _expect(self, sign: str) -> None:
        _, token, at = self._peek()
        if not self._take(sign):
            got, got_zh = (f", not `{token}`", f"，而不是“{token}”") if token else ("", "")
            raise self._wrong(at, f"`{sign}` must stand here{got}", f"这里应是“{sign}”{got_zh}")

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._too_deep()

    def _too_deep(self) -> BadExpression:
        return self._wrong(
            self._peek()[2],
            f"it is nested more than {_DEEPEST} deep",
            f"嵌套超过 {_DEEPEST} 层",
        )

    def _wrong(self, at: int, why: str, why_zh: str) -> BadExpression:
        return BadExpression(self.text, at, why, why_zh, "bad_expression")
