"""Signing people in by OpenID Connect: the code flow with PKCE (OpenID Connect Core 1.0 §3.1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from luban.ports.clock import Clock
from luban.sdk.errors import BlockError
from luban.sdk.http import Http, HttpResponse
from luban.services.accounts.asking import Asked, SignInFailed, code_in, failed, plain
from luban.services.accounts.key_sets import RemoteKeys
from luban.services.accounts.person import Person
from luban.services.accounts.remote_document import RemoteDocument
from luban.services.accounts.sign_in_settings import SignInProvider
from luban.services.accounts.signed_tokens import (
    KEY_TYPES,
    Claims,
    Expected,
    TokenRefused,
    audiences,
    check,
    claims_of,
    header_of,
    same,
    text_in,
)
from luban.services.accounts.web_address import parts_of

WELL_KNOWN = "/.well-known/openid-configuration"
_METADATA_FRESH = 3600.0
_SCOPES = ("openid", "email", "profile")
_LARGEST = 256_000
_TIMEOUT = 15.0


class OpenIdSignIn:
    """`SignInBy` one issuer. Its keys and addresses are read when they are first needed."""

    def __init__(self, provider: SignInProvider, http: Http, clock: Clock) -> None:
        self.provider = provider
        self._http, self._clock = http, clock
        url = provider.issuer.rstrip("/") + WELL_KNOWN
        self._metadata = RemoteDocument(http, url, clock, _METADATA_FRESH)
        self._keys: RemoteKeys | None = None
        self._keys_url = ""

    async def address(self, asked: Asked) -> str:
        url = self._endpoint(await self._described(), "authorization_endpoint")
        parameters = {
            "client_id": self.provider.client_id,
            "response_type": "code",
            "scope": " ".join(self.provider.scopes or _SCOPES),
            "redirect_uri": asked.redirect,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": asked.challenge,
            "code_challenge_method": "S256",
        }
        return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"

    async def person(self, asked: Asked, answer: Mapping[str, str]) -> Person:
        metadata = await self._described()
        self._require_issuer(metadata, answer)
        code = code_in(self.provider, answer)
        tokens = await self._redeem(metadata, asked, code)
        claims = await self._identified(metadata, asked, tokens)
        if not text_in(claims, "email"):
            claims = {**await self._told(metadata, tokens, claims), **claims}
        return Person(
            issuer=self.provider.issuer,
            subject=claims["sub"],
            email=text_in(claims, "email", 254).strip().lower(),
            verified=_is_true(claims.get("email_verified")),
            name=text_in(claims, "name", 200) or text_in(claims, "preferred_username", 200),
        )

    async def _described(self) -> dict[str, Any]:
        metadata = await self._metadata.read()
        if metadata.get("issuer") != self.provider.issuer:
            raise failed(
                self.provider,
                f"at {self._metadata.url} stands another issuer than in the settings",
                f"{self._metadata.url} 中的签发者与设置不符",
            )
        return metadata

    def _require_issuer(self, metadata: Mapping[str, Any], answer: Mapping[str, str]) -> None:
        """Against answers of one issuer brought to another's address (RFC 9207)."""
        told = answer.get("iss")
        always = metadata.get("authorization_response_iss_parameter_supported") is True
        if told != self.provider.issuer and (told is not None or always):
            raise failed(self.provider, "the answer is of another issuer", "应答来自其他签发者")

    def _endpoint(self, metadata: Mapping[str, Any], name: str) -> str:
        url = metadata.get(name)
        safe = ("https", "http") if self.provider.issuer.startswith("http://") else ("https",)
        if not isinstance(url, str) or parts_of(url).scheme not in safe:
            raise failed(self.provider, f"it names no usable `{name}`", f"没有可用的“{name}”")
        return url

    async def _redeem(self, metadata: Mapping[str, Any], asked: Asked, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect,
            "code_verifier": asked.verifier,
        }
        headers = {"accept": "application/json"}
        client, secret = self.provider.client_id, self.provider.client_secret
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not secret:
            form["client_id"] = client
        elif "client_secret_basic" in methods:
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        else:
            form |= {"client_id": client, "client_secret": secret}
        url = self._endpoint(metadata, "token_endpoint")
        answer = await self._asked("POST", url, headers=headers, form=form)
        tokens = _object(answer)
        if not answer.ok or not isinstance(tokens.get("id_token"), str):
            word = plain(tokens.get("error")) or str(answer.status)
            raise failed(self.provider, f"it says `{word}`", f"对方返回“{word}”")
        return tokens

    async def _identified(
        self, metadata: Mapping[str, Any], asked: Asked, tokens: Mapping[str, Any]
    ) -> Claims:
        """The claims of the ID token (OpenID Connect Core §3.1.3.7)."""
        token: str = tokens["id_token"]
        try:
            header = header_of(token)
            if header.algorithm not in _algorithms(metadata):
                raise TokenRefused("its algorithm was not agreed on", "签名算法未经约定")
            key = await self._remote_keys(metadata).find(header)
            claims = claims_of(token, key, header.algorithm)
            client = self.provider.client_id
            check(claims, Expected(self.provider.issuer, client), self._clock.now())
            _check_party(claims, client)
            if not same(text_in(claims, "nonce"), asked.nonce):
                raise TokenRefused("it answers another sign-in", "与本次登录不对应")
            _check_access_token(claims, header.algorithm, tokens.get("access_token"))
            if not text_in(claims, "sub", 255):
                raise TokenRefused("it names nobody", "没有指明用户")
        except TokenRefused as error:
            cause, cause_zh = error.params["cause"], error.params["cause_zh"]
            raise failed(
                self.provider, f"its ID token is refused: {cause}", f"ID 令牌被拒绝：{cause_zh}"
            ) from error
        return claims

    async def _told(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], claims: Claims
    ) -> Claims:
        """What the issuer tells of the same person apart from the token, if it does."""
        access = tokens.get("access_token")
        if not isinstance(access, str) or not metadata.get("userinfo_endpoint"):
            return {}
        url = self._endpoint(metadata, "userinfo_endpoint")
        headers = {"accept": "application/json", "authorization": f"Bearer {access}"}
        told = _object(await self._asked("GET", url, headers=headers))
        if told.get("sub") != claims["sub"]:
            raise failed(self.provider, "it tells of somebody else", "返回的用户信息属于他人")
        return told

    def _remote_keys(self, metadata: Mapping[str, Any]) -> RemoteKeys:
        url = self._endpoint(metadata, "jwks_uri")
        if self._keys is None or url != self._keys_url:
            self._keys, self._keys_url = RemoteKeys(self._http, url, self._clock), url
        return self._keys

    async def _asked(self, method: str, url: str, **how: Any) -> HttpResponse:
        return await ask(self.provider, self._http, method, url, **how)


async def ask(
    provider: SignInProvider, http: Http, method: str, url: str, **how: Any
) -> HttpResponse:
    """One request to a provider; it may not send us on. Raises `SignInFailed`."""
    try:
        return await http.request(
            method, url, **how, timeout=_TIMEOUT, max_bytes=_LARGEST, follow_redirects=False
        )
    except BlockError as error:
        raise SignInFailed(
            title=provider.title,
            cause=str(error).rstrip("."),
            cause_zh=error.message_zh.rstrip("。"),
        ) from error


def _is_true(told: object) -> bool:
    """Some issuers write it as text."""
    return told is True or told == "true"


def _algorithms(metadata: Mapping[str, Any]) -> set[str]:
    """What the issuer says it signs with, of what has a public key here."""
    told = metadata.get("id_token_signing_alg_values_supported")
    listed = told if isinstance(told, list) else ["RS256"]
    return {each for each in listed if isinstance(each, str) and each in KEY_TYPES}


def _check_party(claims: Claims, client: str) -> None:
    party = claims.get("azp")
    if (party is not None or len(audiences(claims)) > 1) and party != client:
        raise TokenRefused("it was made for another client", "是为其他客户端签发的")


def _check_access_token(claims: Claims, algorithm: str, access: object) -> None:
    """`at_hash` ties the two tokens together; it is optional in this flow, but never wrong."""
    told = claims.get("at_hash")
    if told is None:
        return
    name = f"sha{algorithm[2:]}" if algorithm[2:].isdecimal() else "sha512"
    digest = hashlib.new(name, access.encode() if isinstance(access, str) else b"").digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")
    if not isinstance(told, str) or not same(told, half):
        raise TokenRefused("it belongs to another access token", "与访问令牌不对应")


def _object(answer: HttpResponse) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
