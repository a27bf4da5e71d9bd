"""Writing YAML: a tree laid into the text it came from, so that comments and layout stay."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from luban.interop import agent_file
from luban.model.errors import LubanError
from luban.model.values import canonical

Tree = dict[str, Any]

_WIDTH = 100
_ONE_LINE = 90
_FLOW_KEYS = frozenset({"at", "size", "retry", "limits"})
_ODD = re.compile(
    r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_INDENT = re.compile(r"^( *)- ", re.MULTILINE)


def written(tree: Tree, source: str | None) -> str:
    """The tree as YAML; reading it gives the tree again."""
    if source is not None and source.lstrip()[:1] not in ("", "{", "["):
        kept = _laid_into(tree, source)
        if kept is not None:
            return kept
    styled = _styled(tree)
    styled.fa.set_block_style()
    return _dumped(styled, indented_lists=True)


def _laid_into(tree: Tree, source: str) -> str | None:
    """The source's text with the tree's values, or `None` where they do not fit together."""
    try:
        old = _writer().load(source)
        if not isinstance(old, CommentedMap):
            return None
        _update_map(old, tree)
        text = _dumped(old, indented_lists=_has_indented_lists(source))
        return text if agent_file.load(text) == tree else None
    except (YAMLError, LubanError, ValueError, TypeError, KeyError, RecursionError):
        return None  # odd aliases and merge keys: the values matter more than the layout


def _update_map(old: CommentedMap, new: Mapping[str, Any]) -> None:
    texts = {_text(key): key for key in old}
    for text, key in texts.items():
        if text not in new:
            del old[key]
    for place, (text, value) in enumerate(new.items()):
        key = texts.get(text, text)
        if key not in old:
            old.insert(min(place, len(old)), _quoted(key), _styled(value, text))
        elif not _same(old[key], value):
            old[key] = _updated(old[key], value, text)


def _updated(old: Any, new: Any, key: str) -> Any:
    """A changed value; what is shared by an alias is replaced, never changed in place."""
    if _is_shared(old):
        return _styled(new, key)
    if isinstance(old, CommentedMap) and isinstance(new, dict):
        _update_map(old, new)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, list):
        _update_list(old, new)
        return old
    return _styled(new, key)


def _update_list(old: CommentedSeq, new: list[Any]) -> None:
    """Items that stay keep their comments; the others are taken out and put in around them."""
    before = [_digest(item) for item in old]
    matcher = SequenceMatcher(None, before, [_digest(item) for item in new], autojunk=False)
    for what, a_start, a_end, b_start, b_end in reversed(matcher.get_opcodes()):
        if what == "equal":
            continue
        paired = min(a_end - a_start, b_end - b_start) if what == "replace" else 0
        for place in reversed(range(a_start + paired, a_end)):
            del old[place]
        for offset in range(paired):
            old[a_start + offset] = _updated(old[a_start + offset], new[b_start + offset], "")
        for place in reversed(range(b_start + paired, b_end)):
            old.insert(a_start + paired, _styled(new[place]))


def _same(old: Any, new: Any) -> bool:
    return _digest(old) == _digest(new)


def _digest(value: Any) -> bytes:
    return canonical(agent_file.plain(value))


def _is_shared(value: Any) -> bool:
    anchor = getattr(value, "anchor", None)
    return getattr(anchor, "value", None) is not None


def _text(key: object) -> str:
    return agent_file.key_text(key)


# --- layout of what has no source


def _styled(value: Any, key: str = "") -> Any:
    """The value with its layout: short things on one line, long texts as blocks."""
    if isinstance(value, dict):
        styled = CommentedMap((_quoted(name), _styled(each, name)) for name, each in value.items())
        if not value or ((key in _FLOW_KEYS or "from" in value) and _fits(value)):
            styled.fa.set_flow_style()
        return styled
    if isinstance(value, list):
        items = CommentedSeq(_styled(each) for each in value)
        flat = all(not isinstance(each, (dict, list)) for each in value)
        if not value or (key != "links" and flat and _fits(value)):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and "\n" in value and _may_be_block(value):
        return LiteralScalarString(value)
    return _quoted(value)


def _quoted(value: Any) -> Any:
    """Characters that are line ends to YAML only survive as escapes."""
    if isinstance(value, str) and _ODD.search(value):
        return DoubleQuotedScalarString(value)
    return value


def _fits(value: Any) -> bool:
    return len(str(value)) <= _ONE_LINE and "\n" not in str(value)


def _may_be_block(text: str) -> bool:
    """Block texts cannot say trailing blanks before a line end, nor control characters."""
    return " \n" not in text and not _ODD.search(text)


def _has_indented_lists(source: str) -> bool:
    match = _INDENT.search(source)
    return match is None or len(match.group(1)) > 0


def _writer() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.allow_unicode = True
    return yaml


def _dumped(tree: Any, *, indented_lists: bool) -> str:
    yaml = _writer()
    yaml.default_flow_style = False
    if indented_lists:
        yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(tree, stream)
    return stream.getvalue()
