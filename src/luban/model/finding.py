"""What a static check has to say about a graph."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from luban.model.errors import show


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


class Remark(NamedTuple):
    """What a check can say: a code, its gravity, and templates of its sentences.

    Templates are filled from the keyword arguments of `at`; long values are shortened in the
    sentence.
    """

    code: str
    en: str
    zh: str
    repair: str = ""
    repair_zh: str = ""
    severity: Severity = Severity.ERROR

    def at(
        self,
        *,
        node: str | None = None,
        pin: str | None = None,
        link: str | None = None,
        **params: Any,
    ) -> Finding:
        """The remark made about one place; `node`, `pin` and `link` fill templates too."""
        shown = {"node": node, "pin": pin, "link": link, **params}
        texts = {name: show(value) for name, value in shown.items()}
        return Finding(
            code=self.code,
            severity=self.severity,
            node=node,
            pin=pin,
            link=link,
            message=self.en.format_map(texts),
            message_zh=self.zh.format_map(texts),
            repair=self.repair.format_map(texts),
            repair_zh=self.repair_zh.format_map(texts),
            params={name: _json(value) for name, value in params.items()},
        )


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float)) else show(value)
