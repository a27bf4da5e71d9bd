"""What can go wrong with a server of tools, each with the way out."""

from __future__ import annotations

from luban.sdk.errors import WordedError, WordedTemporaryError


class ToolServerUnreachable(WordedTemporaryError):
    """No session, or it broke; whether a call was carried out is not known then."""

    code = "tool_server_unreachable"
    status = 502
    en = "The server of tools `{server}` cannot be reached: {reason}"
    zh = "无法连接工具服务器“{server}”：{reason_zh}"


class ToolServerRefused(WordedError):
    """The server answered that it will not do what was asked."""

    code = "tool_server_refused"
    status = 502
    en = "The server of tools `{server}` refused: {said}"
    zh = "工具服务器“{server}”拒绝了请求：{said}"


class ToolServerNeedsCredential(WordedError):
    """The server wants to know who asks."""

    code = "tool_server_needs_credential"
    status = 409
    en = (
        "The server of tools `{server}` wants to know who asks (status {status}). Connect an "
        "account with `luban mcp connect {server}`, or give it a credential."
    )
    zh = (
        "工具服务器“{server}”要求验证身份（状态 {status}）。请用 `luban mcp connect {server}` "
        "连接账号，或为它设置凭据。"
    )


class ToolServerSilent(WordedTemporaryError):
    """Nothing came in time; the server was told to stop."""

    code = "timed_out"
    status = 504
    en = "The server of tools `{server}` did not answer within {seconds} s."
    zh = "工具服务器“{server}”没有在 {seconds} 秒内应答。"


class ServerLoginUnknown(WordedError):
    """There is no way for a person to sign in that we could follow."""

    code = "tool_server_login_unknown"
    status = 409
    en = "Nobody can be signed in at {url}: {reason}."
    zh = "无法在 {url} 登录：{reason_zh}。"
