"""Places in answers, as JMESPath."""

from __future__ import annotations

from typing import Any

from luban.sdk import BlockError


def searched(path: str, value: Any) -> Any:
    """What is there; `None` where nothing is. Raises `BlockError` for a path that is none."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(path, value)
    except JMESPathError as error:
        raise BlockError(
            f"`{path}` is no JMESPath for this answer: {error}",
            zh=f"“{path}”不是适用于该返回内容的 JMESPath：{error}",
            code="bad_path",
        ) from error
