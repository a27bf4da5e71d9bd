"""The pictures of the built-in blocks for the web app: a module that imports exactly those.

All icons of the library would make the app ten times as heavy. A block of somebody's own may use
any of these; another name is shown as a box.
"""

from __future__ import annotations

from luban.registry import discover

_ALWAYS = frozenset(
    [
        "bot",
        "box",
        "brackets",
        "code",
        "columns-3",
        "database",
        "file",
        "file-input",
        "file-output",
        "filter",
        "folder-open",
        "globe",
        "image",
        "key-round",
        "layers",
        "link",
        "list-ordered",
        "message-square",
        "pilcrow",
        "quote",
        "regex",
        "search",
        "send",
        "shuffle",
        "sigma",
        "sliders-horizontal",
        "sparkles",
        "square-check",
        "square-pen",
        "type",
        "webhook",
        "wrench",
    ]
)
"""Icons for blocks of one's own, beside those of the built-in ones."""


def text() -> str:
    """`web/src/canvas/blockIcons.ts`."""
    names = sorted({spec.icon for spec in discover().specs() if spec.source == "builtin"} | _ALWAYS)
    components = {name: f"{''.join(map(_word, name.split('-')))}Icon" for name in names}
    imported = sorted(set(components.values()), key=_order)
    lines = [
        "// Made by tools/block_icons.py of the icons that blocks name: ./run fix. Do not edit.",
        "import {",
        *(f"  {component}," for component in sorted([*imported, "type LucideIcon"], key=_order)),
        '} from "lucide-react";',
        "",
        "export const ICONS: Record<string, LucideIcon> = {",
        *(f"  {_key(name)}: {components[name]}," for name in names),
        "};",
    ]
    return "\n".join(lines) + "\n"


def _word(part: str) -> str:
    """`columns-3` is Columns3Icon; without the ending, `map` would hide what is built in."""
    return part[:1].upper() + part[1:]


def _order(component: str) -> list[tuple[str, bool]]:
    """As the web app's linter sorts what is imported: of one letter, the large one first."""
    return [(letter.lower(), letter.islower()) for letter in component.removeprefix("type ")]


def _key(name: str) -> str:
    return f'"{name}"' if "-" in name else name
