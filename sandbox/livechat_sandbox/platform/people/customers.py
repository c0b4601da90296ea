"""Customers: coming and going, what is known of them, bans and how often they may ask.

Source: Customer Chat API v3.6, "Login", "Customers".
"""

from typing import Any, NotRequired, TypedDict

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import seen_marks, system_messages
from livechat_sandbox.platform.parameters import Parameters, check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import bans, connections, greetings
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.shapes import agent_view, customer_view
from livechat_sandbox.platform.structures import (
    Agent,
    Customer,
    Organization,
    Page,
    Person,
    Visit,
)

DETAILS = ("name", "email", "avatar", "phone_number", "address", "omnichannel")


class Address(TypedDict, total=False):
    address: str
    city: str
    country: str
    state: str
    postal_code: str


class Facebook(TypedDict):
    id: str


class Twilio(TypedDict):
    phone_number: str


class Omnichannel(TypedDict, total=False):
    fbmessenger: Facebook
    twilio: Twilio


class Update(TypedDict, total=False):
    name: str
    email: str
    avatar: str
    phone_number: str
    address: Address
    omnichannel: Omnichannel
    session_fields: list[dict[str, str]]


class CurrentPage(TypedDict, total=False):
    url: str
    title: str


class PageFields(TypedDict):
    url: str
    title: NotRequired[str]


class Application(TypedDict, total=False):
    name: str
    version: str
    channel_type: str


class Login(TypedDict):
    token: str
    customer: NotRequired[Update]
    customer_page: NotRequired[CurrentPage]
    customer_side_storage: NotRequired[Payload]
    is_mobile: NotRequired[bool]
    group_id: NotRequired[int]
    referrer: NotRequired[str]
    application: NotRequired[Application]
    pushes: NotRequired[dict[str, list[str]]]


IN_ANSWERS = {"fbmessenger": "fb_messenger"}  # spelt differently in requests and answers


def create(organization: Organization) -> Customer:
    customer = Customer(
        id=organization.ids.uuid(),
        secret=organization.ids.hex(128),
        created_at=organization.clock.now(),
        group_id=organization.default_group_id(),
    )
    organization.add_customer(customer)
    return customer


def nobody(organization: Organization) -> Customer:
    """Who keeps the place of a chat's customer until there is one. Nobody is shown them."""
    customer = create(organization)
    customer.is_nobody = True
    return customer


# --- presence ---------------------------------------------------------------------------------


def login(
    customer: Customer,
    payload: Parameters,
    *,
    ip: str = "",
    user_agent: str = "",
) -> Payload:
    """Bring a connection of the customer online and answer as LiveChat does.

    Raises customer_banned, group_not_found, users_limit_reached, validation.
    """
    organization = customer.organization
    bans.check(customer, ip)
    if "group_id" in payload:
        organization.group(payload["group_id"])
    if not customer.online and organization.customers_online >= organization.rules.customers_online:
        raise LiveChatError("users_limit_reached")
    customer.group_id = payload.get("group_id", customer.group_id)
    details = {key: value for key, value in payload.get("customer", {}).items() if value}
    if details:
        update(customer, details, customer)
    customer.connections += 1
    customer.last_activity = organization.clock.time()
    came = not customer.online
    if came:
        _come_online(customer, payload.get("referrer", ""), ip, user_agent)
    page = payload.get("customer_page", {})
    moved = bool(page.get("url")) and _turn_page(customer, page)
    if came:
        pushes.to_all_agents(organization, "incoming_customer", agent_view.customer(customer))
    elif moved:
        tell_page(customer)
    greetings.tell_side_storage(customer)
    greetings.consider(customer)
    return _login_answer(customer)


def _come_online(customer: Customer, referrer: str, ip: str, user_agent: str) -> None:
    organization = customer.organization
    customer.online = True
    organization.customers_online += 1
    customer.statistics["visits_count"] += 1
    customer.visit = Visit(
        id=organization.ids.chat(),
        started_at=organization.clock.now(),
        ip=bans.address(organization, ip),
        user_agent=user_agent,
        referrer=referrer,
    )
    chat = organization.chat_of(customer)
    if chat:
        chat.users[customer.id].present = True


def _login_answer(customer: Customer) -> Payload:
    chat = customer.organization.chat_of(customer)
    active = bool(chat and chat.active)
    answer: Payload = {
        "customer": own_view(customer),
        "has_active_thread": active,
        "chats": [],
        "__priv_dynamic_config": _dynamic_config(customer),
    }
    if chat:
        unread = seen_marks.has_unread_events(chat, customer.id)
        answer["chats"] = [
            {"chat_id": chat.id, "has_unread_events": unread, "has_active_thread": active}
        ]
    if customer.greeting and not active:
        shown = customer.greeting
        answer["greeting"] = greetings.view(customer.organization, shown) | {
            "accepted": shown.accepted
        }
    return answer


def _dynamic_config(customer: Customer) -> Payload:
    """Private, but official clients take online and offline from it."""
    online = online_group_ids(customer.organization)
    config: Payload = {"online_groups_ids": online} if online else {}
    config["customer_groups"] = {
        "monitoring": {
            "id": customer.group_id,
            "static_config_url": f"/cfg/{customer.group_id}.js",
            "language_config_url": f"/loc/{customer.group_id}/en.js",
        }
    }
    return config


def online_group_ids(organization: Organization) -> list[int]:
    return [
        group_id
        for group_id in organization.groups
        if routing.group_status(organization, group_id) != "offline"
    ]


def own_view(customer: Customer) -> Payload:
    """A customer as `login` and `get_customer` show it: statistics are always there."""
    return customer_view.customer(customer) | {"statistics": dict(customer.statistics)}


def disconnect(customer: Customer) -> None:
    """A logged-in connection is gone. The last one takes the customer offline, after a grace."""
    grace = customer.organization.rules.offline_grace
    connections.lose_one(customer, grace, _go_offline)


def resume(customer: Customer) -> None:
    """Set a customer's timers again, after what is kept was read: nobody is connected."""
    if customer.online:
        customer.connections = 1
        disconnect(customer)
    else:
        close_chat_later(customer)


def _go_offline(customer: Customer) -> None:
    organization = customer.organization
    if not customer.online:
        return
    customer.online = False
    organization.customers_online -= 1
    chat = organization.chat_of(customer)
    if chat:
        chat.users[customer.id].present = False
    if customer.visit:
        customer.visit.ended_at = organization.clock.now()
    left = {"id": customer.id, "left_at": organization.clock.now()}
    pushes.to_all_agents(organization, "customer_left", left)
    close_chat_later(customer)


def close_chat_later(customer: Customer) -> None:
    """LiveChat closes the chat of a customer who does not come back."""
    clock, ends_at = customer.organization.clock, _left_chat_ends_at(customer)
    if ends_at is not None:
        clock.call_later(max(0.0, ends_at - clock.time()), _close_left_chat, customer)


def _close_left_chat(customer: Customer) -> None:
    ends_at = _left_chat_ends_at(customer)
    chat = customer.organization.chat_of(customer)
    if chat and ends_at is not None and ends_at <= customer.organization.clock.time() + 0.001:
        routing.close_thread(chat, "archived_customer_disconnected", customer=customer.name)


def _left_chat_ends_at(customer: Customer) -> float | None:
    """None while the customer is here, and for a thread that began without them."""
    organization = customer.organization
    chat, timeout = organization.chat_of(customer), organization.rules.customer_timeout
    left_at = customer.visit.ended_at if customer.visit else ""
    if not chat or not chat.active or chat.continuous or timeout is None:
        return None
    if not left_at or chat.last_thread.created_at > left_at:
        return None
    return seconds_of(left_at) + timeout


# --- pages ------------------------------------------------------------------------------------


def _turn_page(customer: Customer, page: Parameters) -> bool:
    """Returns whether the customer is on another page than before."""
    organization = customer.organization
    if customer.visit is None:
        customer.visit = Visit(organization.ids.chat(), organization.clock.now())
    pages = customer.visit.pages
    title = page.get("title", "")
    if pages and pages[-1].url == page["url"] and pages[-1].title == title:
        return False
    pages.append(Page(page["url"], title, organization.clock.now()))
    customer.statistics["page_views_count"] += 1
    return True


def update_page(customer: Customer, page: Parameters) -> None:
    """Customer RTM API v3.6, "Update Customer Page"."""
    customer.last_activity = customer.organization.clock.time()
    if _turn_page(customer, page):
        tell_page(customer)
        greetings.tell_side_storage(customer)
        greetings.consider(customer)


def tell_page(customer: Customer) -> None:
    if customer.visit:
        page = customer.visit.pages[-1]
        told = {"opened_at": page.opened_at, "url": page.url, "title": page.title}
        who = {"customer_id": customer.id, "visit_id": customer.visit.id}
        pushes.to_all_agents(customer.organization, "customer_page_updated", who | told)


# --- details ----------------------------------------------------------------------------------


def update(customer: Customer, payload: Parameters, requester: Person) -> None:
    """Change what is known of a customer; tell them and the agents what changed.

    Raises validation when nothing was given.
    """
    check(Update, payload)
    given = {key: payload[key] for key in (*DETAILS, "session_fields") if key in payload}
    if not given:
        raise LiveChatError("validation", "At least one field is required")
    if "session_fields" in given:
        set_session_fields(customer, given.pop("session_fields"))
    if "omnichannel" in given:
        given["omnichannel"] = {
            IN_ANSWERS.get(channel, channel): [contact]
            for channel, contact in given["omnichannel"].items()
        }
    changed = {key: value for key, value in given.items() if customer.fields.get(key) != value}
    customer.fields |= given
    told: Payload = {"id": customer.id} | given
    if "session_fields" in payload:
        told["session_fields"] = customer.session_fields
    pushes.to_customer(customer, "customer_updated", told)
    pushes.to_all_agents(customer.organization, "customer_updated", told)
    _note_in_chat(customer, changed, requester)


def fill_cart(customer: Customer, cart: Payload) -> None:
    """A shop tells what lies in the customer's cart. Only agents learn it.

    Source: Agent Chat API v3.6, "Cart" and "customer_updated".
    """
    cart = {"last_updated_at": customer.organization.clock.now()} | cart
    others = [each for each in customer.carts if each["store_uuid"] != cart["store_uuid"]]
    customer.carts = [*others, cart]
    told = {"id": customer.id, "cart": cart}
    pushes.to_all_agents(customer.organization, "customer_updated", told)


def _note_in_chat(customer: Customer, changed: Payload, requester: Person) -> None:
    text_vars = {f"customer_{key}": changed[key] for key in ("name", "email") if key in changed}
    chat = customer.organization.chat_of(customer)
    if not text_vars or chat is None or not chat.active:
        return
    if isinstance(requester, Agent):
        text_vars["initiator"] = requester.name
    system_messages.add(chat, chat.last_thread, "customer_updated", **text_vars)


def set_session_fields(customer: Customer, fields: list[dict[str, Any]]) -> None:
    """Replace the list. Nobody is pushed anything, but there is a webhook for it."""
    organization = customer.organization
    check_session_fields(organization, fields)
    customer.session_fields = fields
    chat = organization.chat_of(customer)
    if chat and chat.active:
        told: Payload = {"id": customer.id, "session_fields": fields}
        told["active_chat"] = {"chat_id": chat.id, "thread_id": chat.last_thread.id}
        pushes.to_agents(organization, [], "customer_session_fields_updated", told)


def check_session_fields(organization: Organization, fields: list[dict[str, Any]]) -> None:
    keys = sum(len(field) for field in fields)
    if keys > organization.rules.session_fields:
        raise LiveChatError("customer_session_fields_limit_reached")
    if any(len(field) != 1 for field in fields):
        raise LiveChatError("validation", "Each session field is an object with one key")
