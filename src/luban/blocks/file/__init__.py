"""Blocks that read and write stored files."""
