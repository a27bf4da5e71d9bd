"""Which browser there is on this machine, and as whom it runs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from luban.net.browser.errors import BrowserMissing

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
_IN_APPLICATIONS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
OFF = "off"


def find_browser(given: str) -> str:
    """The program that was named, else the one on PATH. Raises `BrowserMissing`."""
    if sys.platform == "win32":
        raise BrowserMissing(reason="pages are drawn on Linux and macOS only")
    if given.lower() == OFF:
        raise BrowserMissing(reason="LUBAN_BROWSER is off")
    if given:
        found = shutil.which(given)
        if found is None:
            raise BrowserMissing(reason=f"LUBAN_BROWSER names {given}, which cannot be run")
        return found
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and Path(_IN_APPLICATIONS).exists():
        found = _IN_APPLICATIONS
    if found is None:
        raise BrowserMissing(reason="none of " + ", ".join(NAMES) + " is on PATH")
    return found


def lesser_user() -> tuple[int, int] | None:
    """As whom pages are drawn where the server is root: Chromium's sandbox refuses root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return None
    return nobody.pw_uid, nobody.pw_gid
