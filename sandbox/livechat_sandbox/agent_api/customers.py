"""Agent Chat API, customers: read, change, ban; and what only 3.5 has, list and create."""

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.platform import pages
from livechat_sandbox.platform.parameters import refuse_other_filters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import bans, customers
from livechat_sandbox.platform.shapes import agent_view
from livechat_sandbox.platform.structures import Customer
from livechat_sandbox.transports.methods import Caller, method

UNTIL_3_5 = ("3.5",)


def view(customer: Customer) -> Payload:
    chat_id = customer.organization.chat_of_customer.get(customer.id)
    return agent_view.customer(customer) | {"chat_ids": [chat_id] if chat_id else []}


class GetCustomer(TypedDict):
    id: str


@method("customers:ro")
def get_customer(caller: Caller, payload: GetCustomer) -> Payload:
    organization = caller.organization
    return view(organization.customer(payload["id"]))


class UpdateCustomer(TypedDict):
    id: str


@method("customers:rw")
def update_customer(caller: Caller, payload: UpdateCustomer) -> Payload:
    organization, agent = caller.organization, caller.agent
    customer = organization.customer(payload["id"])
    customers.update(customer, payload, agent)
    return {}


class Days(TypedDict):
    days: Annotated[float, Meta(le=bans.MOST_DAYS)]


class BanCustomer(TypedDict):
    id: str
    ban: Days


@method("customers.ban:rw")
def ban_customer(caller: Caller, payload: BanCustomer) -> Payload:
    organization, agent = caller.organization, caller.agent
    customer = organization.customer(payload["id"])
    bans.ban_customer(customer, payload["ban"]["days"] * bans.DAY, agent)
    return {}


class NoFilters(TypedDict):
    """LiveChat has twelve, none of which is built."""


class ListCustomers(TypedDict):
    filters: NotRequired[Payload]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    sort_order: NotRequired[Literal["asc", "desc"]]
    sort_by: NotRequired[Literal["created_at"]]
    page_id: NotRequired[str]


@method("customers:ro", versions=UNTIL_3_5)
def list_customers(caller: Caller, payload: ListCustomers) -> Payload:
    organization = caller.organization
    refuse_other_filters(payload.get("filters", {}), NoFilters)
    found = [each for each in organization.customers.values() if not each.is_nobody]
    page = pages.page_of(
        found,
        lambda customer: customer.created_at,
        payload,
        default_limit=10,
        now=organization.clock.time(),
    )
    return {
        "customers": [view(customer) for customer in page.items],
        "total_customers": len(found),
    } | page.ids()


@method("customers:rw", versions=UNTIL_3_5)
def create_customer(caller: Caller, payload: Payload) -> Payload:
    organization, agent = caller.organization, caller.agent
    customer = customers.create(organization)
    if payload:
        customers.update(customer, payload, agent)
    return {"customer_id": customer.id}
