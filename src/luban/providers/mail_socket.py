"""What a person reads when a mail server of a credential cannot be tried."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from luban.net.mail import door as doors
from luban.net.mail.door import MailDoor, MailServer
from luban.net.mail.errors import BadMailSetting, PasswordInClear
from luban.ports.providers import Tested
from luban.providers import mail_words
from luban.providers.filling import FieldUnusable


class Unusable(Exception):  # a value between two functions here, told as `Tested`
    """The settings say nothing that can be tried; `tested` says why."""

    def __init__(self, tested: Tested) -> None:
        super().__init__(tested.trouble)
        self.tested = tested


async def opened(door: MailDoor, server: MailServer) -> socket.socket:
    """As `MailDoor.open`; raises `Unusable` where a password would travel in clear."""
    try:
        return await door.open(server)
    except PasswordInClear as error:
        raise Unusable(bad((str(error), error.message_zh))) from error


def server_of(values: Mapping[str, str], ports: Mapping[str, int], usual: str) -> MailServer:
    """Raises `Unusable`."""
    try:
        return doors.server_of(values, ports, usual)
    except BadMailSetting as error:
        field = str(error.params["field"])
        if field == "port":
            raise Unusable(bad(mail_words.BAD_PORT.said(port=values["port"][:20]))) from error
        told = FieldUnusable(field=field)
        raise Unusable(bad((str(told), told.message_zh))) from error


def bad(said: tuple[str, str]) -> Tested:
    return Tested(health="bad", trouble=said[0], trouble_zh=said[1])


def unknown(said: tuple[str, str]) -> Tested:
    return Tested(health="unknown", trouble=said[0], trouble_zh=said[1])


def unreached(server: MailServer, error: BaseException) -> Tested:
    cause = str(error) or type(error).__name__
    words = mail_words.UNREACHED.said(host=server.host, port=server.port, cause=cause)
    return unknown(words)
