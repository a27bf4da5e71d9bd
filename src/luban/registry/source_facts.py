"""What a block's file shows without being run: imports, errors, what it reaches for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_CONTEXT_NAMES = frozenset({"ctx", "context"})
_OWN_ERRORS = frozenset({"BlockError", "TemporaryError"})
_BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True)
class Raised:
    """One `raise` of an error by its class; `code` is what it says, where that is a plain text."""

    error: str
    line: int
    code: str | None
    has_code: bool
    has_chinese: bool

    @property
    def is_own(self) -> bool:
        return self.error in _OWN_ERRORS


@dataclass
class SourceFacts:
    """One file, as its text says it; `reaches` are paths behind `ctx`, such as `files.write`."""

    lines: int = 0
    imports: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Modules loaded with the file."""
    late_imports: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Modules loaded by a function."""
    raised: list[Raised] = field(default_factory=list[Raised])
    reaches: set[str] = field(default_factory=set[str])
    swallows: list[int] = field(default_factory=list[int])
    """Lines of broad `except` clauses that raise nothing."""
    caught: set[str] = field(default_factory=set[str])
    """Names of errors that the file catches, and so may raise to itself."""
    untyped: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Parameters of `@block` functions without an annotation, by the function's name."""
    codes: set[str] = field(default_factory=set[str])
    """Codes of error classes that the file defines."""


def read_facts(path: Path) -> SourceFacts | None:
    """`None` when there is no Python text to look at."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return None
    facts = SourceFacts(lines=text.count("\n") + 1)
    _look(tree, facts, inside=False)
    return facts


def _look(node: ast.AST, facts: SourceFacts, *, inside: bool) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_for_types(child):
            continue
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            kept = facts.late_imports if inside else facts.imports
            kept += [(name, child.lineno) for name in _imported(child)]
        elif isinstance(child, ast.Raise):
            _raise(child, facts)
        elif isinstance(child, ast.Attribute):
            path = _path(child)
            if path:
                facts.reaches.add(path)
        elif isinstance(child, ast.ExceptHandler):
            facts.caught |= _caught(child)
            if _is_broad(child) and not _raises(child):
                facts.swallows.append(child.lineno)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _function(child, facts)
        elif isinstance(child, ast.ClassDef):
            facts.codes |= set(_codes(child))
        function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        _look(child, facts, inside=inside or function)


def _is_for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [] if node.level or node.module is None else [node.module]


def _raise(node: ast.Raise, facts: SourceFacts) -> None:
    call = node.exc
    made = call.func if isinstance(call, ast.Call) else call
    if not isinstance(made, ast.Name):
        return
    given = {each.arg: each.value for each in call.keywords} if isinstance(call, ast.Call) else {}
    code = given.get("code")
    text = code.value if isinstance(code, ast.Constant) and isinstance(code.value, str) else None
    facts.raised.append(Raised(made.id, node.lineno, text, "code" in given, "zh" in given))


def _path(node: ast.Attribute) -> str:
    """`ctx.files.write` as `files.write`; nothing for other attributes."""
    names = [node.attr]
    below = node.value
    while isinstance(below, ast.Attribute):
        names.append(below.attr)
        below = below.value
    if not isinstance(below, ast.Name) or below.id not in _CONTEXT_NAMES:
        return ""
    return ".".join(reversed(names))


def _caught(handler: ast.ExceptHandler) -> set[str]:
    named = ast.walk(handler.type) if handler.type else ()
    return {each.id for each in named if isinstance(each, ast.Name)}


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    return caught is None or (isinstance(caught, ast.Name) and caught.id in _BROAD)


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(each, ast.Raise) for each in ast.walk(handler))


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, facts: SourceFacts) -> None:
    if not any(_is_block_mark(each) for each in node.decorator_list):
        return
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    missing = [each.arg for each in arguments if each.annotation is None]
    if node.returns is None:
        missing.append("return")
    if missing:
        facts.untyped[node.name] = missing


def _is_block_mark(decorator: ast.expr) -> bool:
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(made, ast.Name) and made.id == "block"


def _codes(node: ast.ClassDef) -> Iterator[str]:
    """`code = "…"` of a class that is an error by its bases' names."""
    if not any(isinstance(base, ast.Name) and base.id.endswith("Error") for base in node.bases):
        return
    for each in node.body:
        if (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Constant)
            and isinstance(each.value.value, str)
            and any(isinstance(target, ast.Name) and target.id == "code" for target in each.targets)
        ):
            yield each.value.value
