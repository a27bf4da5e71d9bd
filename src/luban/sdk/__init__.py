"""What a block author writes against; everything a block may import is here."""

from luban.model.block import CredentialNeed, Effect, Role
from luban.sdk.block import Block, Example, block
from luban.sdk.browser import Browser, Seen, Sight
from luban.sdk.chat import ChatAnswer, ChatMessage, Image, Models, Tool, ToolCall, Usage
from luban.sdk.code import Emissions
from luban.sdk.context import Answer, Context, State
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
from luban.sdk.files import FileFacts, Files
from luban.sdk.http import Http, HttpResponse, HttpStream, Streamed, Upload
from luban.sdk.mail import Letter, Mail, Received, Sent, Wanted
from luban.sdk.migration import Migration
from luban.sdk.sandbox import (
    CodeFailed,
    CodeLimit,
    CodeNotPermitted,
    CodeResult,
    Sandbox,
    SandboxOff,
)
from luban.sdk.tools import ToolPin, ToolUnknown, UnknownArgument, UsableTool

__all__ = [
    "Answer",
    "Block",
    "BlockError",
    "BlockInput",
    "BlockOutput",
    "Browser",
    "CallFailed",
    "ChatAnswer",
    "ChatMessage",
    "ChildRunFailed",
    "CodeFailed",
    "CodeLimit",
    "CodeNotPermitted",
    "CodeResult",
    "Context",
    "CredentialNeed",
    "Date",
    "Effect",
    "Emissions",
    "Emit",
    "Example",
    "Field",
    "FileFacts",
    "FileRef",
    "Files",
    "Http",
    "HttpResponse",
    "HttpStream",
    "Image",
    "Letter",
    "Mail",
    "Message",
    "Migration",
    "Models",
    "Number",
    "OpenCredential",
    "PathChanged",
    "Received",
    "Role",
    "Sandbox",
    "SandboxOff",
    "Seen",
    "Sent",
    "Sight",
    "State",
    "Streamed",
    "TemporaryError",
    "Tool",
    "ToolCall",
    "ToolPin",
    "ToolUnknown",
    "UnknownArgument",
    "Upload",
    "UsableTool",
    "Usage",
    "WaitTimedOut",
    "Wanted",
    "block",
]
