"""What a block author writes against; everything a block may import is here."""

from luban.model.block import Effect, Role
from luban.sdk.block import Block, Example, block
from luban.sdk.chat import ChatAnswer, ChatMessage, Models, Usage
from luban.sdk.code import Emissions
from luban.sdk.context import Context, Files, State
from luban.sdk.errors import BlockError, TemporaryError
from luban.sdk.fields import BlockInput, BlockOutput, Date, Emit, Field, FileRef, Message, Number
from luban.sdk.http import Http, HttpResponse

__all__ = [
    "Block",
    "BlockError",
    "BlockInput",
    "BlockOutput",
    "ChatAnswer",
    "ChatMessage",
    "Context",
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
    "Role",
    "State",
    "TemporaryError",
    "Usage",
    "block",
]
