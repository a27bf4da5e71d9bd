"""Imports modules that hold blocks; whatever is wrong with one becomes a `BrokenBlock`."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from luban.model.errors import LubanError
from luban.registry.broken import BrokenBlock
from luban.registry.folders import PACKAGE, BlockFile
from luban.sdk.block import Block, compile_block, is_block
from luban.sdk.code import BlockCode


class Unloadable(Exception):
    """A module could not be imported, or a block in it could not be compiled."""

    def __init__(self, broken: BrokenBlock) -> None:
        super().__init__(broken.message)
        self.broken = broken


def modules_of(name: str) -> Iterator[tuple[str, str]]:
    """A module and, if it is a package, everything in it, without importing what is in it.

    Modules whose name begins with `_` are parts of others. Raises `ImportError`.
    """
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ImportError(f"there is no module `{name}`")
    yield name, spec.origin or name
    for folder in spec.submodule_search_locations or ():
        yield from _modules_in(Path(folder), name)


def _modules_in(folder: Path, package: str) -> Iterator[tuple[str, str]]:
    for found in pkgutil.iter_modules([str(folder)]):
        if found.name.startswith("_"):
            continue
        name = f"{package}.{found.name}"
        if found.ispkg:
            yield name, str(folder / found.name / "__init__.py")
            yield from _modules_in(folder / found.name, name)
        else:
            yield name, str(folder / f"{found.name}.py")


def load(name: str, path: str) -> ModuleType:
    """The imported module. Raises `Unloadable`; nothing a module does at import gets further."""
    try:
        return importlib.import_module(name)
    except SyntaxError as error:
        raise Unloadable(_syntax(error, path)) from error
    except (Exception, SystemExit) as error:
        raise Unloadable(_failed(error, path)) from error


def declarations(module: ModuleType) -> list[Any]:
    """The blocks declared in a module, in the order they are written; imported ones are not."""
    return [
        thing
        for thing in vars(module).values()
        if getattr(thing, "__module__", None) == module.__name__
        and (is_block(thing) or _lacks_id(thing))
    ]


def compiled(declaration: Any, path: str) -> BlockCode:
    """Raises `Unloadable`."""
    if _lacks_id(declaration):
        name = declaration.__name__
        raise Unloadable(
            BrokenBlock(
                path,
                _line_of(declaration),
                f"The block class `{name}` has no id. Add a line such as "
                f'`id = "my.{name.lower()}"`; an id is unique and stays the same for good.',
                f"模块类“{name}”没有 id。请加上一行，例如 "
                f'`id = "my.{name.lower()}"`；id 必须唯一，且不再改变。',
            )
        )
    try:
        return compile_block(declaration)
    except LubanError as error:
        line = _line_of(declaration)
        raise Unloadable(BrokenBlock(path, line, str(error), error.message_zh)) from error
    except Exception as error:
        raise Unloadable(_failed(error, path, _line_of(declaration))) from error


def declared_id(declaration: Any) -> tuple[str, ...]:
    """The id a block is declared with, though it may not hold together."""
    marked: dict[str, Any] = getattr(declaration, "__luban_block__", {})
    said: Any = marked.get("id") or getattr(declaration, "id", None)
    return (said,) if isinstance(said, str) and said else ()


class FolderFinder(importlib.abc.MetaPathFinder):
    """Makes the files of block folders importable as `luban_blocks.…`, without leaving bytecode.

    Bytecode is named by the second a file was written; an editor is quicker than that.
    """

    def __init__(self, files: Iterable[BlockFile]) -> None:
        self.files: dict[str, Path] = {}
        self.packages: set[str] = {PACKAGE}
        for file in files:
            self.files.setdefault(file.module, file.path)
            parts = file.module.split(".")[:-1]
            self.packages |= {".".join(parts[: n + 1]) for n in range(len(parts))}

    def install(self) -> None:
        """Takes the place of any finder before; modules imported through that are forgotten."""
        sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, FolderFinder)]
        sys.meta_path.append(self)
        for name in [n for n in sys.modules if n == PACKAGE or n.startswith(f"{PACKAGE}.")]:
            del sys.modules[name]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        file = self.files.get(fullname)
        if file is not None:
            loader = _SourceLoader(fullname, str(file))
            spec = importlib.machinery.ModuleSpec(fullname, loader, origin=str(file))
            spec.has_location = True
            spec.submodule_search_locations = [] if fullname in self.packages else None
            return spec
        if fullname not in self.packages:
            return None
        return importlib.machinery.ModuleSpec(fullname, None, is_package=True)


class _SourceLoader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        return self.source_to_code(self.get_data(self.path), self.path)


def _lacks_id(thing: object) -> bool:
    """A public class with the work of a block and no id: its author forgot it.

    One that only borrows its `Input` is there for others to build on.
    """
    if not inspect.isclass(thing) or not issubclass(thing, Block) or thing.id:
        return False
    inputs = vars(thing).get("Input")
    nested = getattr(inputs, "__qualname__", "") == f"{thing.__qualname__}.Input"
    return nested and "run" in vars(thing) and not thing.__name__.startswith("_")


def _syntax(error: SyntaxError, path: str) -> BrokenBlock:
    said = f"{type(error).__name__}: {error.msg}"
    return BrokenBlock(
        error.filename or path,
        error.lineno,
        said,
        f"语法错误（{type(error).__name__}）：{error.msg}",
    )


def _failed(error: BaseException, path: str, line: int | None = None) -> BrokenBlock:
    """The last line of the file itself on the way to the error, not one of what it called."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if frame.filename == path]
    said = f"{type(error).__name__}: {error}"
    return BrokenBlock(path, own[-1] if own else line, said, f"加载时出错：{said}")


def _line_of(declaration: Any) -> int | None:
    code = getattr(declaration, "__code__", None)
    if code is not None:
        return code.co_firstlineno
    try:
        return inspect.getsourcelines(declaration)[1]
    except (OSError, TypeError):
        return None
