"""Agents to start from: the shipped examples."""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from luban.model.errors import LubanError, NotFound
from luban.services.checking import Checking
from luban.services.run_inputs import AskedInput

log = logging.getLogger(__name__)

_SUFFIX = ".agent.yaml"


class Template(NamedTuple):
    """A shipped agent file, read."""

    id: str
    name: str
    name_zh: str
    description: str
    description_zh: str
    document: dict[str, Any]
    source: str


class Templates:
    """The agent files of a folder, by the file's name without its ending."""

    def __init__(self, folder: Path | None, checking: Checking) -> None:
        self._folder = folder
        self._checking = checking

    def list(self) -> list[Template]:
        return list(self._templates.values())

    def get(self, template_id: str) -> Template:
        """Raises `NotFound`."""
        template = self._templates.get(template_id)
        if template is None:
            raise NotFound(
                what="template",
                what_zh="范例",
                name=template_id,
                way_out=f"There are: {', '.join(self._templates) or 'none'}.",
                way_out_zh=f"现有：{'、'.join(self._templates) or '无'}。",
            )
        return template

    def inputs(self, template: Template) -> list[AskedInput]:
        return self._checking.document(template.document).inputs

    @cached_property
    def _templates(self) -> dict[str, Template]:
        """Read when first asked for: the YAML library is not needed to start."""
        found: dict[str, Template] = {}
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder else ():
            try:
                template = _read(path)
            except LubanError as error:
                log.warning("the template %s cannot be read: %s", path.name, error)
                continue
            found[template.id] = template
        return found


def _read(path: Path) -> Template:
    from luban.interop import agent_file  # only here: the YAML library is slow to import

    source = path.read_text(encoding="utf-8")
    document = agent_file.load(source)
    meta = document.get("meta")
    more: dict[str, Any] = meta if isinstance(meta, dict) else {}
    template_id = path.name.removesuffix(_SUFFIX)
    name = str(document.get("name") or template_id)
    description = str(document.get("description") or "")
    return Template(
        id=template_id,
        name=name,
        name_zh=str(more.get("name_zh") or name),
        description=description,
        description_zh=str(more.get("description_zh") or description),
        document=document,
        source=source,
    )
