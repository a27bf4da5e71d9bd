"""What a path in a workspace may be, for blocks that are given one by strangers."""

from luban.model.file_paths import BadFilePath, checked_path, fit_name, name_of

__all__ = ["BadFilePath", "checked_path", "fit_name", "name_of"]
