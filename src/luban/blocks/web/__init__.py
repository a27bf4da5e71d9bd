"""Blocks that reach the web, always through the guarded client."""
