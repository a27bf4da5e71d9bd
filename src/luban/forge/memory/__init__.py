"""What an agent keeps beyond one run: memories found by words and meaning, and notes of a task."""

from luban.forge.memory.agent_memory import AgentMemory
from luban.forge.memory.long_term import COLLECTION, LongTermMemory
from luban.forge.memory.recalling import Recalled
from luban.forge.memory.remembered import Kept, MemoryKind, Remembered, Speaker

__all__ = [
    "COLLECTION",
    "AgentMemory",
    "Kept",
    "LongTermMemory",
    "MemoryKind",
    "Recalled",
    "Remembered",
    "Speaker",
]
