"""Blocks that know what time it is."""
