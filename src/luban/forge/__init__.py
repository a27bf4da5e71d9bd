"""The autonomous agent and its starter kit."""
