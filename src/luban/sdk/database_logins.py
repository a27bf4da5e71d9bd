"""Where a database is and who asks, out of a credential."""

from __future__ import annotations

from typing import Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

from luban.sdk.credential import OpenCredential
from luban.sdk.databases import Dialect, RedisServer, Security, SqlServer
from luban.sdk.errors import BlockError

Database = Literal["postgresql", "mysql", "mssql"]
PORTS: dict[str, int] = {"postgresql": 5432, "mysql": 3306, "mssql": 1433, "redis": 6379}
_SCHEMES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "mssql",
    "sqlserver": "mssql",
    "redis": "redis",
    "rediss": "redis",
}
_MODES = {
    "disable": "none",
    "allow": "none",
    "prefer": "none",
    "require": "tls_unverified",
    "verify-ca": "tls",
    "verify-full": "tls",
}


def sql_server(opened: OpenCredential, dialect: Database, database: str = "") -> SqlServer:
    """Raises `BlockError` for a credential that says no such server."""
    host, port, name, user, password, security = _place(opened, dialect)
    return SqlServer(
        cast("Dialect", dialect), host, port, database or name, user, password, security
    )


def redis_server(opened: OpenCredential) -> RedisServer:
    """Raises `BlockError` for a credential that says no such server."""
    host, port, name, user, password, security = _place(opened, "redis")
    if name and not name.isdigit():
        raise _unusable(opened, f"`{name}` is no number of a database", f"“{name}”不是数据库编号")
    return RedisServer(host, port, int(name or 0), user, password, security)


def _place(opened: OpenCredential, kind: str) -> tuple[str, int, str, str, str, Security]:
    if opened.get("url"):
        return _of_url(opened, kind)
    host = opened.get("host", "").strip()
    port = opened.get("port") or str(PORTS[kind])
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise _unusable(opened, f"there is no server at `{host}:{port}`", f"“{host}:{port}”无效")
    security = opened.get("security") or "tls"
    if security not in ("tls", "tls_unverified", "none"):
        raise _unusable(opened, f"`{security}` is no encryption", f"“{security}”不是加密方式")
    return (
        host,
        int(port),
        opened.get("database", ""),
        opened.get("username", ""),
        opened.get("password", ""),
        security,
    )


def _of_url(opened: OpenCredential, kind: str) -> tuple[str, int, str, str, str, Security]:
    try:
        parts = urlsplit(opened["url"].strip())
        port = parts.port or PORTS[kind]
        host = parts.hostname or ""
    except ValueError:
        raise _unusable(opened, "its address cannot be read", "其地址无法解析") from None
    scheme = parts.scheme.partition("+")[0]  # such as `postgresql+asyncpg`
    if _SCHEMES.get(scheme) != kind or not host:
        wanted = " or ".join(f"{name}://" for name, of in _SCHEMES.items() if of == kind)
        raise _unusable(
            opened, f"its address must begin with {wanted}", f"其地址必须以 {wanted} 开头"
        )
    query = parse_qs(parts.query)
    mode = query.get("sslmode", query.get("ssl-mode", [""]))[0].lower()
    security = "none" if kind == "redis" and scheme == "redis" else _MODES.get(mode, "tls")
    return (
        host,
        port,
        unquote(parts.path.lstrip("/")),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        cast("Security", security),
    )


def _unusable(opened: OpenCredential, reason: str, reason_zh: str) -> BlockError:
    return BlockError(
        f"The credential `{opened.name}` names no server: {reason}. Change it on the page "
        "Credentials.",
        zh=f"凭据“{opened.name}”没有指明服务器：{reason_zh}。请在“凭据”页面修改。",
        code="credential_unusable",
    )
