"""Chats and threads from start to deletion, and the tickets among them."""
