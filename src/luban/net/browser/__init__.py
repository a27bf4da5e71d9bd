"""A browser for pages that programs make, held to the rules of outgoing HTTP."""

from luban.net.browser.chromium import Chromium

__all__ = ["Chromium"]
