"""The 24-point game: four numbers, each used once, + − × ÷ and brackets, making 24."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from luban.llm.demo.language import is_chinese

_NAMES_GAME = re.compile(
    r"24\s*-?\s*(?:点|points?\b|game)|(?:make|makes|equals?|reach|get|得到|等于|凑成|算出|=)\s*24(?!\d)",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"(?<![\d.])\d{1,3}(?:(?:\s*[,，、;；和与]\s*|\s+(?:and\s+)?)\d{1,3}){3}(?!\d|\.\d)"
)
_ATTEMPT = re.compile(
    r"(?:my answer|answer|expression|答案|算式|表达式)[^\d(（\n]{0,12}"
    r"([\d(（][\d\s+\-*/×÷xX·()（）=]*)",
    re.IGNORECASE,
)
_NONE_WORD = re.compile(
    r"[“\"'「`](无解|没有解|no solution|none|impossible)[”\"'」`]", re.IGNORECASE
)
_BARE = re.compile(r"只(?:回答|给出|输出|返回|要|写)|仅|\bonly\b|nothing else", re.IGNORECASE)
_GOAL = Fraction(24)
_SAME = str.maketrans({"×": "*", "x": "*", "X": "*", "·": "*", "÷": "/", "（": "(", "）": ")"})
_TOKEN = re.compile(r"\s*(?:(\d+)|([+\-*/()]))")
_WEIGHT = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True, slots=True)
class Game:
    """The numbers on the table, and what the person says makes 24, if they said so."""

    numbers: tuple[int, ...]
    attempt: str = ""


def find(prompt: str, asked: str) -> Game | None:
    """The game a prompt plays, if it names the game and four numbers."""
    if not _NAMES_GAME.search(prompt):
        return None
    attempt = _ATTEMPT.search(asked)
    for text in (asked, prompt):
        run = _RUN.search(text)
        if run:
            numbers = tuple(int(number) for number in re.findall(r"\d+", run.group()))
            return Game(numbers, _tidy(attempt.group(1)) if attempt else "")
    without_goal = _NAMES_GAME.sub(" ", asked[: attempt.start()] if attempt else asked)
    loose = [int(number) for number in re.findall(r"(?<![\d.])\d{1,3}(?!\d|\.\d)", without_goal)]
    if len(loose) != 4:
        return None
    return Game(tuple(loose), _tidy(attempt.group(1)) if attempt else "")


def reply(game: Game, prompt: str) -> str:
    """The answer as a sentence, or bare when the prompt wants nothing else."""
    chinese = is_chinese(prompt)
    solution = solve(game.numbers)
    if game.attempt:
        return f"{judge(game, chinese)}{_shown_solution(solution, chinese)}"
    if _BARE.search(prompt):
        none = _NONE_WORD.search(prompt)
        nothing = none.group(1) if none else ("无解" if chinese else "no solution")
        return solution or nothing
    if solution is None:
        shown = ", ".join(map(str, game.numbers))
        return f"{shown} 无解，算不出 24。" if chinese else f"{shown}: there is no solution."
    return f"{solution} = 24"


def judge(game: Game, chinese: bool) -> str:
    """Whether the person's expression uses the four numbers once each and makes 24."""
    try:
        value, used = evaluate(game.attempt)
    except (ValueError, ZeroDivisionError):
        return f"看不懂算式 {game.attempt}。" if chinese else f"I cannot read {game.attempt}. "
    if sorted(used) != sorted(game.numbers):
        return (
            f"不正确：{game.attempt} 没有恰好各用一次这四个数。"
            if chinese
            else f"Not right: {game.attempt} does not use each of the four numbers once. "
        )
    if value != _GOAL:
        return (
            f"不正确：{game.attempt} = {value}，不是 24。"
            if chinese
            else f"Not right: {game.attempt} = {value}, not 24. "
        )
    return f"正确！{game.attempt} = 24。" if chinese else f"Right! {game.attempt} = 24. "


def solve(numbers: tuple[int, ...]) -> str | None:
    """An expression that makes 24, always the same one, or `None` when there is none."""
    start = [(Fraction(number), str(number), 3) for number in numbers]
    return next(_search(start), None)


_Term = tuple[Fraction, str, int]
"""A value, how it is written, and how tightly that binds: 1 sum, 2 product, 3 number."""


def _search(terms: list[_Term]) -> Iterator[str]:
    if len(terms) == 1:
        if terms[0][0] == _GOAL:
            yield terms[0][1]
        return
    for first, second in combinations(range(len(terms)), 2):
        rest = [term for index, term in enumerate(terms) if index not in (first, second)]
        for made in _combined(terms[first], terms[second]):
            yield from _search([made, *rest])


def _combined(a: _Term, b: _Term) -> Iterator[_Term]:
    yield a[0] + b[0], f"{a[1]} + {b[1]}", 1
    yield a[0] * b[0], f"{_bracket(a, 2)} * {_bracket(b, 2)}", 2
    for left, right in ((a, b), (b, a)):
        yield left[0] - right[0], f"{left[1]} - {_bracket(right, 2)}", 1
        if right[0]:
            yield left[0] / right[0], f"{_bracket(left, 2)} / {_bracket(right, 3)}", 2


def _bracket(term: _Term, least: int) -> str:
    return term[1] if term[2] >= least else f"({term[1]})"


def evaluate(expression: str) -> tuple[Fraction, list[int]]:
    """Value and numbers of an expression. Raises `ValueError`, `ZeroDivisionError`."""
    tokens = _tokens(expression)
    used = [int(token) for token in tokens if token.isdigit()]
    value, rest = _sum(tokens, 1)
    if rest:
        raise ValueError(expression)
    return value, used


def _tokens(expression: str) -> list[str]:
    text = expression.translate(_SAME).strip()
    if len(text) > 100:
        raise ValueError(expression)
    tokens: list[str] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(expression)
        tokens.append(found.group(1) or found.group(2))
        position = found.end()
    return tokens


def _sum(tokens: list[str], weight: int) -> tuple[Fraction, list[str]]:
    """One level of a climb over operators that bind at least as tightly as `weight`."""
    value, rest = _single(tokens)
    while rest and _WEIGHT.get(rest[0], 0) >= weight:
        operator = rest[0]
        other, rest = _sum(rest[1:], _WEIGHT[operator] + 1)
        match operator:
            case "+":
                value += other
            case "-":
                value -= other
            case "*":
                value *= other
            case _:
                value /= other
    return value, rest


def _single(tokens: list[str]) -> tuple[Fraction, list[str]]:
    if tokens and tokens[0].isdigit():
        return Fraction(int(tokens[0])), tokens[1:]
    if tokens and tokens[0] == "(":
        value, rest = _sum(tokens[1:], 1)
        if rest and rest[0] == ")":
            return value, rest[1:]
    raise ValueError(tokens)


def _tidy(attempt: str) -> str:
    return attempt.split("=")[0].strip()


def _shown_solution(solution: str | None, chinese: bool) -> str:
    if solution is None:
        return "这四个数无解。" if chinese else "These numbers have no solution."
    return f"一种解法：{solution} = 24。" if chinese else f"One solution: {solution} = 24."
