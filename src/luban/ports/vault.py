"""Secrets: sealed records, the keys they are sealed with, and the credentials made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from luban.model.errors import LubanError
from luban.ports.stores import Page, Slice

Health = Literal["unknown", "good", "bad", "expired", "key_lost"]
CredentialKind = Literal["api_key", "password", "header", "oauth2", "service_account"]


class KeyLost(LubanError):
    """A record was sealed with a key that is not in the key ring."""

    code = "key_lost"
    status = 409
    en = (
        "The key `{key}` that {what} was sealed with is not in the key ring. Put it back in "
        "LUBAN_KEYS or the file keys/ring in LUBAN_HOME, or enter the secret again."
    )
    zh = (
        "密封{what}所用的密钥“{key}”不在密钥环中。请将其放回（LUBAN_KEYS 或 LUBAN_HOME 中的 "
        "keys/ring 文件），或重新输入机密。"
    )


class Sealed(NamedTuple):
    """Ciphertext, and the name of the key of the ring that its own key is wrapped with."""

    key: str
    box: bytes

    @classmethod
    def of(cls, box: bytes) -> Sealed:
        """From a table that keeps no key beside it: a box names its key itself."""
        return cls(box[2 : 2 + box[1]].decode("ascii", "replace") if len(box) > 1 else "", box)


class Sealing(Protocol):
    """Seals bytes so that they open only in their own place.

    `place` is what the bytes are bound to, such as table, row and owner: sealed bytes that were
    copied to another row, or another owner, do not open.
    """

    def seal(self, content: bytes, *place: str) -> Sealed: ...

    def open(self, sealed: Sealed, *place: str) -> bytes:
        """Raises `KeyLost`, and `SealBroken` if it was changed or is of another place."""
        ...


class SealBroken(LubanError):
    """Sealed bytes were changed, or moved to another place."""

    code = "seal_broken"
    status = 409
    en = "What was stored for {what} was changed or copied from elsewhere. Enter the secret again."
    zh = "为{what}存储的内容已被更改或来自别处。请重新输入机密。"


class Credential(BaseModel):
    """A stored grant, without its secret.

    `account` is whose it is at the provider, as far as that is known; `health` is what the last
    test or use said, with `trouble` in words of the provider that hold no secret.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    provider: str
    name: str
    kind: CredentialKind
    account: str = ""
    scopes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {}
    """What is no secret: a host, a port, a region."""
    health: Health = "unknown"
    trouble: str = ""
    external: str = ""
    """Where the secret is read from when it is not stored here, such as `env:NAME`."""
    made_by: str = ""
    created_at: float
    updated_at: float
    expires_at: float | None = None
    checked_at: float | None = None
    last_used_at: float | None = None


class CredentialStore(Protocol):
    """Credentials and their sealed secrets; every query names the owner.

    A name is one credential's of its owner. What a test, a use and a person write are different
    columns, so that none undoes what another wrote meanwhile.
    """

    async def create(self, credential: Credential, secret: Sealed | None) -> bool:
        """`False` if the owner has one of this name already."""
        ...

    async def find(self, owner: str, credential_id: str) -> Credential | None: ...

    async def find_named(self, owner: str, name: str) -> Credential | None: ...

    async def secret(self, owner: str, credential_id: str) -> Sealed | None: ...

    async def list(
        self, owner: str, part: Slice, *, provider: str | None = None
    ) -> Page[Credential]:
        """By name."""
        ...

    async def update(self, credential: Credential, secret: Sealed | None = None) -> bool:
        """Replaces the record; the secret only when one is given.

        `False` if there is none, or the name is another's. When it was last used stays.
        """
        ...

    async def judge(
        self, owner: str, credential_id: str, health: Health, trouble: str, at: float
    ) -> bool:
        """Stores what a test or a use said."""
        ...

    async def used(self, owner: str, credential_id: str, at: float) -> None: ...

    async def hold(self, owner: str, credential_id: str, now: float, until: float) -> bool:
        """Takes the one turn there is to refresh it; `False` while another has it."""
        ...

    async def release(self, owner: str, credential_id: str) -> None: ...

    async def replace_secret(self, credential: Credential, old: Sealed, new: Sealed) -> bool:
        """A refreshed secret in place of the one it was made from; `False` if that is gone.

        Writes account, scopes, expiry and health too, and leaves the name alone.
        """
        ...

    async def delete(self, owner: str, credential_id: str) -> bool: ...

    async def sealed_with(self, key: str, limit: int, after: str = "") -> list[SealedRecord]: ...

    async def reseal(self, owner: str, row_id: str, old: Sealed, new: Sealed) -> bool: ...

    async def keys(self) -> dict[str, int]: ...

    async def key_is_there(self, key: str, there: bool) -> int:
        """Marks what is under a key as `key_lost`, or no longer; how many it was."""
        ...


class SealedRecord(NamedTuple):
    """A row with a secret, as rotation sees it."""

    owner: str
    id: str
    secret: Sealed


class SealedRecords(Protocol):
    """Rows of one table whose secrets are sealed at the place (table, row id, owner)."""

    async def sealed_with(self, key: str, limit: int, after: str = "") -> list[SealedRecord]:
        """Some rows under a key, whoever's they are, by id and beyond the id `after`."""
        ...

    async def reseal(self, owner: str, row_id: str, old: Sealed, new: Sealed) -> bool:
        """`False` if the secret is no longer the old one."""
        ...

    async def keys(self) -> dict[str, int]:
        """How many rows there are under each key."""
        ...


class Keys(Protocol):
    """The key ring, as those who look after it see it."""

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        ...

    @property
    def ids(self) -> list[str]: ...

    @property
    def given(self) -> bool:
        """Whether the current key is given from outside, so that a new one has to be too."""
        ...

    def add(self) -> str:
        """Makes a new current key and gives its id. Raises `KeysAreGiven`."""
        ...

    def read_again(self) -> None: ...


class KeysAreGiven(LubanError):
    """The keys are given from outside, so none can be made here."""

    code = "keys_are_given"
    status = 409
    en = (
        "The keys of this installation are given from outside (LUBAN_KEYS, LUBAN_KEY_COMMAND or "
        "ENCRYPTION_KEY). Put a new one before the others there, start again, then rotate."
    )
    zh = (
        "此安装的密钥由外部提供（LUBAN_KEYS、LUBAN_KEY_COMMAND 或 ENCRYPTION_KEY）。"
        "请在那里把新密钥放在其他密钥之前，重新启动后再轮换。"
    )


class Secrets(Protocol):
    """Where secrets are kept outside: files, the environment, a vendor's vault."""

    def check(self, owner: str, address: str, *, manager: bool) -> None:
        """Raises `InvalidValue` for an address that names no place, or that is not the owner's.

        A `manager` of the server may name any address; others those kept apart for their team.
        """
        ...

    async def read(self, owner: str, address: str) -> Mapping[str, str]:
        """The fields of the secret under an address such as `env:NAME` or `vault:path`.

        A secret that is one text has one field without a name. Raises `SecretUnreachable`,
        `SecretNotFound`, `SecretRefused`.
        """
        ...


class SecretNotFound(LubanError):
    """There is no secret under an address outside."""

    code = "secret_not_found"
    status = 409
    en = "There is no secret at `{address}`. Put it there, or change the address."
    zh = "“{address}”处没有机密。请在那里写入，或更改地址。"


class SecretRefused(LubanError):
    """The place where a secret is kept does not let Luban read it."""

    code = "secret_refused"
    status = 409
    en = "`{source}` does not let Luban read `{address}` ({cause}). Check its token and policy."
    zh = "“{source}”不允许 Luban 读取“{address}”（{cause}）。请检查其令牌和策略。"


class SecretUnreachable(LubanError):
    """A secret that is kept elsewhere could not be read."""

    code = "secret_unreachable"
    status = 502
    retryable = True
    en = "The secret at `{address}` could not be read: {cause}."
    zh = "无法读取位于“{address}”的机密：{cause}。"
