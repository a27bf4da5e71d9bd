"""What an agent that decides by itself is made of: its loop, decisions, approvals and limits."""
