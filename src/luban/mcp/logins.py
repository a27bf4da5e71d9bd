"""How a server wants to be signed in at: its metadata, and that of who vouches for people there.

RFC 9728, RFC 8414 with the addresses of OpenID Connect, and RFC 7591, as the protocol's page on
authorization (revision 2025-11-25) orders them.
"""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import urlsplit

from luban.mcp.errors import ServerLoginUnknown
from luban.mcp.foreign_text import line
from luban.ports.providers import App, OAuth
from luban.ports.tool_servers import ServerLogin
from luban.sdk.http import Http, HttpResponse

_METADATA = re.compile(r'resource_metadata="([^"]{1,2000})"')
_SCOPE = re.compile(r'scope="([^"]{1,2000})"')
_MAX_BYTES = 500_000
_SECONDS = 15.0
_PROBE = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


class AskedLogins:
    """`ServerLogins` over the guarded client."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def find(self, url: str, redirect: str) -> ServerLogin:
        challenge = await self._challenge(url)
        resource = await self._resource(url, challenge)
        issuers = _texts(resource.get("authorization_servers"))
        issuer = issuers[0] if issuers else _origin(url)
        about = await self._authority(issuer, named=bool(issuers))
        if about is None and not issuers:  # the revision of 2025-03-26 had fixed addresses
            about = {
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "registration_endpoint": f"{issuer}/register",
            }
        if about is None:
            raise _unknown(url, f"{issuer} does not describe itself", f"{issuer} 没有提供元数据")
        methods = _texts(about.get("code_challenge_methods_supported"))
        if methods and "S256" not in methods:
            raise _unknown(
                url, f"{issuer} does without PKCE (S256)", f"{issuer} 不支持 PKCE（S256）"
            )
        app, proves = await self._app(url, about, redirect)
        wanted = _SCOPE.search(challenge)
        scopes = wanted[1].split() if wanted else _texts(resource.get("scopes_supported"))
        named = str(resource.get("resource") or url)
        oauth = OAuth(
            authorize=_text(about, "authorization_endpoint"),
            token=_text(about, "token_endpoint"),
            revoke=_text(about, "revocation_endpoint"),
            issuer=_text(about, "issuer"),
            client=proves,
            extra={"resource": named},
            token_extra={"resource": named},
        )
        if not oauth.authorize or not oauth.token:
            raise _unknown(url, f"{issuer} names no addresses", f"{issuer} 没有给出登录地址")
        return ServerLogin(oauth, app, tuple(dict.fromkeys(scopes)))

    async def _challenge(self, url: str) -> str:
        """What the server says to whoever asks without proof."""
        answer = await self._http.request(
            "POST",
            url,
            json=_PROBE,
            headers={"accept": "application/json, text/event-stream"},
            timeout=_SECONDS,
            max_bytes=_MAX_BYTES,
            follow_redirects=False,
        )
        return answer.headers.get("www-authenticate", "") if answer.status == 401 else ""

    async def _resource(self, url: str, challenge: str) -> dict[str, Any]:
        """What the server says of itself; nothing where it says nothing."""
        told = _METADATA.search(challenge)
        path = urlsplit(url).path.rstrip("/")
        known = f"{_origin(url)}/.well-known/oauth-protected-resource"
        places = [told[1]] if told else [f"{known}{path}", known]
        for place in dict.fromkeys(places):
            if (found := await self._document(place)) is not None:
                named = str(found.get("resource") or "")
                if named and _origin(named) != _origin(url):
                    raise _unknown(
                        url,
                        f"it describes another server ({named})",
                        f"它描述的是另一个服务器（{named}）",
                    )
                return found
        return {}

    async def _authority(self, issuer: str, *, named: bool) -> dict[str, Any] | None:
        """Its metadata; one that a server `named` must go by that very name."""
        origin, path = _origin(issuer), urlsplit(issuer).path.rstrip("/")
        known = f"{origin}/.well-known"
        places = [
            f"{known}/oauth-authorization-server{path}",
            f"{known}/openid-configuration{path}",
            f"{origin}{path}/.well-known/openid-configuration",
        ]
        for place in dict.fromkeys(places):
            found = await self._document(place)
            if found is None:
                continue
            issued = _text(found, "issuer")
            if issued.rstrip("/") == issuer.rstrip("/") or not named:
                return found
        return None

    async def _app(self, url: str, about: dict[str, Any], redirect: str) -> tuple[App, Any]:
        """Registers us, and says how we prove who we are."""
        place = _text(about, "registration_endpoint")
        if not place:
            raise _unknown(
                url,
                "it takes no new apps; define a provider with your own app, and give its "
                "credential to the server",
                "它不接受应用自行注册；请用自己的应用定义服务商，并将其凭据用于此服务器",
            )
        ways = _texts(about.get("token_endpoint_auth_methods_supported"))
        way = "none" if not ways or "none" in ways else ways[0]
        asked = {
            "client_name": "Luban",
            "redirect_uris": [redirect],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": way,
        }
        answer = await self._http.request(
            "POST",
            place,
            json=asked,
            timeout=_SECONDS,
            max_bytes=_MAX_BYTES,
            follow_redirects=False,
        )
        told = _object(answer) if answer.status in (200, 201) else None
        if told is None or not _text(told, "client_id"):
            said = line(answer.text, 200)
            raise _unknown(
                url,
                f"we could not be registered ({answer.status} {said})",
                f"注册失败（{answer.status} {said}）",
            )
        secret = _text(told, "client_secret")
        way = _text(told, "token_endpoint_auth_method") or way
        proves = {"client_secret_basic": "basic", "client_secret_post": "post"}.get(way, "none")
        return App(client_id=_text(told, "client_id"), client_secret=secret), proves

    async def _document(self, place: str) -> dict[str, Any] | None:
        answer = await self._http.request(
            "GET",
            place,
            headers={"accept": "application/json"},
            timeout=_SECONDS,
            max_bytes=_MAX_BYTES,
        )
        return _object(answer) if answer.status == 200 else None


def _object(answer: HttpResponse) -> dict[str, Any] | None:
    try:
        told = answer.json()
    except ValueError:
        return None
    return cast("dict[str, Any]", told) if isinstance(told, dict) else None


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        return []
    return [each for each in cast("list[object]", value) if isinstance(each, str)]


def _text(tree: dict[str, Any], name: str) -> str:
    value = tree.get(name)
    return value if isinstance(value, str) else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _unknown(url: str, reason: str, reason_zh: str) -> ServerLoginUnknown:
    return ServerLoginUnknown(url=url, reason=reason, reason_zh=reason_zh)
