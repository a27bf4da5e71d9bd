"""What can go wrong with the places where things are kept, each with its way out."""

from __future__ import annotations

import errno

from luban.model.errors import LubanError
from luban.ports.journal import StorageFull


class StorageBusy(LubanError):
    """Another process held the database for longer than anybody should."""

    code = "storage_busy"
    status = 503
    retryable = True
    en = (
        "{place} has been locked by another process for {seconds} seconds. Close what else uses "
        "it, or try again."
    )
    zh = "{place} 已被另一个进程锁定 {seconds} 秒。请关闭占用它的程序，或稍后再试。"


class StorageConflict(LubanError):
    """What was to be stored stands against something that is stored already."""

    code = "data_conflict"
    status = 409
    en = "This stands against what is stored already ({cause}). Read it again and try once more."
    zh = "数据冲突：与已存储的内容相抵触（{cause}）。请重新读取后再试。"


class ValueRefused(LubanError):
    """A value cannot be a value of its column."""

    code = "value_refused"
    status = 400
    en = (
        "A value has a format that cannot be stored or looked up: {cause}. Leave out NUL "
        "characters, and numbers of unusual size."
    )
    zh = "数据格式错误，有一个值无法存储或查询：{cause}。请去掉 NUL 字符和大小异常的数字。"


class DataFolderNotWritable(LubanError):
    """The folder or the file cannot be written by this user."""

    code = "data_folder_not_writable"
    status = 500
    en = (
        "{place} cannot be written: {cause}. Give this user write permission, or choose another "
        "folder with --data or LUBAN_HOME."
    )
    zh = "无法写入 {place}：{cause}。请授予当前用户写权限，或用 --data 或 LUBAN_HOME 另选目录。"


class NotADatabase(LubanError):
    """The file holds something else."""

    code = "not_a_database"
    status = 500
    en = (
        "{place} is not a Luban database: {cause}. Move it away, or choose another folder with "
        "--data or LUBAN_HOME."
    )
    zh = "{place} 不是 Luban 数据库：{cause}。请将它移走，或用 --data 或 LUBAN_HOME 另选目录。"


class DatabaseDamaged(LubanError):
    """The file was torn: part of it is missing or unreadable."""

    code = "database_damaged"
    status = 500
    en = (
        "{place} is damaged: {cause}. Nothing was changed. Stop Luban, move the file away and put "
        "a backup in its place with `luban db restore`; what is left in the damaged file may still "
        "be read with `sqlite3 {place} .recover`."
    )
    zh = (
        "{place} 已损坏：{cause}。未做任何修改。请停止 Luban，移走该文件，再用 `luban db restore` "
        "恢复备份；损坏的文件中剩余的内容仍可尝试用 `sqlite3 {place} .recover` 读出。"
    )


class DatabaseIsNewer(LubanError):
    """A later version of the program has changed the schema."""

    code = "database_is_newer"
    status = 500
    en = (
        "{place} is at revision {found}, and this version of Luban knows revisions up to {known}. "
        "Nothing was changed. Update Luban, or choose another folder with --data or LUBAN_HOME."
    )
    zh = (
        "{place} 的修订版本是 {found}，而此版本的 Luban 最高只认识 {known}。未做任何修改。请更新 "
        "Luban，或用 --data 或 LUBAN_HOME 另选目录。"
    )


class StorageBroken(LubanError):
    """The disk or the system refused in a way that is none of the above."""

    code = "storage_broken"
    status = 500
    en = "{place} could not be read or written: {cause}. Check the disk and its connection."
    zh = "无法读写 {place}：{cause}。请检查磁盘及其连接。"


class FileTooLarge(LubanError):
    """A file is larger than the limit set for files."""

    code = "file_too_large"
    status = 413
    en = (
        "`{name}` is larger than the limit of {limit} bytes. Give a smaller file, or raise the "
        "limit with LUBAN_FILE_LIMIT."
    )
    zh = "“{name}”超过了 {limit} 字节的限制。请换用较小的文件，或用 LUBAN_FILE_LIMIT 提高限制。"


class FileQuotaReached(LubanError):
    """An owner would keep more bytes than its quota allows."""

    code = "file_quota_reached"
    status = 413
    en = (
        "There is no room for `{name}`: {used} of {quota} bytes of files are taken. Delete files "
        "or old versions, or ask an administrator for more (`luban file quota`, LUBAN_FILE_QUOTA)."
    )
    zh = (
        "没有空间存放“{name}”：文件已占用 {quota} 字节中的 {used} 字节。请删除文件或旧版本，"
        "或请管理员提高配额（`luban file quota`、LUBAN_FILE_QUOTA）。"
    )


class ObjectStoreRefused(LubanError):
    """The object store knows neither us nor the bucket."""

    code = "object_store_refused"
    status = 500
    en = (
        "{place} refuses: {cause}. Check S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY and S3_REGION, "
        "and that the bucket exists."
    )
    zh = (
        "{place} 拒绝访问：{cause}。请检查 S3_BUCKET、S3_ACCESS_KEY、S3_SECRET_KEY 和 S3_REGION，"
        "并确认存储桶存在。"
    )


class ObjectStoreUnreachable(LubanError):
    """The object store does not answer, or answers with an error of its own."""

    code = "object_store_unreachable"
    status = 503
    retryable = True
    en = "{place} cannot be used now: {cause}. See whether it runs at S3_ENDPOINT, and try again."
    zh = "{place} 暂时无法使用：{cause}。请检查 S3_ENDPOINT 处的服务是否在运行，然后重试。"


class FileLost(LubanError):
    """A file is known, but its bytes are gone from the disk."""

    code = "file_lost"
    status = 410
    en = (
        "The content of `{name}` ({id}) is missing from {place}. Upload the file again, or restore "
        "it from a backup."
    )
    zh = "“{name}”（{id}）的内容已不在 {place} 中。请重新上传该文件，或从备份恢复。"


def refused_by_system(place: str, error: OSError) -> LubanError:
    """What it means that the system would not let us write there."""
    cause = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(place=place, cause=cause)
    if error.errno in (
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EEXIST,
    ):
        return DataFolderNotWritable(place=place, cause=cause)
    return StorageBroken(place=place, cause=cause)
