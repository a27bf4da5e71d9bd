"""From credentials to the views that travel."""

from __future__ import annotations

from luban.model.credential_views import CredentialTestView, CredentialUseView, CredentialView
from luban.model.views import moment
from luban.ports.providers import Tested
from luban.ports.vault import Credential
from luban.services.credentials import Use


def credential_view(credential: Credential) -> CredentialView:
    return CredentialView(
        id=credential.id,
        provider=credential.provider,
        name=credential.name,
        kind=credential.kind,
        account=credential.account,
        scopes=list(credential.scopes),
        settings=dict(credential.settings),
        health=credential.health,
        trouble=credential.trouble,
        external=credential.external,
        made_by=credential.made_by,
        created_at=moment(credential.created_at),
        updated_at=moment(credential.updated_at),
        expires_at=_moment(credential.expires_at),
        checked_at=_moment(credential.checked_at),
        last_used_at=_moment(credential.last_used_at),
    )


def tested_view(tested: Tested) -> CredentialTestView:
    return CredentialTestView(
        health=tested.health,
        account=tested.account,
        scopes=None if tested.scopes is None else list(tested.scopes),
        trouble=tested.trouble,
        trouble_zh=tested.trouble_zh,
        retry_after=tested.retry_after,
    )


def use_view(use: Use) -> CredentialUseView:
    return CredentialUseView(**use._asdict())


def _moment(at: float | None) -> str | None:
    return None if at is None else moment(at)
