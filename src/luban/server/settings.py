"""Every setting: from variables, from `luban.toml`, from flags; the later is the stronger."""

from __future__ import annotations

import difflib
import json
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
UPLOAD_LIMIT = 10 * 1024 * 1024
UPLOAD_TYPES = ("*", "!application/x-dosexec", "!application/x-executable", "!application/x-mach-o")
"""Anything but programs of an operating system."""
_S3 = ("s3_bucket", "s3_endpoint", "s3_region", "s3_access_key", "s3_secret_key")

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
    sqlite_paths: tuple[Path, ...] = ()
    mcp_blocks: tuple[str, ...] = ()
    """Folders and files of this machine from which blocks may read SQLite databases."""
    """What blocks may reach beyond the public web: names, networks, `loopback`, `private`."""
    browser: str = ""
    """The Chromium that draws pages for blocks; empty: the one on PATH; `off`: none."""
    browser_sandbox: Literal["on", "off"] = "on"
    """`off` lets pages run without Chromium's own sandbox, where the machine has none to give."""
    database_url: str = ""
    """Empty: a file in `home`. `memory:` keeps everything in memory; `postgresql://…` is shared."""
    lease: int = 10
    """Seconds that a worker on a server may be silent before others take its runs."""
    file_limit: int = FILE_LIMIT
    """Bytes of any stored file, whoever writes it."""
    file_quota: int = 10 << 30
    """Bytes of all stored files of an owner without a quota of its own; 0 is any number."""
    file_versions: int = 20
    """How many versions of what is at a path of a workspace are kept."""
    upload_limit: int = UPLOAD_LIMIT
    """Bytes of a file that is sent to the API."""
    upload_types: tuple[str, ...] = UPLOAD_TYPES
    """What may be sent, by what it holds; `!` before a pattern refuses it."""
    clamav: str = ""
    """Where clamd scans uploads: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""
    clamav_down: Literal["refuse", "accept"] = "refuse"
    """What becomes of uploads while it does not answer."""
    s3_bucket: str = ""
    """The bucket that stored files lie in, instead of a folder in `home`."""
    s3_endpoint: str = ""
    """Where it is; empty: Amazon's."""
    s3_region: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = field(default="", repr=False)
    s3_links: Literal["server", "bucket"] = "server"
    """Where links to files lead: through this server, or straight to the bucket."""
    max_output: int = 256 << 20
    """Bytes that an attempt of a step may send."""
    max_emissions: int = 1_000_000
    """Values that a step may send."""
    blocked_limit: int = 5
    """Seconds that a block may hold up all others before it is stopped."""
    memory_limit: int = 0
    """Bytes of memory above which no further run begins; 0: four fifths of what there is."""
    slots: int = 256
    """Runs at a time in this process; 0 leaves them to other processes."""
    isolated_memory: int = 2 << 30
    """Bytes of memory for runs that killed their worker; 0 is no bound."""
    durability: Durability = "process"
    keep_days: int | None = None
    """Ended runs older than this are deleted, unless their agent says otherwise."""
    keep_runs: int | None = None
    """Only this many ended runs of an agent are kept, unless it says otherwise."""
    archive_dir: Path | None = None
    """Where runs are written to before they are deleted for their age or number."""
    log_level: str = "info"
    log_format: Literal["text", "json"] = "text"
    metrics_token: str = field(default="", repr=False)
    """What Prometheus shows to read /metrics, instead of an account."""
    metrics_port: int = 0
    """Where this machine alone reads /metrics without showing anything; 0 is nowhere."""
    keep_audit_days: int = 365
    """Days that entries of the audit log are kept."""
    code: Literal["full", "subset", "off"] = "full"
    """How far code of users may go: whole languages in a box, a subset of Python, not at all."""
    code_shell: Literal["admins", "off"] = "admins"
    """Whether teams of administrators may run shell commands, in a box too."""
    code_python: str = ""
    """The Python that runs code, with its packages; empty: a bare one."""
    code_seconds: int = 300
    """Seconds that a piece of code may take, whatever its node says."""
    code_memory: int = 512 << 20
    """Bytes of memory of a piece of code, whatever its node says."""
    code_at_once: int = 4
    """How many pieces of code run at a time; others wait."""
    models: tuple[Mapping[str, Any], ...] = ()
    """The `[[models]]` of luban.toml, as they stand there."""
    models_record: Path | None = None
    """A file to which the answers of models are written."""
    models_replay: Path | None = None
    """A file that answers in place of models."""
    secrets: tuple[Mapping[str, Any], ...] = ()
    """The `[[secrets]]` of luban.toml: vaults of others, as they stand there."""
    max_queued_runs: int = 0
    """How many runs an owner without caps of their own may have waiting; 0 is no cap."""
    max_running_runs: int = 0
    limits: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The `[limits.…]` of luban.toml by provider or host, as they stand there."""
    cors_origins: tuple[str, ...] = ()
    """Pages of other sites that may use this server from a browser, as exact origins."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    request_timeout: int = 120
    """Seconds that answering a request may take; streams and uploads have no such end."""
    redis_url: str = field(default="", repr=False)
    """Where several processes count requests together; empty: each for itself."""
    rate_limits: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The `[rate_limits]` of luban.toml, as they stand there."""
    oauth: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """The `[oauth.…]` of luban.toml by provider: as what app this server is known there."""
    auth: Literal["auto", "required"] = "auto"
    """`auto`: on a loopback address nobody needs an account; otherwise everybody does."""
    admin_email: str = ""
    """With `admin_password`: the first administrator, made while there is no user."""
    admin_password: str = field(default="", repr=False)
    public_url: str = ""
    """Where people reach the server; links in letters begin with it."""
    smtp_url: str = field(default="", repr=False)
    """The mail server, as `smtp://user:password@host:587`; empty: no letters are sent."""
    mail_from: str = ""
    """Whom letters are from."""
    session_idle_hours: int = 14 * 24
    """Hours after which an unused session ends."""
    session_days: int = 90
    """Days after which any session ends."""
    sign_in: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    """The `[[sign_in]]` of luban.toml: other houses to sign in with, as they stand there."""
    sign_up: str = "invited"
    """Who gets an account by signing in there: `closed`, `invited`, `open`, or domains."""
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


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables by which another process of this installation gets the same settings.

    What luban.toml alone says is not among them: it is read there too.
    """
    paths = os.pathsep.join(str(path.absolute()) for path in settings.blocks_path)
    return {
        **settings.environment,
        "DATABASE_URL": settings.database_url,
        "LUBAN_HOME": str(settings.home.absolute()),
        "LUBAN_BLOCKS_PATH": paths,
        "LUBAN_ALLOW_HOSTS": ",".join(settings.allow_hosts),
        "LUBAN_SQLITE_PATHS": os.pathsep.join(str(path) for path in settings.sqlite_paths),
        "LUBAN_BROWSER": settings.browser,
        "LUBAN_BROWSER_SANDBOX": settings.browser_sandbox,
        "LUBAN_LEASE": str(settings.lease),
        "LUBAN_DURABILITY": settings.durability,
        "LUBAN_LOG_LEVEL": settings.log_level,
        "LUBAN_LOG_FORMAT": settings.log_format,
        "LUBAN_BLOCKED_LIMIT": str(settings.blocked_limit),
        "LUBAN_ISOLATED_MEMORY": str(settings.isolated_memory),
        "LUBAN_CODE": settings.code,
        "LUBAN_CODE_SHELL": settings.code_shell,
    }


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if environment.get("DATABASE_URL"):
        values["database_url"] = environment["DATABASE_URL"]
    if environment.get("REDIS_URL"):
        values["redis_url"] = environment["REDIS_URL"]
    values |= {name: environment[name.upper()] for name in _S3 if environment.get(name.upper())}
    for name in _READ:
        text = environment.get(f"LUBAN_{name.upper()}", "").strip()
        if text and name not in ("models", "sign_in", "secrets", "oauth"):
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


def _sources_of_secrets(name: str, value: object) -> tuple[Mapping[str, Any], ...]:
    rows = _items(name, value)
    if not all(isinstance(row, dict) for row in rows):
        # What stands there may be a secret, so it is not repeated.
        raise _refuse(name, "•••", "write `[[secrets]]` tables", "请写成 `[[secrets]]` 表")
    return tuple(cast("list[Mapping[str, Any]]", rows))


def _sign_in(name: str, value: object) -> tuple[Mapping[str, Any], ...]:
    rows = _items(name, value)
    if not all(isinstance(row, dict) for row in rows):
        raise _refuse(name, "•••", "write `[[sign_in]]` tables", "请写成 `[[sign_in]]` 表")
    return tuple(cast("list[Mapping[str, Any]]", rows))


def _limits(name: str, value: object) -> Mapping[str, Any]:
    """Tables, or in a variable the same as JSON; they are understood where they apply."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _refuse(
                name,
                value,
                f'write JSON like {{"api.example.com": {{"concurrent": 4}}}} ({error})',
                f'请写成 JSON，例如 {{"api.example.com": {{"concurrent": 4}}}}（{error}）',
            ) from error
    if not isinstance(value, dict):
        raise _refuse(
            name,
            value,
            'write `[limits."api.example.com"]` tables',
            '请写成 `[limits."api.example.com"]` 表',
        )
    return cast("dict[str, Any]", value)


def _rate_limits(name: str, value: object) -> Mapping[str, Any]:
    """A table, or in a variable the same as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        raise _refuse(
            name,
            value,
            'write a `[rate_limits]` table, or JSON like {"read": "1200/minute"}',
            '请写成 `[rate_limits]` 表，或 JSON，例如 {"read": "1200/minute"}',
        )
    return cast("dict[str, Any]", value)


def _redis_url(name: str, value: object) -> str:
    text = _text(name, value)
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise _refuse(
            name,
            "•••",
            "it must be like redis://host:6379/0, rediss://… or unix://…",
            "必须形如 redis://host:6379/0、rediss://… 或 unix://…",
        )
    return text


def _oauth(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _refuse(name, "•••", "write `[oauth.github]` tables", "请写成 `[oauth.github]` 表")
    return cast("dict[str, Any]", value)


_READ: dict[str, Callable[[str, object], Any]] = {
    "home": _path,
    "host": _text,
    "port": _number(0, 65535),
    "hosts": _names,
    "blocks_path": _paths,
    "allow_hosts": _names,
    "sqlite_paths": _paths,
    "mcp_blocks": _names,
    "browser": _text,
    "browser_sandbox": _one_of("on", "off"),
    "database_url": _text,
    "file_limit": _number(1, 1 << 40),
    "file_quota": _number(0, 1 << 60),
    "file_versions": _number(1, 1000),
    "upload_limit": _number(1, 1 << 40),
    "upload_types": _names,
    "clamav": _text,
    "clamav_down": _one_of("refuse", "accept"),
    "s3_bucket": _text,
    "s3_endpoint": _text,
    "s3_region": _text,
    "s3_access_key": _text,
    "s3_secret_key": _text,
    "s3_links": _one_of("server", "bucket"),
    "max_output": _number(1, 1 << 40),
    "max_emissions": _number(1, 1 << 40),
    "blocked_limit": _number(1, 3600),
    "memory_limit": _number(0, 1 << 50),
    "lease": _number(1, 3600),
    "slots": _number(0, 100_000),
    "isolated_memory": _number(0, 1 << 50),
    "keep_days": _number(1, 36_500),
    "keep_runs": _number(1, 1 << 40),
    "archive_dir": _path,
    "metrics_token": _text,
    "metrics_port": _number(0, 65535),
    "keep_audit_days": _number(1, 36_500),
    "durability": _one_of("process", "power"),
    "log_level": _one_of("debug", "info", "warning", "error"),
    "log_format": _one_of("text", "json"),
    "code": _one_of("full", "subset", "off"),
    "code_shell": _one_of("admins", "off"),
    "code_python": _text,
    "code_seconds": _number(1, 86_400),
    "code_memory": _number(32 << 20, 1 << 40),
    "code_at_once": _number(1, 1000),
    "models": _models,
    "models_record": _path,
    "models_replay": _path,
    "secrets": _sources_of_secrets,
    "limits": _limits,
    "cors_origins": _names,
    "trusted_proxies": _names,
    "request_timeout": _number(1, 86_400),
    "redis_url": _redis_url,
    "rate_limits": _rate_limits,
    "oauth": _oauth,
    "auth": _one_of("auto", "required"),
    "admin_email": _text,
    "admin_password": _text,
    "public_url": _text,
    "smtp_url": _text,
    "mail_from": _text,
    "session_idle_hours": _number(1, 24 * 366),
    "session_days": _number(1, 3660),
    "sign_in": _sign_in,
    "sign_up": _text,
    "max_queued_runs": _number(0, 1 << 31),
    "max_running_runs": _number(0, 1 << 31),
}
"""How each setting is read, from a text or from what TOML gives."""
