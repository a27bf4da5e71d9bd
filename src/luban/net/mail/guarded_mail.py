"""Letters for blocks, over SMTP and IMAP."""

from __future__ import annotations

from luban.net.allow_list import AllowList
from luban.sdk.credential import OpenCredential
from luban.sdk.mail import Letter, Received, Sent, Wanted


class GuardedMail:
    """The `Mail` of the block author's kit."""

    def __init__(self, allow: AllowList) -> None:
        self._allow = allow

    async def send(self, server: OpenCredential, letter: Letter) -> Sent:
        raise NotImplementedError

    async def read(self, server: OpenCredential, wanted: Wanted) -> list[Received]:
        raise NotImplementedError
