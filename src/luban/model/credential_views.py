"""Credentials and keys as they travel: everything but the secrets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from luban.model.views import Moment, View

Kind = Literal["api_key", "password", "header", "oauth2", "service_account"]
Health = Literal["unknown", "good", "bad", "expired", "key_lost"]


class CredentialView(View):
    """A stored grant. `external` says where its secret is kept when it is not kept here."""

    id: str
    provider: str
    name: str
    kind: Kind
    account: str = ""
    scopes: list[str] = Field(default_factory=list[str])
    settings: dict[str, Any] = Field(default_factory=dict)
    health: Health = "unknown"
    trouble: str = ""
    external: str = ""
    made_by: str = ""
    created_at: Moment
    updated_at: Moment
    expires_at: Moment | None = None
    checked_at: Moment | None = None
    last_used_at: Moment | None = None


class CredentialTestView(View):
    """What the provider said of a credential."""

    health: Health
    account: str = ""
    scopes: list[str] | None = None
    trouble: str = ""
    trouble_zh: str = ""
    retry_after: float | None = None


class CredentialUseView(View):
    """A node that uses a credential, in the draft or in a published version."""

    agent_id: str
    agent_name: str
    node: str
    version: int | None = Field(None, description="The published version; the draft has none.")


class KeyView(View):
    """A key by its name, and how many records lie under it; `here` is false when it is lost."""

    id: str
    current: bool
    here: bool
    records: int


class RotatedView(View):
    """What a rotation came to; `lost` and `broken` rows must be entered again."""

    key: str
    resealed: int
    lost: int
    broken: int
