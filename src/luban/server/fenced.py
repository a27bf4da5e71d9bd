"""Says so where the database itself does not keep the rows of owners apart."""

from __future__ import annotations

from luban.engine.findings import Findings, seen
from luban.model.finding import Remark, Severity

UNFENCED = Remark(
    "row_level_security_off",
    "PostgreSQL does not keep the rows of teams apart by itself: {cause}.",
    "PostgreSQL 未自行隔离各团队的数据行：{cause}。",
    "Make the role once, as docs/howto/use-postgresql.md says, and start again. Until then every "
    "query still names its owner.",
    "请按 docs/howto/use-postgresql.md 创建该角色后重新启动。在此之前，每个查询仍会指定所有者。",
    Severity.WARNING,
)


def note_unfenced(cause: str, findings: Findings, now: float) -> None:
    """Keeps the finding for whoever looks after the server, if there is a cause."""
    if cause:
        findings.note(seen(UNFENCED.at(cause=cause), since=now, now=now))
