"""The Reports API, a first cut: what its clients' examples ask, counted from the chats.

Shares the agents' authorization, with a scope of its own.
"""
