"""What can be wrong with a credential, said to who stores it or to who runs with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.model.errors import LubanError, NotFound
from luban.services.credentials.use import Use

_NAMED = 5


class CredentialExists(LubanError):
    """A name is given once."""

    code = "credential_exists"
    status = 409
    en = "There is a credential called `{name}` already. Choose another name, or change that one."
    zh = "已有名为“{name}”的凭据。请换一个名称，或修改已有的凭据。"


class CredentialInUse(LubanError):
    """Agents name the credential that is to be deleted."""

    code = "credential_in_use"
    status = 409
    en = (
        "The credential `{name}` is used by {agents}. They will fail without it; delete it with "
        "`force` all the same."
    )
    zh = "凭据“{name}”正被 {agents} 使用，删除后它们将失败。如仍要删除，请使用 `force`。"

    def __init__(self, name: str, uses: Sequence[Use]) -> None:
        agents = list(dict.fromkeys(f"“{use.agent_name}”" for use in uses))
        more = f" (+{len(agents) - _NAMED})" if len(agents) > _NAMED else ""
        super().__init__(name=name, agents=", ".join(agents[:_NAMED]) + more)
        self.uses = list(uses)

    def as_json(self) -> dict[str, Any]:
        """The error, with every use among its values."""
        told = super().as_json()
        told["params"]["uses"] = [use._asdict() for use in self.uses]
        return told


class CredentialMissing(LubanError):
    """A node needs a credential that is not there; `is_of`, whose the one it names is instead."""

    code = "credential_missing"
    status = 422
    en = "`{node}` needs a credential of {provider}: {cause}. {way_out}"
    zh = "“{node}”需要 {provider} 的凭据：{cause_zh}。{way_out_zh}"

    def __init__(
        self, node: str, provider: str, cause: str, cause_zh: str, *, is_of: str = ""
    ) -> None:
        super().__init__(
            node=node,
            provider=provider,
            is_of=is_of,
            cause=cause,
            cause_zh=cause_zh,
            way_out="Add it on the page Credentials, or choose another one on the node.",
            way_out_zh="请在“凭据”页面添加，或在节点上选择其他凭据。",
        )


class SecretIncomplete(LubanError):
    """A secret that is kept elsewhere has other fields than the provider needs."""

    code = "secret_incomplete"
    status = 409
    en = "The secret at `{address}` has no field `{field}`, which {provider} needs."
    zh = "“{address}”处的机密缺少 {provider} 所需的字段“{field}”。"


class RefreshBusy(LubanError):
    """Somebody else refreshes a credential, and does not come to an end."""

    code = "credential_busy"
    status = 503
    retryable = True
    en = "The credential `{name}` is being refreshed for too long. Try again."
    zh = "凭据“{name}”的刷新耗时过长。请重试。"


def no_credential(credential_id: str) -> NotFound:
    return NotFound(
        what="credential",
        what_zh="凭据",
        name=credential_id,
        way_out="It may have been deleted; `luban credential list` shows those there are.",
        way_out_zh="它可能已被删除；`luban credential list` 会列出现有的凭据。",
    )
