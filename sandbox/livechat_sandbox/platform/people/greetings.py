"""Greetings and welcome messages: shown by rule, accepted, cancelled, turned into chats.

Source: Customer Chat API v3.6, "Greetings", "Request Welcome Message".
"""

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.configuration import Greeting
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.history import GreetingOutcome, Outcome
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.shapes import customer_view
from livechat_sandbox.platform.structures import (
    Agent,
    Customer,
    Event,
    Organization,
    ShownGreeting,
    Thread,
)


def check_known(organization: Organization, thread_properties: Properties) -> None:
    """Raises greeting_not_found if a thread is to begin from a greeting nobody has made."""
    greeting_id = thread_properties.get("lc2", {}).get("greeting_id")
    if greeting_id is not None and greeting_id not in organization.greetings:
        raise LiveChatError("greeting_not_found")


def consider(customer: Customer) -> None:
    """The customer came to a page: show whichever greeting its rule allows, maybe later."""
    if not customer.visit or not customer.visit.pages:
        return
    page = customer.visit.pages[-1]
    for greeting in customer.organization.greetings.values():
        if not greeting.enabled or greeting.url_contains not in page.url:
            continue
        if greeting.group_id is not None and greeting.group_id != customer.group_id:
            continue
        if not (greeting.once and greeting.id in customer.greetings_seen):
            customer.organization.clock.call_later(
                greeting.delay, _show_if_still_there, customer, greeting, page.url
            )
            return


def _show_if_still_there(customer: Customer, greeting: Greeting, url: str) -> None:
    chat = customer.organization.chat_of(customer)
    still_there = customer.visit and customer.visit.pages and customer.visit.pages[-1].url == url
    is_known = greeting.id in customer.organization.greetings
    if customer.connections and still_there and is_known and not (chat and chat.active):
        show(customer, greeting)


def show(customer: Customer, greeting: Greeting) -> None:
    """Put a greeting before the customer; one that is shown already makes room."""
    if customer.greeting and not customer.greeting.accepted:
        cancel(customer, customer.greeting.unique_id)
    customer.greeting = ShownGreeting(
        unique_id=customer.organization.ids.hex(32),
        greeting_id=greeting.id,
        first_time=greeting.id not in customer.greetings_seen,
    )
    customer.greetings_seen.add(greeting.id)
    customer.statistics["greetings_shown_count"] += 1
    keep(customer.organization, greeting.id, "displayed")
    shown = view(customer.organization, customer.greeting)
    pushes.to_customer(customer, "incoming_greeting", shown)
    tell_side_storage(customer)


def delete(organization: Organization, greeting_id: int) -> None:
    """Whoever sees it may go on looking; nobody is shown it again. Its number may be used anew."""
    del organization.greetings[greeting_id]
    for customer in organization.customers.values():
        customer.greetings_seen.discard(greeting_id)
        if customer.greeting and customer.greeting.greeting_id == greeting_id:
            customer.greeting = None


def view(organization: Organization, shown: ShownGreeting) -> Payload:
    greeting = organization.greetings[shown.greeting_id]
    agent = greeter(organization)
    event: Payload = {
        "id": f"{shown.unique_id}_1",
        "author_id": agent.opaque_id,
        "created_at": organization.clock.now(),
        "recipients": "all",
    } | greeting.event
    payload: Payload = {
        "id": greeting.id,
        "unique_id": shown.unique_id,
        "event": event,
        "agent": customer_view.predicted_agent(agent),
        "displayed_first_time": shown.first_time,
    }
    if greeting.addon:
        payload["addon"] = greeting.addon
    if greeting.subtype:
        payload["subtype"] = greeting.subtype
    if greeting.is_exit_intent:
        payload["is_exit_intent"] = True
    return payload


def greeter(organization: Organization) -> Agent:
    return routing.free_agent(organization, [0]) or next(iter(organization.agents.values()))


def tell_side_storage(customer: Customer) -> None:
    """Counters the customer's browser keeps, as strings."""
    kept = {
        name: str(customer.statistics[name])
        for name in (
            "visits_count",
            "page_views_count",
            "greetings_shown_count",
            "greetings_accepted_count",
        )
    }
    kept["last_visit_timestamp"] = str(int(customer.organization.clock.time() * 1_000_000))
    if "name" in customer.fields:
        kept["name"] = customer.fields["name"]
    pushes.to_customer(
        customer,
        "customer_side_storage_updated",
        {"customer_side_storage": kept},
        answers_request=False,
    )


def _shown(customer: Customer, unique_id: str) -> ShownGreeting:
    if customer.greeting is None or customer.greeting.unique_id != unique_id:
        raise LiveChatError("greeting_not_found")
    return customer.greeting


def accept(customer: Customer, greeting_id: int, unique_id: str) -> None:
    """The customer has seen the greeting."""
    shown = _shown(customer, unique_id)
    if shown.greeting_id != greeting_id:
        raise LiveChatError("greeting_not_found")
    keep_accepted(customer, shown)
    pushes.to_customer(customer, "greeting_accepted", {"unique_id": unique_id})
    tell_side_storage(customer)


def keep_accepted(customer: Customer, shown: ShownGreeting) -> None:
    """Once, however often it is accepted."""
    if not shown.accepted:
        shown.accepted = True
        customer.statistics["greetings_accepted_count"] += 1
        keep(customer.organization, shown.greeting_id, "accepted")


def keep(organization: Organization, greeting_id: int, outcome: Outcome) -> None:
    moment = organization.clock.time()
    organization.history.greetings.append(GreetingOutcome(greeting_id, outcome, moment))


def cancel(customer: Customer, unique_id: str) -> None:
    keep(customer.organization, _shown(customer, unique_id).greeting_id, "canceled")
    customer.greeting = None
    pushes.to_customer(customer, "greeting_canceled", {"unique_id": unique_id})


def press_button(customer: Customer, unique_id: str, button_id: str) -> None:
    """Customer Chat API v3.6, "Send Greeting Button Clicked"."""
    greeting = customer.organization.greetings[_shown(customer, unique_id).greeting_id]
    buttons = {
        button["postback_id"]
        for element in greeting.event.get("elements", [])
        for button in element.get("buttons", [])
    }
    if button_id not in buttons:
        raise LiveChatError("greeting_not_found", "Greeting button not found")


def open_thread(customer: Customer, thread: Thread) -> None:
    """A chat begun from a greeting opens with it, and starting counts as having seen it."""
    organization = customer.organization
    lc2 = thread.properties.get("lc2", {})
    greeting = organization.greetings.get(lc2.get("greeting_id", -1))
    if greeting is None:
        return
    thread.last_number += 1
    content = {key: value for key, value in greeting.event.items() if key != "type"}
    thread.events.append(
        Event(
            id=f"{thread.id}_{thread.last_number}",
            type=greeting.event["type"],
            created_at=organization.clock.now(),
            author_id=greeter(organization).id,
            visibility="all",
            content=content,
            properties={"lc2": dict(lc2)},
        )
    )
    if customer.greeting:
        keep_accepted(customer, customer.greeting)


def request_welcome_message(customer: Customer, group_id: int, message_id: str | None) -> Payload:
    """Answer who will probably help, and push the welcome message a little later.

    Raises group_offline.
    """
    organization = customer.organization
    agent, queued = routing.predict_agent(organization, group_id)
    unique_id = message_id or organization.ids.uuid()
    if organization.welcome_message is not None:
        organization.clock.call_later(
            0.05, _welcome, customer, agent, unique_id, organization.welcome_message
        )
    return {
        "id": unique_id,
        "predicted_agent": customer_view.predicted_agent(agent),
        "queue": queued,
    }


def _welcome(customer: Customer, agent: Agent, unique_id: str, text: str) -> None:
    event = {
        "type": "message",
        "text": text,
        "author_id": agent.opaque_id,
        "created_at": customer.organization.clock.now(),
        "recipients": "all",
        "properties": {
            "lc2": {"welcome_message": True},
            "chats": {"welcome_message_source": "welcome_phrase"},
        },
    }
    pushes.to_customer(customer, "incoming_welcome_message", {"id": unique_id, "event": event})
