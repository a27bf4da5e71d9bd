"""Every setting: from variables, from `luban.toml`, from flags; the later is the stronger."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from luban.model.errors import InvalidValue, LubanError

FILE = "luban.toml"
PORT = 8123
FILE_LIMIT = 512 << 20

Durability = Literal["process", "power"]


class BadSettingsFile(LubanError):
    """luban.toml cannot be read."""

    code = "bad_settings_file"
    status = 500
    en = "{path} cannot be read: {cause}. Repair it, or move it away."
    zh = "无法读取 {path}：{cause}。请修正或移走该文件。"


@dataclass(frozen=True)
class Settings:
    """What an administrator may choose; every field has a default that works."""

    home: Path = field(default_factory=lambda: Path.home() / ".luban")
    host: str = "127.0.0.1"
    port: int = PORT
    hosts: tuple[str, ...] = ()
    """Further names this server answers to."""
    blocks_path: tuple[Path, ...] = (Path("blocks"),)
    allow_hosts: tuple[str, ...] = ()
    """What blocks may reach beyond the public web: names, networks, `loopback`, `private`."""
    database_url: str = ""
    """Empty: a file in `home`. `memory:` keeps everything in memory; `postgresql://…` is shared."""
    lease: int = 10
    """Seconds that a worker on a server may be silent before others take its runs."""
    file_limit: int = FILE_LIMIT
    durability: Durability = "process"
    log_level: str = "info"
    models: tuple[Mapping[str, Any], ...] = ()
    """The `[[models]]` of luban.toml, as they stand there."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()
    """What was written and is not understood, in sentences."""


def read_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """The settings of this process; `folder` is where a luban.toml is looked for first.

    Flags that are `None` were not given. Raises `InvalidValue` and `BadSettingsFile`.
    """
    environment = os.environ if environment is None else environment
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    values = _of_environment(environment)
    home = _home(given.get("home") or values.get("home"))
    path, written = _of_file(folder or Path.cwd(), home)
    warnings = _unknown(written, path)
    values |= {name: written[name] for name in written if name in _READ}
    values |= given
    read = {name: _READ[name](_label(name, values), value) for name, value in values.items()}
    return Settings(**read, environment=environment, warnings=tuple(warnings))


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if environment.get("DATABASE_URL"):
        values["database_url"] = environment["DATABASE_URL"]
    for name in _READ:
        text = environment.get(f"LUBAN_{name.upper()}", "").strip()
        if text and name != "models":
            values[name] = text
    return values


def _of_file(folder: Path, home: Path) -> tuple[Path, dict[str, Any]]:
    """The first luban.toml of the two places."""
    for path in (folder / FILE, home / FILE):
        if path.is_file():
            try:
                return path, tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise BadSettingsFile(path=str(path), cause=str(error)) from error
    return home / FILE, {}


def _unknown(written: Mapping[str, Any], path: Path) -> list[str]:
    warnings: list[str] = []
    for name in written:
        if name not in _READ:
            close = difflib.get_close_matches(name, _READ, n=1)
            hint = f"`{close[0]}` may be meant" if close else f"known are {', '.join(_READ)}"
            warnings.append(f"{path}: there is no setting `{name}`; {hint}.")
    return warnings


def _label(name: str, values: Mapping[str, Any]) -> str:
    return f"LUBAN_{name.upper()}" if isinstance(values[name], str) else name


def _refuse(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(name=name, value=value, expected=expected, expected_zh=expected_zh)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _refuse(name, value, "it must be text", "必须是文本")
    return value


def _home(value: object) -> Path:
    return Path(str(value)).expanduser() if value else Path.home() / ".luban"


def _path(name: str, value: object) -> Path:
    if isinstance(value, Path):
        return value
    return Path(_text(name, value)).expanduser()


def _paths(name: str, value: object) -> tuple[Path, ...]:
    if isinstance(value, str):
        value = [part for part in value.split(os.pathsep) if part]
    return tuple(_path(name, each) for each in _items(name, value))


def _names(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    return tuple(_text(name, each) for each in _items(name, value))


def _items(name: str, value: object) -> list[object]:
    if not isinstance(value, (list, tuple)):
        raise _refuse(name, value, "it must be a list", "必须是列表")
    return list(cast("list[object]", value))


def _number(least: int, most: int) -> Callable[[str, object], int]:
    def read(name: str, value: object) -> int:
        number = None
        if isinstance(value, int) and not isinstance(value, bool):
            number = value
        elif isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            number = int(value)
        if number is None or not least <= number <= most:
            raise _refuse(
                name,
                value,
                f"it must be a whole number from {least} to {most}",
                f"必须是 {least} 到 {most} 的整数",
            )
        return number

    return read


def _one_of(*choices: str) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        text = _text(name, value).lower()
        if text not in choices:
            raise _refuse(
                name,
                value,
                f"it must be one of {', '.join(choices)}",
                f"必须是其中之一：{'、'.join(choices)}",
            )
        return text

    return read


def _models(name: str, value: object) -> tuple[Mapping[str, Any], ...]:
    rows = _items(name, value)
    for row in rows:
        if not isinstance(row, dict):
            raise _refuse(name, row, "write `[[models]]` tables", "请写成 `[[models]]` 表")
    return tuple(cast("list[Mapping[str, Any]]", rows))


_READ: dict[str, Callable[[str, object], Any]] = {
    "home": _path,
    "host": _text,
    "port": _number(0, 65535),
    "hosts": _names,
    "blocks_path": _paths,
    "allow_hosts": _names,
    "database_url": _text,
    "file_limit": _number(1, 1 << 40),
    "lease": _number(1, 3600),
    "durability": _one_of("process", "power"),
    "log_level": _one_of("debug", "info", "warning", "error"),
    "models": _models,
}
"""How each setting is read, from a text or from what TOML gives."""
