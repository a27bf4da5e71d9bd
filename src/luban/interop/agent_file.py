"""Agent files: the text of a document, as YAML or JSON, read safely and written back faithfully."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode

from luban.model.errors import LubanError, NotFound

Tree = dict[str, Any]
Format = Literal["yaml", "json"]

MAX_JSON = 16 << 20
MAX_YAML = 2 << 20
"""Bytes; YAML takes seconds per megabyte to read, JSON next to none."""

_JSON = re.compile(r'\s*(\{\s*"|\[)')
_MAX_VALUES = 1_000_000
_MAX_DEPTH = 200


class BadDocument(LubanError):
    """The text is neither YAML nor JSON of an agent; `line` counts from 1 where it is known."""

    code = "bad_document"
    status = 422
    en = "{place}{problem}. {way_out}"
    zh = "{place_zh}{problem_zh}。{way_out_zh}"

    def __init__(
        self,
        problem: str,
        problem_zh: str,
        *,
        line: int | None = None,
        column: int | None = None,
        way_out: str = "Repair it there; `luban check` tells when it is right.",
        way_out_zh: str = "请在该处修正；可以用 `luban check` 检查。",
    ) -> None:
        place = f"Line {line}, column {column}: " if line else ""
        place_zh = f"第 {line} 行第 {column} 列：" if line else ""
        super().__init__(
            place=place,
            place_zh=place_zh,
            problem=problem,
            problem_zh=problem_zh,
            way_out=way_out,
            way_out_zh=way_out_zh,
            line=line,
            column=column,
        )
        self.line = line


class DocumentTooLarge(LubanError):
    """The file is larger than any agent."""

    code = "document_too_large"
    status = 413
    en = (
        "An agent file may have at most {limit}; {name} has {size}. "
        "Keep data in files of its own and read them with a block; JSON may be larger than YAML."
    )
    zh = (
        "智能体文件最大为 {limit}，而{name}有 {size}。"
        "请把数据放在单独的文件中并用模块读取；JSON 的上限比 YAML 大。"
    )


def read(path: Path) -> str:
    """The text of a file, its size looked at first. Raises `NotFound` and what `load` raises."""
    try:
        size = path.stat().st_size
        _check_size(size, f"`{path}`", path.name.endswith(".json"))
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            what="file",
            what_zh="文件",
            name=str(path),
            way_out="Check the path.",
            way_out_zh="请检查路径。",
        ) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise BadDocument(
            f"`{path}` cannot be read: {why}",
            f"无法读取“{path}”：{why}",
            way_out="Check the path.",
            way_out_zh="请检查路径。",
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadDocument(
            "this is not UTF-8 text",
            "内容不是 UTF-8 文本",
            line=line,
            column=error.start - content.rfind(b"\n", 0, error.start),
            way_out="Save the file as UTF-8.",
            way_out_zh="请将文件另存为 UTF-8。",
        ) from error


def load(text: str) -> Tree:
    """The tree of an agent file, plain JSON values only; YAML unless it begins with `{`.

    Raises `BadDocument` with the line, and `DocumentTooLarge`. Keys given twice, tags and
    aliases that unfold beyond reason are refused. What the tree means is not looked at.
    """
    text = text.removeprefix("\ufeff")
    is_json = text.lstrip()[:1] in ("{", "[")
    _check_size(len(text.encode("utf-8", "surrogatepass")), "this text", is_json)
    tree = _load_json(text) if is_json else _load_yaml(text)
    if not isinstance(tree, dict):
        shown = "empty" if tree is None else f"a {_KINDS.get(type(tree), 'value')}"
        shown_zh = "空的" if tree is None else _KINDS_ZH.get(type(tree), "单个值")
        raise BadDocument(
            f"an agent file holds an object with `nodes` and `links`; this one is {shown}",
            f"智能体文件应是含有 `nodes` 和 `links` 的对象，而此文件是{shown_zh}",
            way_out="Start from an example: `luban agent create`.",
            way_out_zh="可以从示例开始：`luban agent create`。",
        )
    return tree


def dump(tree: Tree, *, source: str | None = None, format: Format = "yaml") -> str:
    """The text of a tree; with the text it came from, its comments and layout are kept.

    `load(dump(tree, ...)) == tree` always: where the source does not allow that, it is left out.
    """
    if format == "json":
        return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"
    from luban.interop import yaml_text  # only for writing

    return yaml_text.written(tree, source)


def _check_size(size: int, name: str, is_json: bool) -> None:
    limit = MAX_JSON if is_json else MAX_YAML
    if size > limit:
        raise DocumentTooLarge(limit=_megabytes(limit), size=_megabytes(size), name=name)


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.3g} MB"


# --- JSON


def _load_json(text: str) -> object:
    try:
        tree = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        if len(text) <= MAX_YAML and not _JSON.match(text):  # YAML may begin with a brace too
            with suppress(BadDocument):
                return _load_yaml(text)
        said = error.msg[:1].lower() + error.msg[1:]
        raise BadDocument(
            f"this is not JSON: {said}",
            f"不是有效的 JSON：{said}",
            line=error.lineno,
            column=error.colno,
        ) from error
    except _Twin:
        return _load_yaml(text)  # JSON is YAML too, and that reader knows the line
    except RecursionError as error:
        raise _too_deep() from error
    return plain(tree)


class _Twin(Exception):
    """A key is given twice."""


def _without_twins(pairs: list[tuple[str, Any]]) -> Tree:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        raise _Twin
    return tree


def _refuse_constant(name: str) -> Any:
    raise _no_number(name)


# --- YAML


class _Constructor(SafeConstructor):
    """Dates stay the text that was written: what travels along links is JSON."""


def _as_text(constructor: SafeConstructor, node: ScalarNode) -> str:
    return node.value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def _load_yaml(text: str) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    try:
        return plain(yaml.load(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "it cannot be understood").split("\n")[0]
        problem, problem_zh = _explained(said)
        raise BadDocument(
            problem,
            problem_zh,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    except (YAMLError, ValueError) as error:
        said = str(error).strip().split("\n")[0] or type(error).__name__
        raise BadDocument(f"this is not YAML: {said}", f"不是有效的 YAML：{said}") from error


def _explained(said: str) -> tuple[str, str]:
    """The YAML library's words where people meet them most, in ours."""
    if said.startswith("found duplicate key"):
        key = said.split('"')[1] if '"' in said else "?"
        return f"the key `{key}` is given twice", f"键“{key}”重复了"
    if "could not determine a constructor for the tag" in said:
        tag = said.split("'")[1] if "'" in said else "?"
        return f"the tag `{tag}` is not allowed", f"不允许使用标签“{tag}”"
    if "found another document" in said:
        return "a second document begins here (`---`)", "这里开始了第二个文档（`---`）"
    if "cannot start any token" in said and "\\t" in said:
        return "YAML is indented with spaces, not tabs", "YAML 要用空格缩进，不能用制表符"
    return f"this is not YAML: {said}", f"不是有效的 YAML：{said}"


# --- values


def plain(value: object) -> Any:
    """A copy made of plain JSON types that shares nothing, within the limits.

    Aliases become copies, so a few lines of them could unfold into gigabytes: hence the budget.
    """
    return _Unfolding().plain(value, 0)


class _Unfolding:
    def __init__(self) -> None:
        self._left = _MAX_VALUES

    def plain(self, value: object, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise BadDocument(
                f"its aliases unfold into more than {_MAX_VALUES:,} values",
                f"其中的别名展开后超过 {_MAX_VALUES:,} 个值",
                way_out="Write the values out, or keep them in a file of their own.",
                way_out_zh="请直接写出这些值，或放到单独的文件中。",
            )
        if depth > _MAX_DEPTH:
            raise _too_deep()
        if isinstance(value, dict):
            return {key_text(key): self.plain(each, depth + 1) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(each, depth + 1) for each in value]
        return _scalar(value)


def _scalar(value: object) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise _no_number(str(value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise BadDocument(
        f"a value of type {type(value).__name__} is not allowed",
        f"不允许 {type(value).__name__} 类型的值",
        way_out="Use text, numbers, true or false, lists and objects.",
        way_out_zh="请使用文本、数字、true 或 false、列表和对象。",
    )


def _no_number(text: str) -> BadDocument:
    return BadDocument(f"{text} is not a number that JSON knows", f"{text} 不是 JSON 能表示的数字")


def key_text(key: object) -> str:
    """YAML takes any scalar as a key; JSON takes text, and so `1:` is the key "1"."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(_scalar(key))


def _too_deep() -> BadDocument:
    return BadDocument(
        f"it is nested more than {_MAX_DEPTH} levels deep",
        f"嵌套超过 {_MAX_DEPTH} 层",
        way_out="Make it flatter.",
        way_out_zh="请减少嵌套。",
    )


_KINDS: dict[type, str] = {list: "list", str: "text", int: "number", float: "number", bool: "word"}
_KINDS_ZH: dict[type, str] = {list: "列表", str: "文本", int: "数字", float: "数字", bool: "单个值"}
