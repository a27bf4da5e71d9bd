"""Text templates that reach nothing but their values, and always end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def render(
    template: str,
    values: Mapping[str, Any],
    *,
    escape_html: bool = False,
    strict: bool = False,
) -> str:
    """The template with the values filled in; values are plain JSON values.

    A name without a value is blank, or with `strict` an error. Raises `BlockError` that names the
    line. Work, time and size are limited, so any template may be rendered, whoever wrote it.
    """
    from luban.sdk.template import rendering  # the engine behind it loads only when it is needed

    return rendering.render(template, values, escape_html=escape_html, strict=strict)


__all__ = ["render"]
