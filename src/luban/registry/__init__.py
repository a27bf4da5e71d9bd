"""Finds blocks, built in, in packages and in folders; lists broken ones and never dies of them."""

from luban.registry.broken import BrokenBlock
from luban.registry.discovery import discover
from luban.registry.registry import Changes, Registry

__all__ = ["BrokenBlock", "Changes", "Registry", "discover"]
