"""Accounts of an installation: made here of its settings, and handed to the house and the API."""

from __future__ import annotations

import ipaddress

from luban.api.identify import Identifying
from luban.model.errors import InvalidValue
from luban.net.smtp_mail import MailServer, SmtpMail
from luban.server.settings import Settings
from luban.services.accounts.accounts import Accounts, Policy
from luban.services.house import House

_HOUR, _DAY = 3600.0, 86_400.0


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def policy_of(settings: Settings) -> Policy:
    """What the settings say of accounts. Raises `InvalidValue`."""
    url = settings.public_url.rstrip("/")
    if url and not url.startswith(("http://", "https://")):
        raise InvalidValue(
            name="LUBAN_PUBLIC_URL",
            value=settings.public_url,
            expected="it must be an address such as https://luban.example.com",
            expected_zh="必须是形如 https://luban.example.com 的地址",
        )
    if settings.smtp_url and not url:  # else whoever asks for a letter chose where it leads
        raise InvalidValue(
            name="LUBAN_PUBLIC_URL",
            value="",
            expected="it must be set with LUBAN_SMTP_URL: links in letters begin with it",
            expected_zh="设置 LUBAN_SMTP_URL 时必须同时设置：邮件中的链接以它开头",
        )
    return Policy(
        required=settings.auth == "required" or not is_loopback(settings.host),
        public_url=url,
        idle=settings.session_idle_hours * _HOUR,
        longest=settings.session_days * _DAY,
    )


def mail_of(settings: Settings) -> SmtpMail | None:
    """The mail server of the settings, if there is one. Raises `InvalidValue`."""
    if not settings.smtp_url:
        return None
    return SmtpMail(MailServer.read(settings.smtp_url, settings.mail_from))


def identifying(house: House) -> Identifying:
    """How a server finds out who asks."""
    return Identifying(house.accounts)


async def prepare(settings: Settings, accounts: Accounts) -> None:
    """Before the first request: makes the first administrator, or the code for it.

    Raises `WeakPassword` and `InvalidValue` of what the settings say.
    """
    await accounts.first.prepare(
        settings.admin_email, settings.admin_password, required=accounts.policy.required
    )


_ALONE = (
    (
        "Only this machine can reach it, without an account. To open it to others, who then need "
        "accounts: luban up --host 0.0.0.0"
    ),
    "仅本机可以访问，无需账号。若要让他人凭账号访问：luban up --host 0.0.0.0",
)
_IN_THE_CLEAR = (
    (
        "Passwords travel in the clear unless a proxy with https stands before it: see "
        "docs/howto/accounts.md."
    ),
    "如果前面没有支持 https 的代理，密码将以明文传输：见 docs/howto/accounts.md。",
)
_SETUP = (
    "Nobody has one yet. Setup code for the first administrator: {code}",
    "目前还没有账号。创建首位管理员所需的安装码：{code}",
)


def greeting(settings: Settings, accounts: Accounts) -> list[tuple[str, str]]:
    """What to tell whoever started the server about who gets in, in English and Chinese."""
    if not accounts.policy.required:
        return [_ALONE]
    told = [("An account is needed.", "需要账号才能使用。")]
    if not is_loopback(settings.host) and not settings.public_url.startswith("https://"):
        told.append(_IN_THE_CLEAR)
    if code := accounts.first.code:
        en, zh = _SETUP
        told.append((en.format(code=code), zh.format(code=code)))
    return told
