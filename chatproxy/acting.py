"""A customer whom we know, acting in LiveChat with the tokens we keep for them."""

from __future__ import annotations

from functools import partial

from chatproxy.livechat.customer_api import CustomerApi
from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.observers import NOBODY, Observer


class ActingCustomer(CustomerApi):
    """LiveChat's methods for `customer`; the observer is told what they did and what failed."""

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
