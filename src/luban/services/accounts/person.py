"""Somebody as another house describes them."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """`issuer` and `subject` are who it is, for ever; everything else may change.

    `verified` says whether the issuer made sure that the e-mail is theirs. `role` is a role of
    this house, where the administrator lets the issuer say so.
    """

    issuer: str
    subject: str
    email: str = ""
    verified: bool = False
    name: str = ""
    role: str = ""
