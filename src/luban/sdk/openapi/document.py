"""An API description as a tree: how large it may be, where its references lead, what it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from luban.model.errors import LubanError
from luban.sdk.openapi.swagger import converted

Tree = dict[str, Any]

MAX_VALUES = 1_000_000
MAX_DEPTH = 100
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MOST_STEPS = 20
"""References that lead to references."""


class BadApiDocument(LubanError):
    """The description cannot be made blocks of."""

    code = "bad_api_document"
    status = 422
    en = "The API description cannot be used: {problem}. {way_out}"
    zh = "无法使用此 API 描述：{problem_zh}。{way_out_zh}"

    def __init__(self, problem: str, problem_zh: str, way_out: str, way_out_zh: str) -> None:
        super().__init__(
            problem=problem, problem_zh=problem_zh, way_out=way_out, way_out_zh=way_out_zh
        )


class ApiDocument:
    """OpenAPI 3.0 or 3.1; Swagger 2.0 is read as if it were 3.0.

    Raises `BadApiDocument`. References lead nowhere but into the document itself.
    """

    def __init__(self, tree: Any) -> None:
        if not isinstance(tree, dict):
            raise _not_openapi("it is no object")
        self.check_size(tree)
        found = cast("Tree", tree)
        if str(found.get("swagger", "")).startswith("2."):
            found = converted(found)
        version = str(found.get("openapi", ""))
        if not version.startswith(("3.0", "3.1")):
            raise _not_openapi(f"it says `openapi: {version}`" if version else "it has no version")
        self.tree = found

    @staticmethod
    def check_size(tree: Any) -> None:
        """Raises `BadApiDocument` for more than anybody describes; aliases are counted unfolded."""
        _check_size(tree)

    @property
    def title(self) -> str:
        return str(part(self.tree, "info").get("title", "")).strip()

    def resolve(self, node: Any) -> Tree:
        """The object that a node is, or refers to; an empty one where there is none."""
        seen = 0
        while isinstance(node, dict) and isinstance(cast("Tree", node).get("$ref"), str):
            seen += 1
            if seen > _MOST_STEPS:
                reference = cast("Tree", node)["$ref"]
                raise BadApiDocument(
                    f"`{reference}` refers to itself",
                    f"“{reference}”引用了自身",
                    "Repair the reference.",
                    "请修正该引用。",
                )
            node = self._target(cast("Tree", node)["$ref"])
        return cast("Tree", node) if isinstance(node, dict) else {}

    def operations(self) -> Iterator[tuple[str, str, Tree, Tree]]:
        """Method, path, the operation, and the path it stands under, in the order written."""
        for path, under in part(self.tree, "paths").items():
            whole = self.resolve(under)
            for method in METHODS:
                operation = whole.get(method)
                if isinstance(operation, dict):
                    yield method.upper(), str(path), cast("Tree", operation), whole

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            raise BadApiDocument(
                f"it refers to another document, `{reference[:200]}`, which is not fetched",
                f"它引用了另一份文档“{reference[:200]}”，而这里不会去获取",
                "Put everything into one file first, for example with `redocly bundle`.",
                "请先合并为一个文件，例如使用 `redocly bundle`。",
            )
        found: Any = self.tree
        for name in reference[2:].split("/"):
            key = name.replace("~1", "/").replace("~0", "~")
            found = cast("Tree", found).get(key) if isinstance(found, dict) else None
            if found is None:
                raise BadApiDocument(
                    f"`{reference[:200]}` leads nowhere",
                    f"“{reference[:200]}”所指的内容不存在",
                    "Repair the reference.",
                    "请修正该引用。",
                )
        return found

    def only(self, keys: Iterable[str]) -> Tree:
        """A document of these operations (`GET /pets`), and of all that they refer to."""
        wanted = set(keys)
        paths: Tree = {}
        for method, path, operation, under in self.operations():
            if f"{method} {path}" in wanted:
                shared = {
                    name: kept for name, kept in under.items() if name in ("parameters", "servers")
                }
                paths.setdefault(path, shared)[method.lower()] = operation
        kept = {
            name: self.tree[name] for name in ("openapi", "info", "servers", "security")
            if name in self.tree
        }  # fmt: skip
        made: Tree = {**kept, "paths": paths, "components": {}}
        schemes = part(part(self.tree, "components"), "securitySchemes")
        if schemes:
            made["components"]["securitySchemes"] = schemes
        self._bring_along(made)
        return made

    def _bring_along(self, made: Tree) -> None:
        waiting, brought = list(references(made)), set[str]()
        while waiting:
            reference = waiting.pop()
            if reference in brought:
                continue
            brought.add(reference)
            target = self._target(reference)
            _put(made, reference[2:].split("/"), target)
            waiting += references(target)


def part(tree: Mapping[str, Any], name: str) -> Tree:
    """The object under a name; an empty one where there is none."""
    found = tree.get(name)
    return cast("Tree", found) if isinstance(found, dict) else {}


def items(tree: Mapping[str, Any], name: str) -> list[Any]:
    """The list under a name; an empty one where there is none."""
    found = tree.get(name)
    return cast("list[Any]", found) if isinstance(found, list) else []


def references(node: Any) -> Iterator[str]:
    """Every `$ref` in a tree."""
    if isinstance(node, dict):
        tree = cast("Tree", node)
        reference = tree.get("$ref")
        if isinstance(reference, str):
            yield reference
        for each in tree.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in cast("list[Any]", node):
            yield from references(each)


def _put(tree: Tree, names: list[str], value: Any) -> None:
    keys = [name.replace("~1", "/").replace("~0", "~") for name in names]
    for key in keys[:-1]:
        below = tree.setdefault(key, {})
        if not isinstance(below, dict):
            return
        tree = cast("Tree", below)
    tree.setdefault(keys[-1], value)


def _check_size(tree: Any) -> None:
    """Aliases of YAML may unfold beyond any file's size, so values are counted."""
    waiting: list[tuple[Any, int]] = [(tree, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MAX_VALUES or depth > MAX_DEPTH:
            raise BadApiDocument(
                f"it has more than {MAX_VALUES} values, or is nested more than {MAX_DEPTH} deep",
                f"它的值超过 {MAX_VALUES} 个，或嵌套超过 {MAX_DEPTH} 层",
                "Cut it down to the operations you need.",
                "请只保留需要的操作。",
            )
        if isinstance(node, dict):
            waiting += [(each, depth + 1) for each in cast("Tree", node).values()]
        elif isinstance(node, list):
            waiting += [(each, depth + 1) for each in cast("list[Any]", node)]


def _not_openapi(why: str) -> BadApiDocument:
    return BadApiDocument(
        f"this is not OpenAPI 3.0, 3.1 or Swagger 2.0: {why}",
        f"这不是 OpenAPI 3.0、3.1 或 Swagger 2.0：{why}",
        "Give the address or the file of the description itself, JSON or YAML.",
        "请给出描述文件本身的地址或路径（JSON 或 YAML）。",
    )
