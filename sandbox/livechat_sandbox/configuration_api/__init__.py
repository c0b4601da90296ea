"""The Configuration API: agents, bots, groups, tags, properties, webhooks, bans.

Shares the agents' authorization; everything else is its own.
"""
