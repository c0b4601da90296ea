"""A customer whom we know, acting in LiveChat with the tokens we keep for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chatproxy.livechat.customer_api import CustomerApi
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.structures import Json
from chatproxy.models import Customer
from chatproxy.relay.observers import NOBODY, Observer


@dataclass(frozen=True, slots=True)
class ShownGreeting:
    """The greeting that a customer answers."""

    id: int
    unique_id: str

    @property
    def properties(self) -> Json:
        """What a thread that it led to says of it. Source: "Properties", `lc2`."""
        return {"greeting_id": self.id, "greeting_unique_id": self.unique_id}


class ActingCustomer(CustomerApi):
    """LiveChat's methods for `customer`; the observer is told what they did and what failed.

    `greeting` is the one before them, if there is one.
    """

    greeting: ShownGreeting | None = None

    def __init__(
        self, customer: Customer, organization: Organization, observer: Observer = NOBODY
    ) -> None:
        super().__init__(
            organization,
            customer.tokens(organization),
            on_action=partial(observer.act, customer),
            on_failure=partial(observer.fail, customer),
        )
        self.customer = customer
