"""Files in the repository that a program wrote: what writes each, and whether each is fresh."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import block_categories, sync_client

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Generated:
    """A file and the function (`module:name`, no arguments) that returns its text."""

    path: str
    maker: str

    def text(self) -> str:
        module, _, name = self.maker.partition(":")
        make: Callable[[], str] = getattr(importlib.import_module(module), name)
        return make()


FILES: tuple[Generated, ...] = (
    Generated("docs/reference/agent.schema.json", "luban.interop.agent_schema:text"),
    Generated("web/openapi.json", "luban.api.openapi:text"),
    Generated(
        "src/luban/storage/migrations/head.sqlite.sql", "luban.storage.migrations.snapshot:text"
    ),
    Generated(
        "src/luban/storage/migrations/head.postgresql.sql",
        "luban.storage.migrations.snapshot:postgres_text",
    ),
    Generated("docs/reference/blocks.md", "tools.block_pages:english"),
    Generated("docs/reference/blocks.zh-CN.md", "tools.block_pages:chinese"),
    *(Generated(path, maker) for path, maker in block_categories.pages()),
    Generated("src/luban/registry/written_specs.json", "tools.block_pages:written"),
    Generated("web/src/canvas/blockIcons.ts", "tools.block_icons:text"),
    Generated("docs/comparison/core-blocks.md", "tools.comparison_page:text"),
    Generated("docs/reference/cli.md", "tools.command_pages:english"),
    Generated("docs/reference/cli.zh-CN.md", "tools.command_pages:chinese"),
    Generated("docs/reference/database.md", "tools.database_page:text"),
    Generated("docs/reference/errors.md", "tools.error_page:text"),
    Generated("docs/reference/metrics.md", "tools.metrics_page:text"),
    Generated("docs/reference/models.md", "tools.model_page:text"),
    Generated("docs/reference/providers.md", "tools.provider_pages:english"),
    Generated("docs/reference/providers.zh-CN.md", "tools.provider_pages:chinese"),
    Generated("src/luban/client/sync/__init__.py", "tools.sync_client:package"),
    *(
        Generated(f"src/luban/client/sync/{name}.py", f"tools.sync_client:{name}")
        for name in sync_client.names()
    ),
)


def stale(files: tuple[Generated, ...] = FILES, root: Path = ROOT) -> list[str]:
    """One sentence for each file that is not what its program writes today."""
    return [
        f"{one.path} is out of date: run ./run fix"
        for one in files
        if not (root / one.path).exists() or (root / one.path).read_text("utf-8") != one.text()
    ]


def write(files: tuple[Generated, ...] = FILES, root: Path = ROOT) -> None:
    for one in files:
        target = root / one.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(one.text(), encoding="utf-8", newline="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if one is stale")
    if not parser.parse_args().check:
        write()
        return 0
    found = stale()
    print("\n".join(found) or "every generated file is fresh")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
