"""What is written to people: short, in both languages, and without anything but text."""

from __future__ import annotations

import asyncio
import logging

from luban.model.errors import LubanError
from luban.ports.signing_in import Mail

log = logging.getLogger(__name__)

_WAITING = 100


class Letters:
    """Sends letters in the background; without a mail server there are none.

    Whoever asks for one is answered at once, so that the time tells nothing, and a mail server
    that is away holds up nobody.
    """

    def __init__(self, mail: Mail | None) -> None:
        self._mail = mail
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def are_sent(self) -> bool:
        """Whether there is a mail server."""
        return self._mail is not None

    def reset(self, to: str, link: str) -> None:
        self._send(
            to,
            "Choose a new password · 设置新密码",
            "Somebody, probably you, asked for a new password for Luban. Choose it here:\n\n"
            f"{link}\n\nThe link is good for one hour, once. If it was not you, do nothing.\n\n"
            "有人（可能是您）请求重设鲁班的密码。请打开上面的链接设置新密码；"
            "链接一小时内有效，仅可使用一次。如非本人操作，请忽略。\n",
        )

    def invitation(self, to: str, link: str, by: str, team: str) -> None:
        self._send(
            to,
            "You are invited to Luban · 邀请您加入鲁班",
            f"{by} invites you to {team}. Accept here:\n\n{link}\n\n"
            "The link is good for a week, once.\n\n"
            f"{by} 邀请您加入 {team}。请打开上面的链接接受邀请；链接一周内有效，仅可使用一次。\n",
        )

    def new_email(self, to: str, link: str) -> None:
        self._send(
            to,
            "Confirm your new e-mail address · 确认新邮箱地址",
            f"Confirm that this is your address for Luban:\n\n{link}\n\n"
            "The link is good for one hour, once. If it was not you, do nothing.\n\n"
            "请打开上面的链接，确认这是您在鲁班使用的邮箱地址；链接一小时内有效。如非本人操作，请忽略。\n",
        )

    def changed(self, to: str, what: str, what_zh: str) -> None:
        """Tells somebody that how they sign in was changed."""
        self._send(
            to,
            "Your account was changed · 您的账号已更改",
            f"The {what} of your Luban account was changed. If it was not you, tell an "
            f"administrator at once.\n\n您的鲁班账号的{what_zh}已更改。如非本人操作，"
            "请立即联系管理员。\n",
        )

    async def aclose(self) -> None:
        """Gives what is on its way a moment."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=5)
        for each in self._sending:
            each.cancel()

    def _send(self, to: str, subject: str, text: str) -> None:
        if self._mail is None or len(self._sending) >= _WAITING:
            return
        sending = asyncio.create_task(self._try(self._mail, to, subject, text))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def _try(self, mail: Mail, to: str, subject: str, text: str) -> None:
        try:
            await mail.send(to, subject, text)
        except LubanError as error:
            log.warning("a letter was not sent: %s", error)
