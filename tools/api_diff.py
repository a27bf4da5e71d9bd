"""What changed in the API since it was last released, and what of it breaks programs.

`python -m tools.api_diff` compares web/openapi.json with docs/reference/api/released.json. A change
that breaks a program written for the released one fails, unless docs/reference/api/changes.md says
it word for word and so was meant. `--release` makes today's description the released one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
NOW = ROOT / "web" / "openapi.json"
RELEASED = ROOT / "docs" / "reference" / "api" / "released.json"
WRITTEN = ROOT / "docs" / "reference" / "api" / "changes.md"

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")

Json = dict[str, Any]


class Change(NamedTuple):
    """A sentence, and whether it breaks what was written for the released API."""

    text: str
    breaks: bool


class _Both(NamedTuple):
    """The two descriptions, to find what `$ref` names in each."""

    old: Json
    new: Json

    def of_old(self, node: Any) -> Json:
        return _resolved(self.old, node)

    def of_new(self, node: Any) -> Json:
        return _resolved(self.new, node)


def changes(old: Json, new: Json) -> list[Change]:
    """Every change of paths, parameters, bodies and answers, in the order of the old one."""
    both = _Both(old, new)
    found: list[Change] = []
    was, now = dict(_operations(old)), dict(_operations(new))
    for name, operation in was.items():
        if name not in now:
            found.append(Change(f"`{name}` is gone", True))
        else:
            found += (
                Change(f"`{name}`: {each.text}", each.breaks)
                for each in _operation(both, operation, now[name])
            )
    found += (Change(f"`{name}` is new", False) for name in now if name not in was)
    return list(dict.fromkeys(found))


def unwritten(found: list[Change], written: str) -> list[str]:
    """What breaks and is not written down."""
    return [each.text for each in found if each.breaks and each.text not in written]


def _operations(schema: Json) -> Iterator[tuple[str, Json]]:
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                operation = item[method]
                own = [*shared, *operation.get("parameters", [])]
                yield f"{method.upper()} {path}", {**operation, "parameters": own}


def _operation(both: _Both, old: Json, new: Json) -> Iterator[Change]:
    had, has = old.get("x-permission"), new.get("x-permission")
    if had is not None and had != has:
        yield Change(f"needs the permission `{has}`, not `{had}`", True)
    yield from _parameters(both, old, new)
    yield from _bodies(both, old.get("requestBody"), new.get("requestBody"))
    yield from _answers(both, old.get("responses", {}), new.get("responses", {}))


def _parameters(both: _Both, old: Json, new: Json) -> Iterator[Change]:
    was = {(each["in"], each["name"]): each for each in map(both.of_old, old["parameters"])}
    now = {(each["in"], each["name"]): each for each in map(both.of_new, new["parameters"])}
    for (place, name), before in was.items():
        after = now.get((place, name))
        if after is None:
            yield Change(f"the {place} parameter `{name}` is gone", True)
            continue
        if after.get("required") and not before.get("required"):
            yield Change(f"the {place} parameter `{name}` must be given now", True)
        was_schema, schema = before.get("schema", {}), after.get("schema", {})
        if place == "query" and "array" in _kinds(both.new, schema):
            several = _kinds(both.new, schema)["array"]  # one of them is written as before
            schema = schema if "array" in _kinds(both.old, was_schema) else several["items"]
            was_schema = _without_null(both.old, was_schema)
        yield from _schemas(both, was_schema, schema, f"`{name}`", asked=True)
    for (place, name), after in now.items():
        if (place, name) not in was:
            must = bool(after.get("required"))
            yield Change(
                f"the {place} parameter `{name}` is new" + (" and must be given" if must else ""),
                must,
            )


def _bodies(both: _Both, old: Any, new: Any) -> Iterator[Change]:
    if old is None and new is None:
        return
    if new is None:
        yield Change("takes no body any more", True)
        return
    after = both.of_new(new)
    if old is None:
        must = bool(after.get("required"))
        yield Change("takes a body" + (" that must be given" if must else ""), must)
        return
    before = both.of_old(old)
    if after.get("required") and not before.get("required"):
        yield Change("the body must be given now", True)
    yield from _contents(both, before, after, "the body", asked=True)


def _answers(both: _Both, old: Json, new: Json) -> Iterator[Change]:
    for status, answer in old.items():
        if not status.startswith(("2", "3")):
            continue
        if status not in new:
            yield Change(f"does not answer {status} any more", True)
            continue
        before, after = both.of_old(answer), both.of_new(new[status])
        yield from _contents(both, before, after, f"the answer {status}", asked=False)
    for status in new:
        if status.startswith(("2", "3")) and status not in old:
            yield Change(f"may answer {status}", True)


def _contents(both: _Both, old: Json, new: Json, where: str, *, asked: bool) -> Iterator[Change]:
    was, now = old.get("content", {}), new.get("content", {})
    for kind, content in was.items():
        if kind not in now:
            yield Change(f"{where} is not {kind} any more", True)
            continue
        yield from _schemas(
            both, content.get("schema", {}), now[kind].get("schema", {}), where, asked=asked
        )


def _schemas(
    both: _Both,
    old: Any,
    new: Any,
    where: str,
    *,
    asked: bool,
    seen: frozenset[tuple[str, str]] = frozenset(),
) -> Iterator[Change]:
    """Of what is `asked`, less may not be taken; of what is answered, more may not be told."""
    at = (_name(old), _name(new))
    if all(at):
        if at in seen:
            return
        seen |= {at}
    was, now = _kinds(both.old, old), _kinds(both.new, new)
    if "any" in was or "any" in now:
        if set(was) != set(now) and ("any" not in now if asked else "any" in now):
            yield Change(f"{where} may be {_told(now)}, no longer {_told(was)}", True)
        return
    lost, gained = [key for key in was if key not in now], [key for key in now if key not in was]
    if lost:
        yield Change(f"{where} may not be {_told(lost)} any more", asked)
    if gained:
        yield Change(f"{where} may be {_told(gained)} now", not asked)
    for kind in was:
        if kind in now:
            yield from _of_kind(both, was[kind], now[kind], where, asked=asked, seen=seen)


def _of_kind(
    both: _Both, old: Json, new: Json, where: str, *, asked: bool, seen: frozenset[tuple[str, str]]
) -> Iterator[Change]:
    yield from _choices(old, new, where, asked=asked)
    if asked:
        yield from _bounds(old, new, where)
    if "items" in old or "items" in new:
        yield from _schemas(
            both, old.get("items", {}), new.get("items", {}), f"{where}[]", asked=asked, seen=seen
        )
    was, now = old.get("properties", {}), new.get("properties", {})
    had, has = set(old.get("required", ())), set(new.get("required", ()))
    for name, schema in was.items():
        place = f"{where}.{name}"
        if name not in now:
            yield Change(f"{place} is gone", True)
            continue
        if asked and name in has - had:
            yield Change(f"{place} must be given now", True)
        if not asked and name in had - has:
            yield Change(f"{place} may be missing now", True)
        yield from _schemas(both, schema, now[name], place, asked=asked, seen=seen)
    for name in now:
        if name not in was:
            must = asked and name in has
            yield Change(f"{where}.{name} is new" + (" and must be given" if must else ""), must)


def _choices(old: Json, new: Json, where: str, *, asked: bool) -> Iterator[Change]:
    was, now = _enum(old), _enum(new)
    if was is None and now is None:
        return
    lost = [each for each in was or () if now is not None and each not in now]
    if lost or (was is None and asked):
        less = f"{where} may not be {_told(lost)} any more" if lost else f"{where} has choices now"
        yield Change(less, asked)
    gained = [each for each in now or () if was is not None and each not in was]
    if gained:
        yield Change(f"{where} may be {_told(gained)} now", False)


def _enum(schema: Json) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _bounds(old: Json, new: Json, where: str) -> Iterator[Change]:
    for word in _LEAST:
        if word in new and new[word] > old.get(word, float("-inf")):
            yield Change(f"{where} has `{word}` {new[word]} now", True)
    for word in _MOST:
        if word in new and new[word] < old.get(word, float("inf")):
            yield Change(f"{where} has `{word}` {new[word]} now", True)
    if new.get("pattern") != old.get("pattern") and "pattern" in new:
        yield Change(f"{where} has the pattern `{new['pattern']}` now", True)


def _kinds(document: Json, node: Any) -> dict[str, Json]:
    """The alternatives of a schema by what they are, such as `string` and `null`."""
    schema = _resolved(document, node)
    inner = schema.get("anyOf") or schema.get("oneOf")
    if inner is not None:
        found: dict[str, Json] = {}
        for each in inner:
            for kind, of_it in _kinds(document, each).items():
                found[kind] = of_it if kind not in found else {}  # two of one kind: no more said
        return found
    if len(schema.get("allOf", ())) == 1:
        return _kinds(document, schema["allOf"][0])
    kinds = schema.get("type")
    if kinds is None:
        kinds = "any" if "const" not in schema and "enum" not in schema else "string"
    return dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, schema)


def _without_null(document: Json, node: Any) -> Any:
    """A schema that may be left out, when it is given."""
    schema = _resolved(document, node)
    rest = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return rest[0] if len(rest) == 1 else node


def _resolved(document: Json, node: Any) -> Json:
    while isinstance(node, dict) and "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node if isinstance(node, dict) else {}


def _name(node: Any) -> str:
    return node.get("$ref", "") if isinstance(node, dict) else ""


def _told(names: Any) -> str:
    return ", ".join(f"`{each}`" for each in names)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", action="store_true")
    parser.add_argument("--all", action="store_true", help="say what breaks nothing, too")
    chosen = parser.parse_args(words)
    if chosen.release:
        shutil.copyfile(NOW, RELEASED)
        return 0
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in (RELEASED, NOW))
    found = changes(old, new)
    if chosen.all:
        for each in found:
            print(("breaks  " if each.breaks else "        ") + each.text)
    missing = unwritten(found, WRITTEN.read_text(encoding="utf-8"))
    for text in missing:
        print(f"breaks what was released: {text}")
    if missing:
        print("Undo it, or write it word for word into docs/reference/api/changes.md, and why.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
