"""The Reports API: what the chats, agents and visitors of a time amount to.

Shares the agents' authorization, with a scope of its own.
"""
