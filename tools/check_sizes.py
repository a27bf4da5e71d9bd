"""How long a file and a function may be, and which few are longer.

A file has at most 500 lines, a function at most 60, a component 90: most of its lines are markup,
which is read at a glance. The exceptions stand in
`tools/size_exceptions.txt` with their present length; that list may only shrink: a longer function,
a new entry, or an entry that is no longer needed all fail.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE_LIMIT, FUNCTION_LIMIT, COMPONENT_LIMIT = 500, 60, 90
FOLDERS = ("src", "tools", "tests", "benchmarks", "examples", "web/src", "web/tests", "web/build")
GENERATED = ("src/luban/server/static/", "web/src/api/schema.d.ts")
EXCEPTIONS = "tools/size_exceptions.txt"
# Formatted TypeScript: a function's last line is indented like its first.
TS_FUNCTION = re.compile(
    r"^(?P<indent> *)(?:export )?(?:default )?(?:async )?"
    r"(?:function\*? (?P<function>\w+)"
    r"|(?:const|let) (?P<value>\w+)\b.*(?:=>|\(|function).*[{(]$"
    r"|(?!if\b|for\b|while\b|switch\b|catch\b)(?P<method>\w+)(?:\(.*\)|: (?:async )?\(.*=>).*{$)"
)
TS_END = re.compile(r"^( *)[})\]](?!.*(?:[{(]|=>)$)")


@dataclass
class _Open:
    name: str
    indent: int
    first: int
    inner: int = 0


def lengths(root: Path) -> Iterator[tuple[str, int, int]]:
    """Every file and function as (name, lines, limit); a function's name is `path::name`."""
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        yield name, text.count("\n"), FILE_LIMIT
        functions = _python(text, name) if path.suffix == ".py" else _typescript(text)
        limit = COMPONENT_LIMIT if path.suffix == ".tsx" else FUNCTION_LIMIT
        for function, lines in functions:
            yield f"{name}::{function}", lines, limit


def _files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if "node_modules" in path.parts or name.startswith(GENERATED):
                continue
            if path.suffix in (".py", ".ts", ".tsx"):
                yield path


def _python(text: str, name: str) -> Iterator[tuple[str, int]]:
    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{prefix}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    yield inner, (child.end_lineno or child.lineno) - child.lineno + 1
                yield from walk(child, f"{inner}.")
            else:
                yield from walk(child, prefix)

    try:
        tree = ast.parse(text)
    except SyntaxError:
        print(f"{name}: not Python that can be read; its functions were not measured")
        return
    yield from walk(tree, "")


def _typescript(text: str) -> Iterator[tuple[str, int]]:
    """Each named function without the named functions inside it, which are measured themselves.

    A function that makes and returns closures is TypeScript's class, and no class is measured.
    """
    stack: list[_Open] = []
    for number, line in enumerate(text.splitlines(), 1):
        start, end = TS_FUNCTION.match(line), TS_END.match(line)
        if end and stack and len(end[1]) == stack[-1].indent:
            done = stack.pop()
            lines = number - done.first + 1
            if stack:
                stack[-1].inner += lines
            yield ".".join([*(one.name for one in stack), done.name]), lines - done.inner
        elif start and not line.endswith(("}", ";")):
            name = start["function"] or start["value"] or start["method"]
            stack.append(_Open(name, len(start["indent"]), number))


def read_exceptions(text: str) -> dict[str, int]:
    """`length name` per line; `#` starts a comment."""
    rows = (line.split("#")[0].split(maxsplit=1) for line in text.splitlines())
    return {row[1].strip(): int(row[0]) for row in rows if len(row) == 2}


def problems(root: Path = ROOT, committed: dict[str, int] | None = None) -> list[str]:
    """What is too long, and which exceptions have to go, one sentence each.

    `committed` is the list as it was before the present change; None where that is unknown.
    """
    listed = root / EXCEPTIONS
    allowed = read_exceptions(listed.read_text(encoding="utf-8")) if listed.exists() else {}
    found = [
        f"{EXCEPTIONS}: `{name}` is new or has grown; the list may only shrink"
        for name, lines in allowed.items()
        if committed is not None and lines > committed.get(name, 0)
    ]
    measured = {name: (lines, limit) for name, lines, limit in lengths(root)}
    for name, (lines, limit) in measured.items():
        if lines > allowed.get(name, limit):
            found.append(
                f"{name} has {lines} lines, {allowed.get(name, limit)} are allowed: split it"
            )
    for name, lines in allowed.items():
        now, limit = measured.get(name, (0, 0))
        if now <= limit:
            found.append(f"{EXCEPTIONS}: `{name}` is no longer needed: remove it")
        elif now < lines:
            found.append(f"{EXCEPTIONS}: `{name}` has shrunk to {now}: write that number")
    return found


def committed_exceptions(root: Path = ROOT) -> dict[str, int] | None:
    """The list of the last commit, or None outside a git work tree."""
    show = ["git", "-C", str(root), "show", f"HEAD:{EXCEPTIONS}"]
    try:
        result = subprocess.run(show, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return read_exceptions(result.stdout) if result.returncode == 0 else None


def main() -> int:
    found = problems(ROOT, committed_exceptions())
    print("\n".join(found) or "every file and function has a size one can read")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
