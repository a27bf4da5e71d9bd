"""Blocks for documents, pictures, charts, sound and video."""
