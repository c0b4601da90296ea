"""The methods of the Agent Chat API by name: one table, put together from its subjects.

Source: Agent Chat API v3.6, Web and RTM reference.
"""

from sandbox import (
    agent_chats,
    agent_customers,
    agent_events,
    agent_lists,
    agent_properties,
    agent_status,
)

METHODS = (
    agent_lists.METHODS
    | agent_chats.METHODS
    | agent_events.METHODS
    | agent_properties.METHODS
    | agent_customers.METHODS
    | agent_status.METHODS
)
