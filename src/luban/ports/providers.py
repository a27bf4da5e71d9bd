"""Providers: the services that credentials open, described as data, and what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from luban.model.errors import LubanError
from luban.ports.vault import Credential, CredentialKind

Secret = Mapping[str, str]
"""An opened secret: the fields that its kind asks for, or the tokens of a grant."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Field(_Frozen):
    """One thing a person enters; what is no `secret` is kept in `Credential.settings`."""

    name: str
    title: str = ""
    title_zh: str = ""
    secret: bool = True
    required: bool = True
    help: str = ""
    help_zh: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()


class Scope(_Frozen):
    """Something a provider may be asked to permit."""

    name: str
    help: str = ""
    help_zh: str = ""
    default: bool = False
    """Asked for when nothing else is said."""


class Probe(_Frozen):
    """A harmless request that shows whether a credential works.

    `ok`, `account`, `trouble` and `scopes` are JMESPath expressions over the answer: whether it is
    good although the status says so, whose the credential is, what is wrong, what was granted.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    json_body: Mapping[str, Any] | None = None
    ok: str = ""
    account: str = ""
    trouble: str = ""
    scopes: str = ""
    scopes_header: str = ""
    refused: tuple[int, ...] = (401, 403)
    """Statuses that mean that the credential is no good."""


class Kind(_Frozen):
    """A way to prove oneself to a provider, and how the proof is sent.

    Values of `headers` and `query` are templates such as `Bearer {api_key}`, filled from secret
    and settings; one that begins with `Basic ` is encoded as that scheme wants.
    """

    kind: CredentialKind
    title: str = ""
    title_zh: str = ""
    fields: tuple[Field, ...] = ()
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    probe: Probe | None = None
    """Where this kind is tested otherwise than the provider's others."""


class OAuth(_Frozen):
    """Where and how a provider speaks OAuth 2; what is empty it does not have."""

    authorize: str = ""
    token: str
    revoke: str = ""
    revoke_by: Literal["token", "bearer", "github"] = "token"
    """RFC 7009, the token as its own proof, or GitHub's own way."""
    device: str = ""
    issuer: str = ""
    """Compared with the `iss` of an answer, where the provider sends one (RFC 9207)."""
    client: Literal["basic", "post", "none"] = "basic"
    grants: tuple[Literal["authorization_code", "client_credentials"], ...] = (
        "authorization_code",
    )
    pkce: bool = True
    delimiter: str = " "
    scope_parameter: str = "scope"
    extra: Mapping[str, str] = {}
    """Further parameters of the address that people are sent to."""
    incremental: Mapping[str, str] = {}
    """Further parameters where scopes are added to a grant."""
    json_body: bool = False
    """Whether the token address takes JSON in place of a form."""
    token_headers: Mapping[str, str] = {}
    token_extra: Mapping[str, str] = {}
    """Further parameters of what the token address is asked, such as `resource` (RFC 8707)."""
    inside: str = ""
    """The part of the answer that holds the tokens, such as Slack's `authed_user`."""
    account: str = ""
    """JMESPath to whose it is, in the answer with the tokens."""


class Provider(_Frozen):
    """A service that credentials open. `own` ones were defined by a team, without code.

    `hosts` are where its credentials may be sent: `api.example.com`, `*.example.com`, or a
    template over settings such as `{host}`.
    """

    id: str
    title: str
    title_zh: str = ""
    docs: str = ""
    hosts: tuple[str, ...] = ()
    kinds: tuple[Kind, ...]
    probe: Probe | None = None
    oauth: OAuth | None = None
    scopes: tuple[Scope, ...] = ()
    client: str = "http"
    """The small client that tests it: `http`, or one that a page of code adds."""
    own: bool = False

    def kind(self, kind: CredentialKind) -> Kind | None:
        return next((each for each in self.kinds if each.kind == kind), None)


class Tested(_Frozen):
    """What a person sees after pressing Test; the words hold no secret.

    `health` is `unknown` where the provider could not be asked: it says nothing of the credential.
    """

    health: Literal["unknown", "good", "bad", "expired"]
    account: str = ""
    scopes: tuple[str, ...] | None = None
    """What was granted, where the provider tells."""
    trouble: str = ""
    trouble_zh: str = ""
    retry_after: float | None = None


class Granted(_Frozen):
    """Tokens that a provider gave."""

    secret: Secret
    scopes: tuple[str, ...] | None = None
    expires_at: float | None = None
    account: str = ""


class App(_Frozen):
    """How Luban itself is known at a provider; the secret is empty where it needs none."""

    client_id: str
    client_secret: str = ""


class Apps(Protocol):
    """Which apps there are: of a team, of the server, of its settings.

    A provider that a team defined gets its own team's app only: it says itself where secrets go.
    """

    async def find(self, owner: str, provider: Provider) -> App | None: ...


class Asking(_Frozen):
    """One request for a grant, kept until a person comes back from the provider."""

    owner: str
    scopes: tuple[str, ...] = ()
    adds: bool = False
    """Whether the scopes are added to a grant there is."""
    state: str
    verifier: str
    """What PKCE proves with (RFC 7636); a secret until it is used."""
    redirect: str
    app: App | None = None
    """Given with the credential, in place of what is stored or set."""


class DeviceCode(_Frozen):
    """What a provider gave to connect an account on another device (RFC 8628).

    A person enters `user_code` at `address`; `device_code` is a secret.
    """

    user_code: str
    address: str
    device_code: str
    interval: float = 5.0
    """Seconds between two questions whether the person did."""
    expires_in: float = 900.0


class Waiting(_Frozen):
    """The person did not agree yet; `slower` asks for five more seconds between questions."""

    slower: bool = False


class Providers(Protocol):
    """All providers, those of the installation and those a team defined, and what they can do."""

    async def list(self, owner: str) -> list[Provider]: ...

    async def find(self, owner: str, provider_id: str) -> Provider | None: ...

    def headers(self, provider: Provider, credential: Credential, secret: Secret) -> dict[str, str]:
        """What a request to one of the provider's hosts carries."""
        ...

    def query(self, provider: Provider, credential: Credential, secret: Secret) -> dict[str, str]:
        """What the address of such a request carries, where a kind sends its proof there."""
        ...

    def hosts(self, provider: Provider, credential: Credential, secret: Secret) -> tuple[str, ...]:
        """Where its credentials may be sent, with the settings filled in."""
        ...

    async def test(self, provider: Provider, credential: Credential, secret: Secret) -> Tested:
        """Never raises for what the provider answers, or fails to."""
        ...

    async def address(self, provider: Provider, asking: Asking) -> str:
        """Where a person is sent to grant something. Raises `AppMissing`."""
        ...

    async def exchange(
        self, provider: Provider, asking: Asking, code: str, issuer: str = ""
    ) -> Granted:
        """Tokens for what the person came back with. Raises what the OAuth client raises."""
        ...

    async def device(self, provider: Provider, asking: Asking) -> DeviceCode:
        """A code to enter on another device. Raises `AppMissing` and what the client raises."""
        ...

    async def device_tokens(
        self, provider: Provider, asking: Asking, device_code: str
    ) -> Granted | Waiting:
        """What came of it. Raises what the OAuth client raises."""
        ...

    def can_refresh(self, provider: Provider, credential: Credential, secret: Secret) -> bool: ...

    async def refresh(self, provider: Provider, credential: Credential, secret: Secret) -> Granted:
        """Fresh tokens; the caller sees to it that nobody else does the same meanwhile.

        Raises `GrantEnded` when a person must connect it again, other errors when it may be tried
        again.
        """
        ...

    async def revoke(self, provider: Provider, credential: Credential, secret: Secret) -> bool:
        """Takes the grant back at the provider; `False` if it knows no way to."""
        ...


class ProviderStore(Protocol):
    """Providers that teams defined; every query names the owner."""

    async def put(self, owner: str, provider: Provider, now: float) -> bool:
        """Makes or replaces one; `True` if it was made."""
        ...

    async def find(self, owner: str, provider_id: str) -> Provider | None: ...

    async def list(self, owner: str) -> list[Provider]: ...

    async def delete(self, owner: str, provider_id: str) -> bool: ...


class AppMissing(LubanError):
    """Nobody has told Luban how it is known at a provider."""

    code = "oauth_app_missing"
    status = 409
    en = (
        "Luban has no app at {provider} yet. Register one there ({docs}) with the redirect address "
        "{redirect}, then enter its client id and secret on the page Credentials, or set "
        "LUBAN_OAUTH_{variable}_CLIENT_ID and LUBAN_OAUTH_{variable}_CLIENT_SECRET."
    )
    zh = (
        "Luban 在 {provider} 还没有应用。请先在其网站注册（{docs}），重定向地址填写 {redirect}，"
        "然后在“凭据”页面填写客户端 ID 和密钥，或设置 LUBAN_OAUTH_{variable}_CLIENT_ID 和 "
        "LUBAN_OAUTH_{variable}_CLIENT_SECRET。"
    )


class GrantEnded(LubanError):
    """The provider does not know the grant any more: it was revoked, or used up."""

    code = "grant_ended"
    status = 409
    en = (
        "{provider} no longer accepts the credential `{name}`: {cause}. Connect it again on the "
        "page Credentials."
    )
    zh = "{provider} 不再接受凭据“{name}”：{cause}。请在“凭据”页面重新连接。"
