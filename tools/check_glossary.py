"""Whether code names things by the words of `docs/glossary.md`.

Looked at: everything a file gives a name to (Python by its syntax tree, TypeScript by its
identifiers), file names, and the words of the interface's catalogues. Not looked at: what others
have named, such as a library's functions.
"""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY, EXCEPTIONS = "docs/glossary.md", "tools/glossary_exceptions.txt"
PYTHON, WEB = "src/luban", "web/src"
OUTSIDE = (
    "web/src/canvas/",
    "web/src/api/schema.d.ts",
    "src/luban/interop/",
    "src/luban/server/static/",
)
# Names that say nothing about what is inside.
EMPTY_NAMES = frozenset(
    ["utils", "helpers", "common", "base", "manager", "handler", "data", "info"]
)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u4e00-\u9fff]+")
IMPORT = re.compile(r"^\s*(?:import|from) ([\w.]+)", re.M)
TS_NOISE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.S)
TS_IMPORT = re.compile(r"^import ([^\"\n;]*|\{[^}]*\}) from \"(?![.]|@/)", re.M)
TS_NAME = re.compile(r"(?<![\w.])(?!\d)[\w$]{2,}")
TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"")


@dataclass(frozen=True)
class Rules:
    """What may not be said, what to say instead, and where it may be said all the same."""

    instead: dict[str, str]
    allowed: tuple[tuple[str, str], ...]

    def forbid(self, word: str, path: str, imports: frozenset[str]) -> str | None:
        """The word to say instead, or None where this one is right."""
        plain = word.lower() if word.lower() in self.instead else word.lower().removesuffix("s")
        good = self.instead.get(plain)
        for allowed, place in self.allowed if good else ():
            pattern, _, module = place.partition("@")
            if allowed == plain and fnmatch.fnmatch(path, pattern) and module in {"", *imports}:
                return None
        return good


def read_rules(root: Path) -> Rules:
    """The glossary's tables and the exceptions, each of which must give a reason."""
    instead: dict[str, str] = {}
    for line in (root / GLOSSARY).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if (
            line.startswith("|")
            and len(cells) == 4
            and cells[0] != "word"
            and "---" not in cells[0]
        ):
            instead.update({word.strip(): cells[0] for word in cells[3].split(",") if word != "–"})
    allowed: list[tuple[str, str]] = []
    listed = root / EXCEPTIONS
    for line in listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []:
        if line.strip() and not line.startswith("#"):
            word, pattern, _reason = line.split(maxsplit=2)
            allowed.append((word, pattern))
    return Rules(instead, tuple(allowed))


def problems(root: Path = ROOT) -> list[str]:
    """Every wrong word with its place and the right one."""
    rules = read_rules(root)
    found: list[str] = []
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        if path.stem in EMPTY_NAMES:
            found.append(f"{name}: a file named `{path.stem}` says nothing; name it by its noun")
        text = path.read_text(encoding="utf-8")
        imports = frozenset(IMPORT.findall(text)) if path.suffix == ".py" else frozenset[str]()
        for line, said in [(1, path.stem), *_names(path, text)]:
            for word in WORD.findall(said):
                good = rules.forbid(word, name, imports)
                if good:
                    found.append(f"{name}:{line}: `{said}` says {word.lower()}, we say {good}")
    return list(dict.fromkeys(found))


def _files(root: Path) -> Iterator[Path]:
    for folder, endings in ((PYTHON, (".py",)), (WEB, (".ts", ".tsx", ".json"))):
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).as_posix()
            if path.suffix in endings and not inside.startswith(OUTSIDE):
                yield path


def _names(path: Path, text: str) -> Iterator[tuple[int, str]]:
    if path.suffix == ".py":
        yield from _python_names(text)
    elif _is_catalogue(path):
        for match in TEXT.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, match.group(1)
    elif path.suffix != ".json":
        foreign = {name for names in TS_IMPORT.findall(text) for name in TS_NAME.findall(names)}
        plain = TS_NOISE.sub(lambda match: "\n" * match.group().count("\n"), text)
        for number, line in enumerate(plain.splitlines(), 1):
            yield from ((number, name) for name in TS_NAME.findall(line) if name not in foreign)


def _is_catalogue(path: Path) -> bool:
    return bool({"locales", "i18n", "catalogues"} & set(path.parts)) and "test" not in path.name


def _python_names(text: str) -> Iterator[tuple[int, str]]:
    """What the file itself gives a name to; uses of other people's names are not its fault."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(renamed)):
                yield node.lineno, renamed
            case _:
                pass


def main() -> int:
    found = problems()
    print("\n".join(found) or "every name is a word of the glossary")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
