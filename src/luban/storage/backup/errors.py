"""What can be wrong with a backup, or with the place it is to be restored to."""

from __future__ import annotations

from luban.model.errors import LubanError


class BackupExists(LubanError):
    """There is something where the backup should be written."""

    code = "backup_exists"
    status = 409
    en = "{place} is there already and is not overwritten. Choose another name, or move it away."
    zh = "{place} 已经存在，不会被覆盖。请换一个名称，或先将它移走。"


class NotABackup(LubanError):
    """The file is no archive of ours."""

    code = "not_a_backup"
    status = 422
    en = "{place} is not a backup of Luban: {cause}. Give a file written by `luban db backup`."
    zh = "{place} 不是 Luban 的备份：{cause}。请给出由 `luban db backup` 写出的文件。"


class BackupTorn(LubanError):
    """Part of the archive is missing or was changed."""

    code = "backup_torn"
    status = 422
    en = (
        "{place} is torn: {cause}. Nothing was restored, the target is as it was. Take another "
        "backup, or copy this one again from where it was made."
    )
    zh = "{place} 已损坏：{cause}。未恢复任何内容，目标保持原样。请使用其他备份，或重新复制此备份。"


class BackupIsNewer(LubanError):
    """The archive was made by a later version of the program."""

    code = "backup_is_newer"
    status = 422
    en = (
        "{place} is at revision {found}, and this version of Luban knows revisions up to {known}. "
        "Nothing was restored. Update Luban, then restore it."
    )
    zh = (
        "{place} 的修订版本是 {found}，而此版本的 Luban 最高只认识 {known}。未恢复任何内容。"
        "请先更新 Luban，再恢复。"
    )


class TargetNotEmpty(LubanError):
    """The database to restore to holds something."""

    code = "target_not_empty"
    status = 409
    en = (
        "{place} is not empty: it holds {holds}. Nothing was changed. Restore into another folder "
        "with --data or into another database with DATABASE_URL, or give --force to replace "
        "everything in it."
    )
    zh = (
        "{place} 不为空：其中有 {holds}。未做任何修改。请用 --data 恢复到其他目录，或用 "
        "DATABASE_URL 恢复到其他数据库；也可以用 --force 替换其中的全部内容。"
    )


class KeyInTheWay(LubanError):
    """A key of another installation lies where one of the backup belongs."""

    code = "key_in_the_way"
    status = 409
    en = (
        "{place} is another key than the one in the backup. Nothing was changed. Move it away, or "
        "give --force, which keeps it as {kept}."
    )
    zh = "{place} 与备份中的密钥不同。未做任何修改。请将它移走，或用 --force（保留为 {kept}）。"


class NotBackedUp(LubanError):
    """A column is of a type that archives have no form for."""

    code = "column_not_backed_up"
    status = 500
    en = "The column {column} of {table} has the type {type}, which backups cannot hold yet."
    zh = "表 {table} 的列 {column} 类型为 {type}，备份尚不支持该类型。"
