"""What a static check has to say about a graph."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """Whether a graph can run at all with this finding."""

    ERROR = "error"
    WARNING = "warning"


class Finding(BaseModel):
    """One remark: where it is, what is wrong, and how to repair it, in both languages."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity = Severity.ERROR
    node: str | None = None
    pin: str | None = None
    link: str | None = None
    message: str
    message_zh: str
    repair: str = ""
    repair_zh: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
