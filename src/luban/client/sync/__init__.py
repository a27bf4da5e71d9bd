# Generated from luban/client/__init__.py by ./run fix.

"""The typed Python client; knows the model only."""

from luban.client.errors import (
    ApiError,
    Conflicting,
    Invalid,
    Missing,
    ServerFailed,
    Unreachable,
)
from luban.client.sync.client import Client
from luban.client.sync.events import Event

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
