"""What a block author writes against; everything a block may import is here."""

from luban.model.block import CredentialNeed, Effect, Role
from luban.sdk.block import Block, Example, block
from luban.sdk.chat import ChatAnswer, ChatMessage, Models, Usage
from luban.sdk.code import Emissions
from luban.sdk.context import Answer, Context, Files, State
from luban.sdk.credential import OpenCredential
from luban.sdk.errors import (
    BlockError,
    CallFailed,
    ChildRunFailed,
    PathChanged,
    TemporaryError,
    WaitTimedOut,
)
from luban.sdk.fields import BlockInput, BlockOutput, Date, Emit, Field, FileRef, Message, Number
from luban.sdk.http import Http, HttpResponse

__all__ = [
    "Answer",
    "Block",
    "BlockError",
    "BlockInput",
    "BlockOutput",
    "CallFailed",
    "ChatAnswer",
    "ChatMessage",
    "ChildRunFailed",
    "Context",
    "CredentialNeed",
    "Date",
    "Effect",
    "Emissions",
    "Emit",
    "Example",
    "Field",
    "FileRef",
    "Files",
    "Http",
    "HttpResponse",
    "Message",
    "Models",
    "Number",
    "OpenCredential",
    "PathChanged",
    "Role",
    "State",
    "TemporaryError",
    "Usage",
    "WaitTimedOut",
    "block",
]
