"""What can be wrong with a PostgreSQL database, each with its way out."""

from __future__ import annotations

from luban.model.errors import LubanError


class DatabaseUnreachable(LubanError):
    """The server does not answer, or broke off the conversation."""

    code = "database_unreachable"
    status = 503
    retryable = True
    en = (
        "{place} cannot be reached: {cause}. Check that the server runs and that DATABASE_URL "
        "names it."
    )
    zh = "无法连接 {place}：{cause}。请确认数据库服务正在运行，且 DATABASE_URL 指向它。"


class DatabaseMissing(LubanError):
    """The server has no database of this name."""

    code = "database_missing"
    status = 500
    en = "{place} does not exist. Create it with `createdb {name}`, or correct DATABASE_URL."
    zh = "{place} 不存在。请用 `createdb {name}` 创建，或修正 DATABASE_URL。"


class DatabaseRefused(LubanError):
    """The server does not let this user in, or not do what is needed."""

    code = "database_refused"
    status = 500
    en = (
        "{place} refuses: {cause}. Check the user and password in DATABASE_URL; the user must be "
        "allowed to create tables: `grant create, usage on schema public to …`."
    )
    zh = (
        "{place} 拒绝了访问：{cause}。请检查 DATABASE_URL 中的用户和密码；该用户必须有建表权限："
        "`grant create, usage on schema public to …`。"
    )


class WrongDatabase(LubanError):
    """The database holds something else, or cannot hold what we need."""

    code = "wrong_database"
    status = 500
    en = (
        "{place} cannot be used: {cause}. Nothing was changed. Give Luban a database of its own "
        "in DATABASE_URL."
    )
    zh = "无法使用 {place}：{cause}。未做任何修改。请在 DATABASE_URL 中为 Luban 指定专用数据库。"


class NewerDatabase(LubanError):
    """A later version of the program has changed the schema."""

    code = "database_is_newer"
    status = 500
    en = (
        "{place} is at revision {found}, and this version of Luban knows revisions up to {known}. "
        "Nothing was changed. Update Luban, or name another database in DATABASE_URL."
    )
    zh = (
        "{place} 的修订版本是 {found}，而此版本的 Luban 最高只认识 {known}。未做任何修改。请更新 "
        "Luban，或在 DATABASE_URL 中指定其他数据库。"
    )
