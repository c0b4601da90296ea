"""Chats and threads from start to deletion."""
