"""Blocks that decide and convert."""
