"""A customer whom we know, acting in LiveChat with the tokens we keep for them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from chatproxy.livechat.customer_api import CustomerApi
from chatproxy.livechat.errors import NotConnected, TokenRejected, TooManyRequests, WrongRegion
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.structures import Json
from chatproxy.models import Customer
from chatproxy.relay.observers import NOBODY, Observer
from chatproxy.relay.relay import Relay

# LiveChat has not done it, and the Web API has a remedy.
NOT_TAKEN = (NotConnected, TokenRejected, TooManyRequests, WrongRegion)


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

    `greeting` is the one before them, if there is one. What they say goes over their own connection
    if the `relay` holds it, which costs half to four fifths of a request's processor time.
    """

    greeting: ShownGreeting | None = None

    def __init__(
        self,
        customer: Customer,
        organization: Organization,
        observer: Observer = NOBODY,
        relay: Relay | None = None,
    ) -> None:
        super().__init__(
            organization,
            customer.tokens(organization),
            on_action=partial(observer.act, customer),
            on_failure=partial(observer.fail, customer),
        )
        self.customer = customer
        self._relay = relay

    def take_place(self) -> None:
        """Before anything is done: be among those who wait for LiveChat. Raises NoPlace."""
        self.organization.take_place(self.organization.region_of(self.customer.access_token))

    def _with_remedy(self, action: str, body: dict[str, Any]) -> Json:
        """An outcome that is not known over the one way is not tried over the other."""
        if self._relay and action == "send_event":
            with suppress(*NOT_TAKEN):
                return self._relay.act_from_thread(self.customer, action, body["json"])
        return super()._with_remedy(action, body)
