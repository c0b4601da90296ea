"""The methods of the Agent Chat API by name.

Source: Agent Chat API v3.6, Web and RTM reference.
"""

from livechat_sandbox.agent_api import chats, customers, events, lists, properties, status
from livechat_sandbox.transports.methods import methods_in

METHODS = methods_in(lists, chats, events, properties, customers, status)
