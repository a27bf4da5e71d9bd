"""Providers as they are shown to who chooses one, and how connecting an account goes on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from luban.model.views import ItemsView, Tree, View


class FieldView(View):
    """One thing to enter."""

    name: str
    title: str
    title_zh: str
    secret: bool
    required: bool
    help: str
    help_zh: str
    default: str
    choices: list[str]


class KindView(View):
    """A way to prove oneself to a provider, and what it asks for."""

    kind: str
    title: str
    title_zh: str
    fields: list[FieldView]
    connect: bool = Field(description="Whether a person is sent there in place of entering.")


class ScopeView(View):
    """Something that may be permitted; `default` ones are asked for when nothing is chosen."""

    name: str
    help: str
    help_zh: str
    default: bool


class ProviderView(View):
    """A provider; `app` says where the app comes from that accounts are connected with."""

    id: str
    title: str
    title_zh: str
    docs: str
    hosts: list[str]
    kinds: list[KindView]
    scopes: list[ScopeView]
    testable: bool
    own: bool
    app: Literal["team", "server", "settings"] | None = None
    definition: Tree | None = Field(
        default=None, description="Of an own one: what `PUT` takes to make it again."
    )


class ProvidersView(ItemsView[ProviderView]):
    """All of them, and the address that apps are registered with."""

    redirect: str


class ConnectView(View):
    """Where to send the person, and by what name to ask how it went."""

    url: str
    state: str


class DeviceView(View):
    """What to enter where, on any device with a browser."""

    state: str
    user_code: str
    address: str
    interval: float = Field(description="Seconds between two questions how it went.")


class ConnectedView(View):
    """How connecting ended; while neither is set it has not."""

    credential_id: str | None = None
    error: Tree | None = None


class RevokedView(View):
    """That a grant is over; `there` says whether the provider was told."""

    credential_id: str
    there: bool
