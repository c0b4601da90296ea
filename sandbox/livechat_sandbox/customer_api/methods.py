"""The methods of the Customer Chat API by name.

Source: Customer Chat API v3.6, Web and RTM reference.
"""

from livechat_sandbox.customer_api import (
    chats,
    configuration,
    customer,
    events,
    greetings,
    groups,
    properties,
)
from livechat_sandbox.transports.methods import methods_in

METHODS = methods_in(chats, events, properties, customer, groups, greetings, configuration)
