"""Limits of providers, shared by all runs and processes: who may ask when."""

from luban.net.limits.limited_http import LimitedHttp
from luban.net.limits.settings import LimitSettings
from luban.net.limits.shared_limits import SharedLimits

__all__ = ["LimitSettings", "LimitedHttp", "SharedLimits"]
