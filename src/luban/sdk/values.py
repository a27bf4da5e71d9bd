"""What blocks may do with plain values: paths into them, conversion, JSON."""

from luban.model.errors import show
from luban.model.paths import BadPath, Path, PathMissing, build, parse_path, pick
from luban.model.pins import KIND_ZH, CoercionFailed, PinKind, PinType, coerce, kind_of
from luban.model.values import canonical, encode, is_file

__all__ = [
    "KIND_ZH",
    "BadPath",
    "CoercionFailed",
    "Path",
    "PathMissing",
    "PinKind",
    "PinType",
    "build",
    "canonical",
    "coerce",
    "encode",
    "is_file",
    "kind_of",
    "parse_path",
    "pick",
    "show",
]
