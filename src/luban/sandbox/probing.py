"""Which boxes hold on this machine: each is tried in its full profile before it is trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from luban.model.errors import LubanError
from luban.ports.sandbox import CodeBounds, CodePiece
from luban.sandbox.answers import BoxBroken
from luban.sandbox.box import BoxKind
from luban.sandbox.boxes import Boxes
from luban.sandbox.bubblewrap import Bubblewrap
from luban.sandbox.cgroup import ControlGroups
from luban.sandbox.interpreters import Interpreter, Interpreters
from luban.sandbox.landlock import Landlock
from luban.sandbox.syscalls import Machine, machine

_TRIAL = """
reached = []
for path in inputs["hidden"]:
    try:
        open(path).close()
        reached.append(path)
    except OSError:
        pass
import _socket
for family in (2, 10):
    try:
        _socket.socket(family, 1).connect(("127.0.0.1", 9) if family == 2 else ("::1", 9))
    except PermissionError:
        pass
    except OSError:
        reached.append("a socket")
reached
"""
"""What nothing in a box may do; what it could do is its result."""
_BOUNDS = CodeBounds(seconds=20, disk=1 << 20, out=1 << 16, result=1 << 16, printed=1 << 16)


class Found(NamedTuple):
    """The boxes that hold, or why there are none."""

    boxes: Boxes | None
    by: str = ""
    reason: str = ""
    reason_zh: str = ""


class _Why(NamedTuple):
    en: str
    zh: str


class Probe:
    """Tries bubblewrap, then Landlock. `kinds` are those to try, for tests of one of them."""

    def __init__(
        self,
        hidden: Sequence[Path] = (),
        kinds: Sequence[str] = ("bubblewrap", "landlock"),
    ) -> None:
        self._hidden = hidden
        self._kinds = kinds

    def ask(self, interpreters: Interpreters) -> Found:
        """The first kind that holds."""
        if sys.platform != "linux":
            return _none([_Why("boxes need Linux", "隔离环境需要 Linux")])
        here = machine()
        if here is None:
            return _none([_Why("this processor is not known to us", "不支持此处理器架构")])
        groups = ControlGroups()
        reasons: list[_Why] = []
        tries: dict[str, Callable[[Machine, ControlGroups], BoxKind | _Why]] = {
            "bubblewrap": self._bubblewrap,
            "landlock": self._landlock,
        }
        for name in self._kinds:
            kind = tries[name](here, groups)
            if isinstance(kind, _Why):
                reasons.append(kind)
                continue
            for python in interpreters.pythons:
                why = self._tried(kind, python)
                if why is None:
                    return Found(Boxes(kind, python), kind.name)
                reasons.append(why)
        return _none(reasons)

    def _bubblewrap(self, here: Machine, groups: ControlGroups) -> BoxKind | _Why:
        kind = Bubblewrap(here, groups, self._hidden)
        return kind if kind.found else _Why("bubblewrap is not installed", "未安装 bubblewrap")

    def _landlock(self, here: Machine, groups: ControlGroups) -> BoxKind | _Why:
        kind = Landlock(here, groups, self._hidden)
        missing = kind.missing()
        return kind if missing is None else _Why(*missing)

    def _tried(self, kind: BoxKind, python: Interpreter) -> _Why | None:
        """Why this kind does not hold with this interpreter."""
        never, other = os.pipe()
        hidden = ["/etc/passwd", "/etc/shadow", f"/proc/{os.getpid()}/environ"]
        hidden += [
            str(each) for folder in self._hidden if folder.is_dir() for each in _some(folder)
        ]
        piece = CodePiece("python", _TRIAL, {"hidden": hidden}, bounds=_BOUNDS)
        try:
            reached = Boxes(kind, python).run(piece, None, never).result
        except (LubanError, OSError) as error:
            said = error.said if isinstance(error, BoxBroken) else str(error)
            return _Why(f"{kind.name} fails here ({said})", f"{kind.name} 在此无法使用（{said}）")
        finally:
            os.close(never)
            os.close(other)
        if reached:
            return _Why(
                f"{kind.name} does not hold: code in it reached {reached[0]}",
                f"{kind.name} 不可靠：其中的代码能访问 {reached[0]}",
            )
        return None


def _some(folder: Path) -> list[Path]:
    return [each for each in sorted(folder.iterdir())[:20] if each.is_file()]


def _none(reasons: Sequence[_Why]) -> Found:
    told = list(dict.fromkeys(reasons))
    return Found(
        None,
        "",
        "No safe box: " + "; ".join(each.en for each in told) + ".",
        "没有安全的隔离环境：" + "；".join(each.zh for each in told) + "。",
    )
