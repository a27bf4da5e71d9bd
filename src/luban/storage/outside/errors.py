"""What goes wrong with databases of others, as steps are told of it."""

from __future__ import annotations

from luban.model.errors import LubanError


class OutsideUnreachable(LubanError):
    """A database of somebody else's does not answer."""

    code = "outside_database_unreachable"
    status = 503
    retryable = True
    en = "The database at {place} cannot be reached: {cause}."
    zh = "无法连接 {place} 的数据库：{cause}。"


class OutsideRefused(LubanError):
    """A database does not let this credential in."""

    code = "outside_database_refused"
    status = 422
    en = "The database at {place} refuses the credential: {cause}. Check user, password and name."
    zh = "{place} 的数据库拒绝了该凭据：{cause}。请检查用户名、密码和数据库名。"


class NotEncrypted(LubanError):
    """The other side does not speak TLS, or cannot prove who it is."""

    code = "outside_database_not_encrypted"
    status = 422
    en = (
        "The connection to {place} cannot be encrypted as the credential wants: {cause}. Set up "
        "TLS there, or choose another encryption in the credential."
    )
    zh = (
        "无法按凭据的要求加密到 {place} 的连接：{cause}。请在该服务器上启用 TLS，"
        "或在凭据中选择其他加密方式。"
    )


class SqlFailed(LubanError):
    """A database does not do what a statement says."""

    code = "sql_failed"
    status = 422
    en = "The database did not take the statement: {cause}"
    zh = "数据库未接受该语句：{cause}"


class SqlReadOnly(LubanError):
    """A statement wanted to write where only reading is allowed."""

    code = "sql_read_only"
    status = 422
    en = "The statement would write, and this block only reads: {cause}. Use `storage.sql_write`."
    zh = "该语句会写入数据，而此模块只读：{cause}。请改用 `storage.sql_write`。"


class SqlTimedOut(LubanError):
    """A statement took longer than it may; the server was told to stop."""

    code = "sql_timed_out"
    status = 504
    retryable = True
    en = (
        "The statement took longer than {seconds} s and was stopped. Raise the time limit, or let "
        "it look at less."
    )
    zh = "语句执行超过 {seconds} 秒，已被停止。请提高时间上限，或缩小查询范围。"


class BadParameter(LubanError):
    """A value does not fit where it is bound."""

    code = "bad_sql_value"
    status = 422
    en = "The value of the parameter `{name}` does not fit: {cause}."
    zh = "参数“{name}”的值不符合要求：{cause}。"


class PathForbidden(LubanError):
    """A path that no administrator allowed."""

    code = "sqlite_path_forbidden"
    status = 403
    en = (
        "The file {path} may not be opened. An administrator can allow its folder with "
        "LUBAN_SQLITE_PATHS; or upload the file and use that."
    )
    zh = (
        "不允许打开文件 {path}。管理员可通过 LUBAN_SQLITE_PATHS 允许其所在文件夹；"
        "也可以上传该文件后使用。"
    )


class NotASqliteFile(LubanError):
    """The bytes are no SQLite database, or a broken one."""

    code = "not_a_sqlite_file"
    status = 422
    en = "`{name}` is not a SQLite database that can be read: {cause}."
    zh = "“{name}”不是可读取的 SQLite 数据库：{cause}。"


class RedisFailed(LubanError):
    """Redis does not do what a command says."""

    code = "redis_failed"
    status = 422
    en = "Redis did not take the command {command}: {cause}"
    zh = "Redis 未接受命令 {command}：{cause}"
