"""Blocks that wait: for time, for people, for messages, for other agents."""
