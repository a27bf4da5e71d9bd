"""Names of tables and collections."""

from __future__ import annotations

from typing import Any

from luban.sdk import Field

# Letters of any language: `客户反馈` is as good a name as `social_media_logs`. The length is bound
# by itself: counted in the pattern, it would take 2 MB of memory in each block.
PATTERN = r"^\w[\w.\- ]*$"


def name_field(title: str, description: str) -> Any:
    return Field(title=title, description=description, pattern=PATTERN, max_length=100)


def where_field() -> Any:
    return Field(
        default_factory=dict,
        title="Only where",
        description='Conditions by field: a value, or such as {">": 5} or {"contains": "x"}.',
    )
