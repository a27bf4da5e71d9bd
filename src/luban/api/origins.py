"""Who may talk to a server that asks for no password: pages it served itself, and programs.

A page of another site can make a browser send requests here. Against reading by DNS rebinding,
the request must be addressed to a name we know; against forged changes, its page must be ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from luban.model.errors import LubanError

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


class UnknownHost(LubanError):
    """The request is addressed to a name this server does not go by."""

    code = "unknown_host"
    status = 421
    en = "This server does not answer to the name `{host}`. Add it to LUBAN_HOSTS if it is yours."
    zh = "此服务器不响应主机名“{host}”。如果这是您的主机名，请将它加入 LUBAN_HOSTS。"


class ForeignOrigin(LubanError):
    """A page of another site tried to change something here."""

    code = "foreign_origin"
    status = 403
    en = "A page of `{origin}` may not change anything here."
    zh = "来自“{origin}”的页面不允许在此进行修改。"


class Origins:
    """Lets pass what is addressed to a known name and, if it changes something, comes from here."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), listed: Iterable[str] = ()) -> None:
        self._app = app
        self._listed = frozenset(listed)
        self._hosts = {host.lower().strip() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            host = headers.get("host", "")
            if not self._is_known(host):
                raise UnknownHost(host=host)
            if scope["type"] == "websocket" or scope["method"] not in _READING:
                self._require_ours(headers, host)
        await self._app(scope, receive, send)

    def _is_known(self, host: str) -> bool:
        """Numbers cannot be rebound, so every address is as good as a known name."""
        name = _name_of(host)
        if name == "localhost" or name.endswith(".localhost") or name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return "*" in self._hosts
        return True

    def _require_ours(self, headers: Headers, host: str) -> None:
        origin = headers.get("origin")
        if origin is not None:
            if origin not in self._listed and _host_of(origin) != host.lower():
                raise ForeignOrigin(origin=origin)
            return
        site = headers.get("sec-fetch-site", "none")
        if site not in _OURS:
            raise ForeignOrigin(origin=headers.get("referer", site))


def _host_of(origin: str) -> str:
    """Where a page comes from, as a request names it; nothing of what is no address."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name_of(host: str) -> str:
    host = host.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
