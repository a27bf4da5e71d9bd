"""`luban-blocks.toml`: what a folder or package of blocks is, needs, and may do."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from luban.model.block import PERMISSIONS, BlockPackage, UnmetNeed
from luban.model.rejection import rejection
from luban.registry.broken import BrokenBlock
from luban.registry.needs import Needs

FILE = "luban-blocks.toml"

_AT_LINE = re.compile(r"\(at line (\d+)")


class Manifest(BaseModel):
    """What stands in the file; what is not permitted there, the context refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    title: str = ""
    title_zh: str = ""
    version: str = ""
    homepage: str = Field("", pattern="^(https?://.+)?$")
    permissions: tuple[str, ...] = ()
    needs: Needs = Needs()

    @field_validator("permissions")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for each in given:
            if each not in PERMISSIONS:
                _refuse(each)
        return tuple(sorted(set(given)))

    @cached_property
    def unmet(self) -> tuple[UnmetNeed, ...]:
        """What this machine lacks."""
        return self.needs.unmet()

    def package(self, installed: str = "") -> BlockPackage:
        """`installed` is the version a package says it has."""
        return BlockPackage(
            title=self.title,
            title_zh=self.title_zh,
            version=self.version or installed,
            homepage=self.homepage,
        )


class Manifests:
    """Reads each manifest once; a broken one is told once, and permits nothing."""

    def __init__(self) -> None:
        self._read: dict[Path, Manifest | None] = {}
        self.broken: list[BrokenBlock] = []

    def over(self, folder: Path, top: Path) -> Manifest | None:
        """The nearest manifest, from the folder of a block up to the top of what it belongs to."""
        for each in within(folder, top):
            if each not in self._read:
                self._read[each] = self._file(each / FILE)
            if (found := self._read[each]) is not None:
                return found
        return None

    def programs(self) -> set[str]:
        """The programs that any of them needs."""
        return {name for each in self._read.values() if each for name in each.needs.programs}

    def _file(self, path: Path) -> Manifest | None:
        if not path.is_file():
            return None
        try:
            return Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            self._invalid(path, error)
        except (ValueError, OSError) as error:
            at = _AT_LINE.search(str(error))
            self._tell(path, int(at[1]) if at else None, f"{error}", f"{error}")
        return Manifest.model_validate({})

    def _invalid(self, path: Path, error: ValidationError) -> None:
        for each in error.errors(include_url=False):
            key = ".".join(str(part) for part in each["loc"] if isinstance(part, str))
            if each["type"] == "extra_forbidden":
                why, why_zh = f"nobody reads the key `{key}`", f"没有“{key}”这个键"
            else:
                said = rejection(each)
                why = f"`{key}` is {said.value!r}, but {said.expected}"
                why_zh = f"“{key}”的值是 {said.value!r}，但{said.expected_zh}"
                context: dict[str, Any] = each.get("ctx", {})
                why, why_zh = context.get("reason", why), context.get("reason_zh", why_zh)
            self._tell(path, _line_of(path, key), why, why_zh)

    def _tell(self, path: Path, line: int | None, why: str, why_zh: str) -> None:
        self.broken.append(
            BrokenBlock(
                str(path),
                line,
                f"The manifest cannot be used: {why}. Until then its blocks are permitted nothing.",
                f"清单无法使用：{why_zh}。在此之前，其中的模块没有任何权限。",
            )
        )


def within(folder: Path, top: Path) -> list[Path]:
    """A folder and those above it, up to `top`."""
    found = [folder]
    while folder != top and folder.parent != folder and top in folder.parents:
        folder = folder.parent
        found.append(folder)
    return found


def _refuse(permission: str) -> NoReturn:
    from pydantic_core import PydanticCustomError

    known = ", ".join(f"`{name}`" for name in PERMISSIONS)
    context: dict[str, Any] = {
        "reason": f"there is no permission `{permission}`; there are {known}",
        "reason_zh": f"没有“{permission}”这项权限；可选：{'、'.join(PERMISSIONS)}",
    }
    raise PydanticCustomError("permission", "there is no such permission", context)


def _line_of(path: Path, key: str) -> int | None:
    """The line on which a key is written."""
    last = re.escape(key.rpartition(".")[2])
    written = re.compile(rf"\s*(\[.*\b)?{last}\b")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if written.match(line):
            return number
    return None
