"""Skills: folders with a `SKILL.md`; an agent knows their names, and reads one when it needs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, cast

from luban.sdk import BlockError, Context, FileFacts

FILE = "SKILL.md"
_HEAD = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^([A-Za-z_-]+):[ \t]*(.*)$")
_LARGEST = 200_000
_MOST = 100
_SHARED = "user:"

Place = Literal["agent", "user"]


class Skill(NamedTuple):
    """What the prompt tells of a skill, and where it lies."""

    name: str
    description: str
    folder: str
    scope: Place


class Manual(NamedTuple):
    """A `SKILL.md`: what stands at its head, and the instructions below."""

    name: str
    description: str
    text: str


def read(written: str, folder: str) -> Manual:
    """The name is that of the folder where the head gives none."""
    head = _HEAD.match(written)
    facts = _facts(head.group(1)) if head else {}
    text = written[head.end() :] if head else written
    name = facts.get("name") or folder.rstrip("/").rpartition("/")[2] or "skill"
    return Manual(name, facts.get("description", ""), text.strip())


def _facts(head: str) -> dict[str, str]:
    """Keys with their values; a value may go on in indented lines."""
    found: dict[str, str] = {}
    key = ""
    for line in head.splitlines():
        begun = _KEY.match(line)
        if begun:
            key, value = begun.group(1).lower(), begun.group(2).strip()
            found[key] = "" if value in (">", "|", ">-", "|-") else value.strip("\"'")
        elif key and line.startswith((" ", "\t")):
            found[key] = f"{found[key]} {line.strip()}".strip()
    return found


async def found_in(ctx: Context, folders: Sequence[str]) -> list[Skill]:
    """The skills below these folders of the workspace; `user:` before one means the shared one.

    Of two with the same name the first counts.
    """
    skills: dict[str, Skill] = {}
    for named in folders:
        folder, scope = place_of(named)
        for facts in await ctx.files.list(folder, scope=scope):
            if facts.path.rpartition("/")[2] != FILE or len(skills) >= _MOST:
                continue
            inside = facts.path.removesuffix(FILE)
            manual = read(await _text(ctx, facts), inside)
            skills.setdefault(manual.name, Skill(manual.name, manual.description, inside, scope))
    return list(skills.values())


def place_of(named: str) -> tuple[str, Place]:
    """A folder as the user names it: its path, and in whose workspace."""
    shared = named.startswith(_SHARED)
    return named.removeprefix(_SHARED).strip("/"), "user" if shared else "agent"


async def text_of(ctx: Context, skill: Skill, file: str = "") -> str:
    """The instructions of a skill with the names of its other files, or one of these files.

    Raises `BlockError`.
    """
    inside = {
        facts.path.removeprefix(skill.folder): facts
        for facts in await ctx.files.list(skill.folder, scope=skill.scope)
    }
    facts = inside.get(file or FILE)
    if facts is None:
        known = ", ".join(inside) or "none"
        raise BlockError(
            f"The skill `{skill.name}` has no file `{file or FILE}`. It has: {known}.",
            zh=f"技能“{skill.name}”没有文件“{file or FILE}”。现有文件：{known}。",
            code="not_found",
        )
    text = await _text(ctx, facts)
    others = [name for name in inside if name != FILE]
    if file or not others:
        return text if file else read(text, skill.folder).text
    return f"{read(text, skill.folder).text}\n\nOther files of this skill: {', '.join(others)}"


async def _text(ctx: Context, facts: FileFacts) -> str:
    if facts.file.size > _LARGEST:
        raise BlockError(
            f"`{facts.path}` has {facts.file.size:,} bytes; a file of a skill may have "
            f"{_LARGEST:,}.",
            zh=f"“{facts.path}”有 {facts.file.size:,} 字节；技能文件最多 {_LARGEST:,} 字节。",
            code="skill_too_large",
        )
    return (await ctx.files.read(facts.file)).decode("utf-8", "replace")


def from_value(value: dict[str, str]) -> Skill:
    """A skill as its record keeps it."""
    return Skill(
        value["name"], value["description"], value["folder"], cast("Place", value["scope"])
    )
