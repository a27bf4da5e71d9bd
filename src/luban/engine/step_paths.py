"""How the paths of steps are built, read backwards.

A path is node ids with rounds of bodies between them, `each[2]/add` or `each@1[2]/add` of the
second firing of `each`; a step that another asked for adds its key, `agent:3` or `agent@2:3`.
"""

from __future__ import annotations

import re

from luban.engine.children import StepKey

_ROUND = re.compile(r"(@\d+)?\[\d+\]")


def bare(path: str) -> str:
    """The path without its rounds, as the graph has it: `each/add`; keys of children stay."""
    return _ROUND.sub("", path) if "[" in path else path


def node_of(path: str) -> str:
    """The node of the graph a step belongs to, as a path without rounds, children left out."""
    return bare(top_step(path, 0)[0])


def top_step(path: str, iteration: int) -> StepKey:
    """The step of the graph that a step belongs to: itself, unless it is a child."""
    above, colon, _ = path.partition(":")
    return _step(above) if colon else (path, iteration)


def parent_step(path: str) -> StepKey | None:
    """The step that asked for a child; `None` for the steps of the graph themselves."""
    above, colon, _ = path.rpartition(":")
    if not colon:
        return None
    return (above, 0) if ":" in above else _step(above)


def is_below(path: str, above: str) -> bool:
    """Whether a step is a child of the other, or inside its body, at any depth."""
    rest = path.removeprefix(above)
    return len(rest) < len(path) and rest[:1] in tuple("[@:/")


def covers(wanted: str, path: str) -> bool:
    """Whether a step is meant by a path that may leave out rounds, or name a whole one."""
    return any(each == wanted or is_below(each, wanted) for each in (path, bare(path)))


def is_of(path: str, node: str) -> bool:
    """Whether a step is one of a node, or was asked for by one; the rounds may be left out."""
    if path == node or bare(path) == node:
        return True
    if ":" not in path:
        return False
    asking, _ = top_step(path, 0)
    return node in (asking, bare(asking)) or path.startswith(f"{node}:")


def _step(above: str) -> StepKey:
    """`agent@2` is the third firing of `agent`."""
    head, slash, last = above.rpartition("/")
    name, _, number = last.partition("@")
    return f"{head}{slash}{name}", int(number or 0)
