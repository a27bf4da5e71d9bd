"""Blocks that find blocks, and read, check and propose agents: tools of an agent that builds."""
