"""Guarded outgoing HTTP: no block reaches a private address unless an administrator allows it."""

from luban.net.allow_list import AllowList
from luban.net.guarded_http import GuardedHttp

__all__ = ["AllowList", "GuardedHttp"]
