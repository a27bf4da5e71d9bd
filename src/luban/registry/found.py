"""Blocks on their way from a module to the shelf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from luban.registry.broken import BrokenBlock, ids_in
from luban.registry.loading import Unloadable, compiled, declarations, declared_id, load
from luban.registry.manifest import Manifest, Manifests
from luban.registry.overlay import Overlays
from luban.sdk.code import BlockCode


class Found:
    """Blocks with the files they stand in, and what could not be used.

    `top` is the folder above which no manifest is looked for; without one there is none.
    """

    def __init__(self) -> None:
        self.codes: list[tuple[BlockCode, str]] = []
        self.origins: dict[str, str] = {}
        self.broken: list[BrokenBlock] = []
        self.manifests = Manifests()
        self._overlays = Overlays()

    def take(
        self, name: str, path: str, source: str, top: Path | None = None, installed: str = ""
    ) -> None:
        """The blocks of a module imported by name."""
        self.take_module(name, partial(load, name, path), path, source, top, installed)

    def take_module(
        self,
        name: str,
        load_module: Callable[[], ModuleType],
        path: str,
        source: str,
        top: Path | None = None,
        installed: str = "",
    ) -> None:
        """The blocks of a module; `origin` of them all is `top`, else where they come from."""
        self.origins[path] = source if top is None else str(top)
        try:
            module = load_module()
        except Unloadable as error:
            blocks = ids_in(Path(path), name)
            manifest = self._manifest(path, top)
            self.broken.append(_for_lack(error.broken._replace(blocks=blocks), manifest))
            return
        for declaration in declarations(module):
            self.take_one(declaration, path, source, top, installed)

    def take_one(
        self,
        declaration: Any,
        path: str,
        source: str,
        top: Path | None = None,
        installed: str = "",
    ) -> None:
        """One declared block."""
        try:
            code = compiled(declaration, path)
        except Unloadable as error:
            self.broken.append(error.broken._replace(blocks=declared_id(declaration)))
            return
        self._place(code, path, source, top, installed)

    def take_code(self, code: BlockCode, path: str, source: str, top: Path | None) -> None:
        """A block that no Python file declares."""
        self.origins[path] = source if top is None else str(top)
        self._place(code, path, source, top, "")

    def _place(
        self, code: BlockCode, path: str, source: str, top: Path | None, installed: str
    ) -> None:
        said: dict[str, Any] = {"source": source}
        if (manifest := self._manifest(path, top)) is not None:
            said["package"] = manifest.package(installed)
            said["permissions"] = manifest.permissions
            said["unmet"] = manifest.unmet
        code = replace(code, spec=code.spec.model_copy(update=said))
        self.codes.append((self._overlays.over(code, Path(path).parent), path))

    def done(self) -> Found:
        """Adds what was wrong with the Chinese texts and the manifests."""
        self.broken += self._overlays.broken
        self.broken += self.manifests.broken
        return self

    def _manifest(self, path: str, top: Path | None) -> Manifest | None:
        if top is None:
            return None
        folder = Path(path).parent
        return self.manifests.over(folder if top in (folder, *folder.parents) else top, top)


def _for_lack(broken: BrokenBlock, manifest: Manifest | None) -> BrokenBlock:
    """What does not load because it cannot import something names the needs that are not met."""
    if manifest is None or not broken.message.startswith(("ModuleNotFoundError", "ImportError")):
        return broken
    return broken._replace(
        message=". ".join((broken.message, *(each.message for each in manifest.unmet))),
        message_zh="。".join((broken.message_zh, *(each.message_zh for each in manifest.unmet))),
    )
