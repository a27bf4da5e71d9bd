"""What blocks need of the machine they run on, and whether it is there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from pydantic import BaseModel, ConfigDict

from luban.model.block import UnmetNeed

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class Needs(BaseModel):
    """`python` are requirements as pip takes them, `settings` are environment variables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    python: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    def unmet(self) -> tuple[UnmetNeed, ...]:
        """What is not there, with the way out."""
        return tuple(self._unmet())

    def _unmet(self) -> Iterator[UnmetNeed]:
        for each in self.python:
            if (there := _installed(each)) is not True:
                yield _package(each, there or None)
        for each in self.programs:
            if shutil.which(each) is None:
                yield UnmetNeed(
                    need=each,
                    message=f"It needs the program `{each}`, which is not found. "
                    "Install it, or add its folder to PATH.",
                    message_zh=f"它需要程序“{each}”，但没有找到。请安装它，或把所在目录加入 PATH。",
                )
        for each in self.settings:
            if not os.environ.get(each):
                yield UnmetNeed(
                    need=each,
                    message=f"It needs the setting `{each}`. Set this environment variable, "
                    "and start Luban again.",
                    message_zh=f"它需要设置“{each}”。请设置此环境变量并重新启动 Luban。",
                )


def _package(requirement: str, there: str | None) -> UnmetNeed:
    has, has_zh = ("which is not installed", "但未安装")
    if there is not None:
        has, has_zh = f"but {there} is installed", f"但已安装的版本是 {there}"
    return UnmetNeed(
        need=requirement,
        message=f"It needs the Python package `{requirement}`, {has}: "
        f'`pip install "{requirement}"`, and start Luban again.',
        message_zh=f"它需要 Python 包“{requirement}”，{has_zh}："
        f'请运行 `pip install "{requirement}"` 并重新启动 Luban。',
    )


def _installed(requirement: str) -> str | bool:
    """Whether it is met; the version there is, if that is another."""
    name = _NAME.match(requirement.strip())
    try:
        there = version(name[0]) if name else ""
    except PackageNotFoundError:
        return False
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:  # comes with most installations, not with all: then the name must do
        return True
    try:
        wanted = Requirement(requirement).specifier
    except InvalidRequirement:
        return False
    return True if wanted.contains(there, prereleases=True) else there
