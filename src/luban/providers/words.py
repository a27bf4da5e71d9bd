"""What a person reads after pressing Test, in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One sentence as two templates."""

    en: str
    zh: str

    def said(self, **values: object) -> tuple[str, str]:
        return self.en.format(**values), self.zh.format(**values)


REFUSED = Words(
    "{provider} does not accept it ({status}): {said}",
    "{provider} 不接受该凭据（{status}）：{said}",
)
REFUSED_SILENTLY = Words(
    "{provider} does not accept it ({status}). Enter it again, or get a new one there.",
    "{provider} 不接受该凭据（{status}）。请重新填写，或在其网站上获取新的凭据。",
)
TOO_MANY = Words(
    "{provider} was asked too often and wants to be left alone{for_}. Try again later.",
    "{provider} 提示请求过于频繁，{for_}请稍后再试。",
)
TROUBLED = Words(
    "{provider} has trouble itself ({status}); that says nothing about the credential. "
    "Try again later.",
    "{provider} 自身出现故障（{status}），与该凭据无关。请稍后再试。",
)
ODD_STATUS = Words(
    "{provider} answered {status} to the test, which says nothing about the credential. "
    "Check the address.",
    "{provider} 对测试返回了 {status}，无法判断该凭据是否可用。请检查地址。",
)
NOT_JSON = Words(
    "{provider} answered something that is not JSON, so the test says nothing. Check the address.",
    "{provider} 返回的内容不是 JSON，无法完成测试。请检查地址。",
)
UNREACHED = Words("{provider} could not be asked: {cause}", "无法访问 {provider}：{cause}")
NO_TEST = Words(
    "{provider} has no harmless request to test it with; the first use will show.",
    "{provider} 没有可用于测试的无害请求，首次使用时才能确认。",
)
FOREIGN_HOST = Words(
    "{host} is not one of the hosts of {provider}, so nothing was sent there.",
    "{host} 不属于 {provider} 的主机，因此没有向其发送任何内容。",
)
ENDED = Words(
    "{provider} ended this connection: {said}. Connect it again.",
    "{provider} 已终止此连接：{said}。请重新连接。",
)


def seconds(value: float | None) -> tuple[str, str]:
    """How long to wait, as part of `TOO_MANY`; nothing where nobody said."""
    if value is None:
        return "", ""
    return f" for {value:.0f} s", f"需等待 {value:.0f} 秒，"
