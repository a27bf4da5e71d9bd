"""Text templates that reach nothing but their values, and always end."""

from luban.sdk.template.rendering import render

__all__ = ["render"]
