"""The page that sets AutoGPT's core blocks beside ours, from the mapping that the tests run.

`python -m tools.comparison_page` writes it.
"""

from __future__ import annotations

import tomllib
from typing import Any

from luban.registry import discover
from tools import generated

ROWS = generated.ROOT / "tests" / "blocks" / "core_blocks.toml"

_HEAD = """# AutoGPT's core blocks and ours

[The palette beside others](blocks.md) · Written from `tests/blocks/core_blocks.toml` by
`python -m tools.comparison_page`.

Each row is tried in `tests/blocks/test_core_blocks.py`: the cases that are known of it run through
our block, and give what is given there, or what the last column says. {count} classes have a
counterpart; {differing} of them differ on purpose.

| theirs | ours | where we differ, and why |
|---|---|---|
"""


def text() -> str:
    """The text of `docs/comparison/core-blocks.md`."""
    rows: dict[str, dict[str, Any]] = tomllib.loads(ROWS.read_text(encoding="utf-8"))
    specs = {spec.id: spec for spec in discover(()).specs()}
    differing = sum("differs" in row for row in rows.values())
    lines = [_HEAD.format(count=len(rows), differing=differing).rstrip()]
    for theirs, row in sorted(rows.items()):
        block = str(row.get("block", ""))
        spec = specs.get(block)
        ours = f"[`{block}`](../reference/blocks/{spec.category}.md)" if spec else f"`{block}`"
        differs = " ".join(str(row.get("differs", "")).split()).replace("|", "\\|")
        lines.append(f"| `{theirs}` | {ours} | {differs} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    generated.write(tuple(one for one in generated.FILES if "comparison_page" in one.maker))
