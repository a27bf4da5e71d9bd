"""What can go wrong between Luban and a token address; no sentence holds a secret."""

from __future__ import annotations

from luban.model.errors import LubanError

ENDED = frozenset(
    {
        "invalid_grant",
        "invalid_refresh_token",
        "bad_refresh_token",
        "token_revoked",
        "token_expired",
        "account_inactive",
    }
)
"""RFC 6749 §5.2 knows the first; GitHub and Slack have names of their own."""
BAD_CODE = frozenset({"bad_verification_code", "invalid_code", "code_already_used"})
PENDING = frozenset({"authorization_pending", "slow_down"})
"""The person did not agree yet (RFC 8628 §3.5)."""
BAD_CLIENT = frozenset(
    {
        "invalid_client",
        "invalid_client_id",
        "bad_client_secret",
        "incorrect_client_credentials",
        "unauthorized_client",
    }
)
BAD_REDIRECT = frozenset({"redirect_uri_mismatch", "bad_redirect_uri", "invalid_redirect_uri"})
BAD_SCOPE = frozenset({"invalid_scope", "invalid_scope_requested"})


class TokensRefused(LubanError):
    """A provider gives no tokens; `oauth_error` is its own word for the reason."""

    code = "oauth_refused"
    status = 422
    en = "{provider} gave no access: {said}. {way_out}"
    zh = "{provider} 没有授予访问权限：{said}。{way_out_zh}"


class TokensUnavailable(LubanError):
    """A token address could not be asked, or answered nonsense."""

    code = "oauth_unavailable"
    status = 502
    retryable = True
    en = "{provider} could not be asked for access: {cause}. Try again later."
    zh = "无法向 {provider} 请求访问权限：{cause_zh}。请稍后再试。"

    retry_after: float | None = None


class ForeignAnswer(LubanError):
    """The answer names another issuer than the one that was asked (RFC 9207)."""

    code = "oauth_foreign_answer"
    status = 422
    en = "The answer came from `{issuer}`, not from {provider}. Start again, from this page."
    zh = "返回的应答来自“{issuer}”，而不是 {provider}。请从本页面重新开始。"


def way_out(error: str, redirect: str) -> tuple[str, str]:
    """What to do about a provider's word for the reason."""
    if error in BAD_CLIENT:
        return (
            "Check the client id and secret of the app.",
            "请检查应用的客户端 ID 和密钥。",
        )
    if error in BAD_REDIRECT:
        return (
            f"Enter exactly {redirect} as redirect address of the app there.",
            f"请在其网站将应用的重定向地址设为 {redirect}，须完全一致。",
        )
    if error in BAD_SCOPE:
        return (
            "Ask for fewer scopes, or let the app ask for these there.",
            "请减少所请求的权限，或在其网站允许应用请求这些权限。",
        )
    if error == "expired_token":
        return "The code is too old. Start again.", "验证码已过期。请重新开始。"
    if error in ENDED | BAD_CODE:
        return (
            "It was used already, or too late. Start again.",
            "授权码已被使用或已过期。请重新开始。",
        )
    return "Start again.", "请重新开始。"
