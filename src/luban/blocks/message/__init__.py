"""Blocks that tell people and other systems: e-mail, chats, webhooks."""
