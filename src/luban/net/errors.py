"""What can go wrong with an outgoing request, each with the way out."""

from __future__ import annotations

from luban.sdk.errors import WordedError, WordedTemporaryError


class AddressForbidden(WordedError):
    """The host leads to an address that is not public."""

    code = "address_forbidden"
    status = 403
    en = (
        "The request to `{host}` was blocked: it leads to {address}, which is {purpose}. "
        "To allow it, add `{entry}` to LUBAN_ALLOW_HOSTS and start Luban again."
    )
    zh = (
        "对“{host}”的请求已被拦截：它指向 {address}，属于{purpose_zh}。"
        "如需放行，请把“{entry}”加入 LUBAN_ALLOW_HOSTS 并重新启动 Luban。"
    )


class PortForbidden(WordedError):
    """A port other than those of the web."""

    code = "port_forbidden"
    status = 403
    en = (
        "The request to `{host}` was blocked: blocks reach ports 80 and 443, not {port}. "
        "To allow it, add `{entry}` to LUBAN_ALLOW_HOSTS and start Luban again."
    )
    zh = (
        "对“{host}”的请求已被拦截：模块只能访问 80 和 443 端口，不能访问 {port}。"
        "如需放行，请把“{entry}”加入 LUBAN_ALLOW_HOSTS 并重新启动 Luban。"
    )


class BadAddress(WordedError):
    """The text is not an address a request can go to."""

    code = "bad_url"
    en = "`{url}` is not a web address: {reason}. Give one like https://example.com/page."
    zh = "“{url}”不是可用的网址：{reason_zh}。请填写形如 https://example.com/page 的地址。"


class BadRequest(WordedError):
    """Headers or body cannot be written as HTTP."""

    code = "bad_request"
    en = "The request to `{url}` cannot be sent: {reason}."
    zh = "发往“{url}”的请求无法发送：{reason_zh}。"


class HostUnknown(WordedError):
    """No such name."""

    code = "host_unknown"
    en = "There is no host called `{host}`. Check the spelling of the address."
    zh = "找不到主机“{host}”。请检查网址是否写对。"


class CertificateRefused(WordedError):
    """The other side could not prove that it is the host asked for."""

    code = "certificate_refused"
    en = (
        "`{host}` has no valid certificate: {reason}. If it is your own server, put its authority "
        "in the system's trust store or name it in SSL_CERT_FILE."
    )
    zh = (
        "“{host}”的证书无效：{reason}。如果这是自己的服务器，请把它的根证书加入系统信任库，"
        "或用 SSL_CERT_FILE 指定。"
    )


class AnswerTooLarge(WordedError):
    """More bytes than the caller wants."""

    code = "answer_too_large"
    en = "`{url}` sends more than {limit}. Raise the size limit, or ask for a smaller part."
    zh = "“{url}”返回的内容超过 {limit}。请提高大小上限，或只请求其中一部分。"

    def __init__(self, *, url: str, max_bytes: int) -> None:
        super().__init__(url=url, limit=readable_size(max_bytes), max_bytes=max_bytes)


class AnswerUnreadable(WordedError):
    """The body is packed in a way that is not undone here, or is damaged."""

    code = "answer_unreadable"
    en = "The answer of `{url}` cannot be unpacked: {reason}."
    zh = "“{url}”返回的内容无法解压：{reason_zh}。"


class TooManyRedirects(WordedError):
    """Sent on and on."""

    code = "too_many_redirects"
    en = "`{url}` redirects more than {limit} times, last to `{last}`."
    zh = "“{url}”重定向超过 {limit} 次，最后一次指向“{last}”。"


class TimedOut(WordedTemporaryError):
    """The whole exchange took too long."""

    code = "timed_out"
    status = 504
    en = "`{url}` did not answer in full within {seconds} s."
    zh = "“{url}”没有在 {seconds} 秒内完整应答。"


class Unreachable(WordedTemporaryError):
    """No connection, or it broke; `sent` says whether the other side may have heard something."""

    code = "unreachable"
    status = 502
    en = "`{host}` cannot be reached: {reason}."
    zh = "无法连接“{host}”：{reason_zh}。"


def readable_size(size: int) -> str:
    """`20000000` → `20 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} bytes"
