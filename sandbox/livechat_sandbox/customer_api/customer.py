"""Customer Chat API, the customer: details, session fields, pages."""

from typing import TypedDict

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import customers
from livechat_sandbox.transports.methods import RTM, Caller, method


@method()
def update_customer(caller: Caller, payload: Payload) -> Payload:
    customers.update(caller.customer, payload, caller.customer)
    return {}


class SetCustomerSessionFields(TypedDict):
    session_fields: list[dict[str, str]]


@method()
def set_customer_session_fields(caller: Caller, payload: SetCustomerSessionFields) -> Payload:
    customers.set_session_fields(caller.customer, payload["session_fields"])
    return {}


@method()
def get_customer(caller: Caller, _: Payload) -> Payload:
    return customers.own_view(caller.customer)


@method(transports=RTM)
def update_customer_page(caller: Caller, payload: customers.PageFields) -> Payload:
    customers.update_page(caller.customer, payload)
    return {}


@method(transports=RTM, versions=("3.6", "3.7"))
def activate_customer_page(_: Caller, __: Payload) -> Payload:
    """Undocumented, as the next one: a tab gained focus. Nothing follows from it here."""
    return {}


@method(transports=RTM, versions=("3.6", "3.7"))
def deactivate_customer_page(_: Caller, __: Payload) -> Payload:
    return {}


@method(transports=RTM)
def ping(_: Caller, __: Payload) -> Payload:
    return {}
