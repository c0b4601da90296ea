"""Agent Chat API, customers: read, change, ban; and what only 3.5 has, list and create."""

from livechat_sandbox.platform import agent_view, customers, pages
from livechat_sandbox.platform.parameters import integer, number, one_of, record, required, text
from livechat_sandbox.platform.structures import Customer, Payload
from livechat_sandbox.transports.methods import Caller, Method

UNTIL_3_5 = ("3.5",)


def shown(customer: Customer) -> Payload:
    chat_id = customer.organization.chat_of_customer.get(customer.id)
    return agent_view.customer(customer) | {"chat_ids": [chat_id] if chat_id else []}


def get_customer(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    return shown(organization.customer(payload["id"]))


def update_customer(caller: Caller, payload: Payload) -> Payload:
    organization, agent = caller.organization, caller.agent
    customer = organization.customer(payload["id"])
    customers.update(customer, payload, agent)
    return {}


def ban_customer(caller: Caller, payload: Payload) -> Payload:
    organization, agent = caller.organization, caller.agent
    customer = organization.customer(payload["id"])
    customers.ban(customer, payload["ban"]["days"], agent)
    return {}


def list_customers(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    found = list(organization.customers.values())
    page = pages.page_of(
        found,
        lambda customer: customer.created_at,
        payload,
        default_limit=10,
        now=organization.clock.time(),
    )
    return {
        "customers": [shown(customer) for customer in page.items],
        "total_customers": len(found),
    } | page.ids()


def create_customer(caller: Caller, payload: Payload) -> Payload:
    organization, agent = caller.organization, caller.agent
    customer = customers.create(organization)
    if payload:
        customers.update(customer, payload, agent)
    return {"customer_id": customer.id}


METHODS = {
    "get_customer": Method(get_customer, record(id=required(text())), scope="customers:ro"),
    "update_customer": Method(update_customer, record(id=required(text())), scope="customers:rw"),
    "ban_customer": Method(
        ban_customer,
        record(id=required(text()), ban=required(record(days=required(number())))),
        scope="customers.ban:rw",
    ),
    "list_customers": Method(
        list_customers,
        record(
            limit=integer(1, 100), sort_order=one_of("asc", "desc"), sort_by=text(), page_id=text()
        ),
        versions=UNTIL_3_5,
        scope="customers:ro",
    ),
    "create_customer": Method(create_customer, versions=UNTIL_3_5, scope="customers:rw"),
}
