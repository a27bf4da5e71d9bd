"""Blocks that use servers of tools: their tools, resources and prompts."""
