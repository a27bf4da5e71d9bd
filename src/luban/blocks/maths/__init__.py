"""Blocks that calculate and count."""
