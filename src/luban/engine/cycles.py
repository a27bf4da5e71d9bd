"""Which nodes lie on one cycle: strongly connected components of a directed graph."""

from __future__ import annotations

from collections.abc import Iterable


def condense(count: int, arcs: Iterable[tuple[int, int]]) -> tuple[list[int], list[list[int]]]:
    """The group of every node and the nodes of every group, groups in topological order.

    Nodes are numbered from 0 to `count` - 1. After Tarjan (1972), without recursion, so that a
    chain of ten thousand nodes does not exhaust the stack; linear in nodes and arcs.
    """
    following: list[list[int]] = [[] for _ in range(count)]
    for before, after in arcs:
        following[before].append(after)
    search = _Search(following)
    for node in range(count):
        if search.order[node] < 0:
            search.visit(node)
    groups = [sorted(group) for group in reversed(search.groups)]
    group_of = [0] * count
    for number, group in enumerate(groups):
        for node in group:
            group_of[node] = number
    return group_of, groups


class _Search:
    """The depth-first search; groups come out last first."""

    def __init__(self, following: list[list[int]]) -> None:
        self.following = following
        self.order = [-1] * len(following)
        self.lowest = [0] * len(following)
        self.open = [False] * len(following)
        self.path: list[int] = []
        self.groups: list[list[int]] = []
        self.reached = 0

    def visit(self, root: int) -> None:
        self._enter(root)
        trail = [(root, iter(self.following[root]))]
        while trail:
            node, rest = trail[-1]
            after = next(rest, None)
            if after is None:
                trail.pop()
                self._leave(node)
                if trail:
                    parent = trail[-1][0]
                    self.lowest[parent] = min(self.lowest[parent], self.lowest[node])
            elif self.order[after] < 0:
                self._enter(after)
                trail.append((after, iter(self.following[after])))
            elif self.open[after]:
                self.lowest[node] = min(self.lowest[node], self.order[after])

    def _enter(self, node: int) -> None:
        self.order[node] = self.lowest[node] = self.reached
        self.reached += 1
        self.path.append(node)
        self.open[node] = True

    def _leave(self, node: int) -> None:
        if self.lowest[node] != self.order[node]:
            return
        group: list[int] = []
        while not group or group[-1] != node:
            member = self.path.pop()
            self.open[member] = False
            group.append(member)
        self.groups.append(group)
