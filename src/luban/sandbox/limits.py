"""What code took too much of, said with the bound and the way out."""

from __future__ import annotations

from luban.ports.sandbox import MIB, CodeBounds
from luban.sdk.sandbox import CodeLimit

_RAISE = (
    "Raise the limit of the node, up to what the server allows, or do less.",
    "请在服务器允许的范围内提高该节点的上限，或减少用量。",
)


def over(what: str, bounds: CodeBounds) -> CodeLimit:
    """`what`: time, memory, printed, result, out, files or disk."""
    told: dict[str, tuple[str, str, tuple[str, str]]] = {
        "time": (f"{bounds.seconds:g} s of time", f"时间上限 {bounds.seconds:g} 秒", _RAISE),
        "memory": (_mib(bounds.memory, "memory"), _mib_zh(bounds.memory, "内存"), _RAISE),
        "printed": (
            _mib(bounds.printed, "printed text"),
            _mib_zh(bounds.printed, "打印输出"),
            ("Print less, or write to a file in `out`.", "请减少打印，或写入 `out` 中的文件。"),
        ),
        "result": (
            _mib(bounds.result, "result"),
            _mib_zh(bounds.result, "结果"),
            ("Write it to a file in `out` instead.", "请改为写入 `out` 中的文件。"),
        ),
        "out": (
            _mib(bounds.out, "files in `out`"),
            _mib_zh(bounds.out, "`out` 中的文件"),
            ("Leave smaller files there.", "请减小其中的文件。"),
        ),
        "files": (
            f"{bounds.out_files} files or {bounds.out // MIB} MB in `out`",
            f"`out` 中最多 {bounds.out_files} 个文件或 {bounds.out // MIB} MB 的限制",
            (
                "Leave fewer or smaller files there, for example one zip.",
                "请减少或减小文件，例如打成一个 zip。",
            ),
        ),
        "disk": (
            f"{bounds.disk // MIB} MB of files in its folder",
            f"其文件夹 {bounds.disk // MIB} MB 的上限",
            ("Write less.", "请减少写入。"),
        ),
    }
    limit, limit_zh, (way_out, way_out_zh) = told[what]
    return CodeLimit(
        limit=limit, limit_zh=limit_zh, way_out=way_out, way_out_zh=way_out_zh, what=what
    )


def _mib(size: int, what: str) -> str:
    return f"{size // MIB} MB of {what}"


def _mib_zh(size: int, what: str) -> str:
    return f"{what}上限 {size // MIB} MB"
