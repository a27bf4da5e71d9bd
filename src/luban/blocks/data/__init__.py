"""Blocks for lists, objects, JSON and CSV."""
