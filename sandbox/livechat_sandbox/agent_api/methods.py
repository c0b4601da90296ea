"""The methods of the Agent Chat API by name: one table, put together from its subjects.

Source: Agent Chat API v3.6, Web and RTM reference.
"""

from livechat_sandbox.agent_api import chats as agent_chats
from livechat_sandbox.agent_api import customers as agent_customers
from livechat_sandbox.agent_api import events as agent_events
from livechat_sandbox.agent_api import lists as agent_lists
from livechat_sandbox.agent_api import properties as agent_properties
from livechat_sandbox.agent_api import status as agent_status

METHODS = (
    agent_lists.METHODS
    | agent_chats.METHODS
    | agent_events.METHODS
    | agent_properties.METHODS
    | agent_customers.METHODS
    | agent_status.METHODS
)
