"""What a person reads after a mail server was tried."""

from __future__ import annotations

from luban.providers.words import Words

REFUSED = Words(
    "{host} does not accept user and password: {said}",
    "{host} 不接受该用户名和密码：{said}",
)
LATER = Words(
    "{host} cannot say at the moment: {said}. Try again later.",
    "{host} 暂时无法应答：{said}。请稍后再试。",
)
UNREACHED = Words(
    "{host} could not be reached on port {port}: {cause}. Check server, port and encryption.",
    "无法连接 {host} 的端口 {port}：{cause}。请检查服务器、端口和加密方式。",
)
FORBIDDEN = Words("{cause}", "{cause_zh}")
NO_SIGN_IN = Words(
    "{host} offers no way to sign in on port {port}. Check port and encryption.",
    "{host} 的端口 {port} 不提供登录方式。请检查端口和加密方式。",
)
BAD_PORT = Words(
    "`{port}` is no port. Enter a number from 1 to 65535.",
    "“{port}”不是有效端口。请填写 1 到 65535 之间的数字。",
)
