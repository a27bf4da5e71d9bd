"""Whether shell commands may run in a team: only where everybody who could write them may."""

from __future__ import annotations

from luban.model.access import BUILT_IN, LOCAL, Role, permitted
from luban.ports.people import TeamStore
from luban.ports.stores import RunStore, Slice
from luban.sdk.sandbox import CodeNotPermitted

PERMISSION = "code.shell"
_WRITES = frozenset({"agent.create", "agent.update", "run.start", "run.steer"})
"""Who may do one of these decides what a team's agents do."""
_PAGE = 500
_NOBODY = Role("", frozenset())


class ShellPermission:
    """Asked anew for every step, so that what was taken from somebody holds at once.

    What counts is the team, not who started the run: in a team with others, an administrator
    would run what they wrote.
    """

    def __init__(self, teams: TeamStore, runs: RunStore) -> None:
        self._teams = teams
        self._runs = runs

    async def require(self, team: str, run: str) -> None:
        """Raises `CodeNotPermitted`."""
        if not await self.holds(team):
            raise _refused(
                "somebody in it who may change or run agents lacks the permission "
                f"`{PERMISSION}`. Move the agent to a team of administrators.",
                f"团队中有可修改或运行智能体的成员没有“{PERMISSION}”权限。"
                "请将智能体移到只有管理员的团队。",
            )
        if await self._by_visitor(team, run):
            raise _refused(
                "the run was started by a link that anybody may hold. Let an administrator start "
                "it.",
                "此运行由任何人都可能持有的链接启动。请由管理员启动。",
            )

    async def holds(self, team: str) -> bool:
        """Whether everybody who decides what the team's agents do has the permission."""
        roles = {role.name: role for role in await self._teams.roles()} | dict(BUILT_IN)
        number, seen = 1, 0
        while True:
            page = await self._teams.members(team, Slice(page=number, page_size=_PAGE))
            for member, user in page.items:
                role = roles.get(member.role, _NOBODY)
                allowed = permitted(roles.get(user.role, _NOBODY), role)
                if not user.disabled and allowed & _WRITES and PERMISSION not in allowed:
                    return False
            seen += len(page.items)
            number += 1
            if seen >= page.total or not page.items:
                # Without accounts, whoever sits at the machine is its administrator.
                return page.total > 0 or team == LOCAL

    async def _by_visitor(self, team: str, run: str) -> bool:
        """Whether the run, or one above it, came from a shared link."""
        seen: set[str] = set()
        while run and run not in seen:
            seen.add(run)
            found = await self._runs.find(team, run)
            if found is None:
                return False
            if found.trigger.startswith("link:"):
                return True
            run = found.parent.run if found.parent is not None else ""
        return False


def _refused(reason: str, reason_zh: str) -> CodeNotPermitted:
    return CodeNotPermitted(reason=reason, reason_zh=reason_zh)
