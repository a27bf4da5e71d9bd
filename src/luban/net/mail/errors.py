"""What can go wrong with letters, each with the way out."""

from __future__ import annotations

from luban.sdk.errors import WordedError, WordedTemporaryError


class PasswordInClear(WordedError):
    """A password would travel so that anybody on the way can read it."""

    code = "mail_in_clear"
    en = (
        "A password is not sent to {host} without encryption. Choose STARTTLS or TLS; for a "
        "server of your own, an administrator may add {host} to LUBAN_ALLOW_HOSTS."
    )
    zh = (
        "不会在未加密的情况下向 {host} 发送密码。请选择 STARTTLS 或 TLS；如为自己的服务器，"
        "管理员可将 {host} 加入 LUBAN_ALLOW_HOSTS。"
    )


class BadMailSetting(WordedError):
    """The credential does not say where the server is."""

    code = "mail_setting"
    en = "The credential for the mail server has no usable `{field}`. Enter it again."
    zh = "邮件服务器凭据中的“{field}”不可用。请重新填写。"


class BadLetter(WordedError):
    """A letter that cannot be written as one."""

    code = "bad_letter"
    en = "`{field}` of the letter cannot be `{value}`: {reason}."
    zh = "信件的“{field}”不能是“{value}”：{reason_zh}。"


class MailRefused(WordedError):
    """The server says no, and would say so again."""

    code = "mail_refused"
    en = "{host} does not accept {what}: {said}"
    zh = "{host} 不接受{what_zh}：{said}"


class MailNotNow(WordedTemporaryError):
    """The server cannot at the moment, or cannot be reached."""

    code = "mail_not_now"
    status = 502
    en = "The mail server {host} cannot now: {said}"
    zh = "邮件服务器 {host} 暂时不可用：{said}"


class MailInDoubt(WordedError):
    """The letter was handed over, and the answer did not come."""

    code = "mail_in_doubt"
    en = (
        "The connection to {host} broke after the letter was handed over. It may have been sent, "
        "so it is not sent again; its id is {id}."
    )
    zh = "信件交给 {host} 之后连接中断。它可能已经发出，因此不会重发；其编号为 {id}。"


class MailTooLarge(WordedError):
    """The server sends more than is wanted."""

    code = "mail_too_large"
    en = "{host} sends more than {limit} for what was asked. Ask for fewer letters."
    zh = "{host} 返回的内容超过 {limit}。请减少读取的信件数量。"


class NoFolder(WordedError):
    """There is no such folder."""

    code = "no_mail_folder"
    en = "{host} has no folder `{folder}`. Check its name; the usual one is INBOX."
    zh = "{host} 上没有文件夹“{folder}”。请检查名称；通常为 INBOX。"
