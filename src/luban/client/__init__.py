"""The typed Python client; knows the model only.

`luban.client.sync` has the same for programs that are not asynchronous.
"""

from luban.client.client import Client
from luban.client.errors import (
    ApiError,
    Conflicting,
    Invalid,
    Missing,
    ServerFailed,
    Unreachable,
)
from luban.client.events import Event

__all__ = [
    "ApiError",
    "Client",
    "Conflicting",
    "Event",
    "Invalid",
    "Missing",
    "ServerFailed",
    "Unreachable",
]
