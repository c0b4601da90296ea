"""Who else wants to know what happens, once for each customer: whoever counts it, say.

Each is added at start-up and must return at once, because pushes wait for it.
"""

from collections.abc import Callable

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.pushes import Push
from chatproxy.livechat.structures import Json
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation

# What a customer did: LiveChat's action and what was sent with it.
acted: list[Callable[[Customer, str, Json], None]] = []
# What a customer was told, and what is known of their chat after it.
heard: list[Callable[[Customer, Push, Conversation], None]] = []
# A call that failed for good, or a login that was refused.
failed: list[Callable[[Customer, LiveChatError], None]] = []


def tell_acted(customer: Customer, action: str, payload: Json) -> None:
    for observer in acted:
        observer(customer, action, payload)


def tell_heard(customer: Customer, push: Push, conversation: Conversation) -> None:
    for observer in heard:
        observer(customer, push, conversation)


def tell_failed(customer: Customer, error: LiveChatError) -> None:
    for observer in failed:
        observer(customer, error)
