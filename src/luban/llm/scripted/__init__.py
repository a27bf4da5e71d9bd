"""A model server that follows a script, over the wires of OpenAI, Anthropic and Gemini."""

from luban.llm.scripted.script import Reply, ReplyCall, Script
from luban.llm.scripted.server import ScriptedModel, scripted_server

__all__ = ["Reply", "ReplyCall", "Script", "ScriptedModel", "scripted_server"]
