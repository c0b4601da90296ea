"""Who else wants to know what happens to customers: whoever counts it, say."""

from __future__ import annotations

from typing import Protocol

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.pushes import Push
from chatproxy.livechat.structures import Json
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation


class Observer(Protocol):
    """Told once for each customer. Must return at once, because pushes wait for it."""

    def act(self, customer: Customer, action: str, payload: Json, answer: Json) -> None:
        """What a customer did: LiveChat's action, what was sent with it, what was answered."""

    def hear(self, customer: Customer, push: Push, conversation: Conversation) -> None:
        """What a customer was told, and what is known of their chat after it."""

    def fail(self, customer: Customer, error: LiveChatError) -> None:
        """A call that failed for good, a login refused, or a connection ended as if it were."""


class Nobody:
    """Does not want to know."""

    def act(self, customer: Customer, action: str, payload: Json, answer: Json) -> None: ...

    def hear(self, customer: Customer, push: Push, conversation: Conversation) -> None: ...

    def fail(self, customer: Customer, error: LiveChatError) -> None: ...


class Several:
    """Tells each of these, in this order."""

    def __init__(self, *observers: Observer) -> None:
        self.observers = observers

    def act(self, customer: Customer, action: str, payload: Json, answer: Json) -> None:
        for observer in self.observers:
            observer.act(customer, action, payload, answer)

    def hear(self, customer: Customer, push: Push, conversation: Conversation) -> None:
        for observer in self.observers:
            observer.hear(customer, push, conversation)

    def fail(self, customer: Customer, error: LiveChatError) -> None:
        for observer in self.observers:
            observer.fail(customer, error)


NOBODY = Nobody()
