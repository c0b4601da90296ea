"""Chats and their threads: start, resume, deactivate, and silence.

Source: Customer Chat API v3.6, "Chats".
"""

from dataclasses import dataclass, field
from typing import Any, TypedDict

from livechat_sandbox.platform import properties, pushes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import events, seen_marks, system_messages
from livechat_sandbox.platform.parameters import Parameters, check
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.people import greetings
from livechat_sandbox.platform.routing import auto_access, routing
from livechat_sandbox.platform.shapes import agent_view, customer_view
from livechat_sandbox.platform.structures import (
    Agent,
    Chat,
    ChatUser,
    Customer,
    Event,
    Location,
    Organization,
    Person,
    Thread,
)


class Access(TypedDict, total=False):
    group_ids: list[int]


class User(TypedDict, total=False):
    id: str
    type: str


class FirstThread(TypedDict, total=False):
    events: list[events.Fields]
    properties: Properties


class NewChat(TypedDict, total=False):
    id: str
    properties: Properties
    access: Access
    users: list[User]
    thread: FirstThread


class Start(TypedDict, total=False):
    """How a chat is started or resumed."""

    chat: NewChat
    active: bool
    continuous: bool


EMAIL_FORM_ID = "ask_for_email"


@dataclass
class Begun:
    """What beginning a thread gave."""

    chat: Chat
    thread: Thread
    event_ids: list[str]

    def answer(self) -> Payload:
        payload: Payload = {"thread_id": self.thread.id}
        return payload | ({"event_ids": self.event_ids} if self.event_ids else {})


@dataclass
class NewThread:
    """A request to begin a thread, checked."""

    active: bool
    continuous: bool
    group_ids: list[int]
    events: list[events.NewEvent]
    chat_properties: Properties
    properties: Properties
    source: Payload  # the app that asked for it
    agents: list[Agent] = field(default_factory=list)


def start(
    requester: Person,
    customer: Customer,
    payload: Parameters,
    *,
    client_id: str = "",
) -> Begun:
    """Make a customer's chat and its first thread.

    Raises chat_limit_reached, group_not_found, groups_offline, validation, authorization.
    """
    organization = requester.organization
    check(Start, payload)
    if customer.id in organization.chat_of_customer:
        raise LiveChatError("chat_limit_reached")
    groups = auto_access.groups_for(customer) or [0]
    new = _new_thread(requester, payload, groups, False, client_id)
    chat = Chat(
        id=organization.ids.chat(),
        customer_id=customer.id,
        group_ids=new.group_ids,
        users={} if customer.is_nobody else {customer.id: as_user(customer)},
    )
    organization.add_chat(chat)
    customer.statistics["chats_count"] += 1
    return _begin(chat, requester, new)


def as_user(customer: Customer) -> ChatUser:
    return ChatUser(customer.id, "customer", present=customer.online)


def add_customer(chat: Chat, customer: Customer, requester: Agent) -> None:
    """Agent Chat API v3.6, "Add User to Chat": the customer of a chat that began without one.

    Raises limit_reached where there is one, chat_limit_reached for a customer with a chat.
    """
    organization, thread = chat.organization, chat.active_thread()
    nobody = organization.customers[chat.customer_id]
    if not nobody.is_nobody:
        raise LiveChatError("limit_reached", "The chat has a customer already")
    if customer.id in organization.chat_of_customer:
        raise LiveChatError("chat_limit_reached")
    del organization.customers[nobody.id], organization.chat_of_customer[nobody.id]
    chat.customer_id = customer.id
    organization.chat_of_customer[customer.id] = chat.id
    user = chat.users[customer.id] = as_user(customer)
    thread.user_ids.insert(0, customer.id)
    customer.statistics["chats_count"] += 1
    customer.statistics["threads_count"] += 1
    pushes.to_customer(customer, "incoming_chat", _as_customer_sees(chat, thread, requester))
    told: Payload = {"chat_id": chat.id, "thread_id": thread.id, "reason": "manual"}
    pushes.to_chat(
        chat,
        "user_added_to_chat",
        told
        | {"user": customer_view.user(organization, user)}
        | {"requester_id": organization.opaque_id(requester.id)},
        told | {"user": agent_view.user(organization, user), "requester_id": requester.id},
    )
    system_messages.add(
        chat, thread, "customer_added", initiator=requester.name, customer=customer.name
    )


def resume(
    requester: Person,
    chat: Chat,
    payload: Parameters,
    *,
    client_id: str = "",
) -> Begun:
    """Open a new thread in an inactive chat.

    Raises chat_already_active, chat_anonymized, group_not_found, groups_offline, validation.
    """
    check(Start, payload)
    if chat.anonymized:
        raise LiveChatError("chat_anonymized")
    if chat.active:
        raise LiveChatError("chat_already_active")
    new = _new_thread(requester, payload, chat.group_ids, chat.continuous, client_id)
    chat.group_ids = new.group_ids
    return _begin(chat, requester, new)


def _new_thread(
    requester: Person,
    payload: Parameters,
    group_ids: list[int],
    continuous: bool,
    client_id: str,
) -> NewThread:
    organization = requester.organization
    wished: Payload = payload.get("chat", {})
    wished_thread: Payload = wished.get("thread", {})
    new = NewThread(
        active=payload.get("active", True),
        continuous=payload.get("continuous", continuous),
        group_ids=list(wished.get("access", {}).get("group_ids") or group_ids),
        events=[
            events.prepare(requester, event, client_id) for event in wished_thread.get("events", [])
        ],
        chat_properties=wished.get("properties", {}),
        properties=wished_thread.get("properties", {}),
        source=source_of(requester, client_id),
    )
    properties.check_writable(requester, "chat", new.chat_properties)
    properties.check_writable(requester, "thread", new.properties)
    greetings.check_known(organization, new.properties)
    if isinstance(requester, Agent):
        listed = [user for user in wished.get("users", []) if user.get("type") == "agent"]
        if unknown := [
            each.get("id") for each in listed if each.get("id") not in organization.agents
        ]:
            raise LiveChatError("not_found", f"Agent {unknown[0]} not found")
        new.agents = [requester] + [organization.agents[each["id"]] for each in listed]
        if len(new.agents) > 5:
            raise LiveChatError("validation", "At most four more agents")
    anyone_will_do = new.continuous or not new.active or bool(new.agents)
    routing.check_groups(organization, new.group_ids, continuous=anyone_will_do)
    return new


def source_of(requester: Person, client_id: str) -> Payload:
    """The property `source`: the app somebody writes from, and the app a customer does."""
    source: Payload = {"client_id": client_id} if client_id else {}
    if source and isinstance(requester, Customer):
        source["customer_client_id"] = client_id
    return source


def _begin(chat: Chat, requester: Person, new: NewThread) -> Begun:
    organization = chat.organization
    customer = organization.customers[chat.customer_id]
    thread = Thread(
        id=organization.ids.chat(),
        created_at=organization.clock.now(),
        active=new.active,
        group_ids=new.group_ids,
        user_ids=[customer.id] if customer.id in chat.users else [],
        last_activity=organization.clock.time(),
    )
    chat.add(thread)
    customer.statistics["threads_count"] += 1
    customer.last_activity = organization.clock.time()
    properties.merge(chat.properties, new.chat_properties)
    properties.merge(chat.properties, {"routing": {"continuous": new.continuous}})
    properties.merge(thread.properties, new.properties)
    if new.source:
        began_with = chat.properties.get("source", {})
        properties.merge(chat.properties, {"source": new.source | began_with})
        properties.merge(thread.properties, {"source": new.source})
    properties.merge(thread.properties, {"routing": {"continuous": new.continuous}})
    if customer.visit and customer.visit.pages:
        start_url = customer.visit.pages[-1].url
        properties.merge(thread.properties, {"routing": {"start_url": start_url}})
    if customer.visit:
        thread.customer_visit = agent_view.place(customer.visit)
    greetings.open_thread(customer, thread)
    added = [events.append(thread, event) for event in new.events]
    for event in added:
        events.note_author(chat, event)
    if added and isinstance(requester, Customer):
        thread.waiting_since = thread.last_activity
    _find_agents(chat, new)
    seen_marks.mark(chat, requester.id, organization.clock.now())
    _tell_incoming_chat(chat, thread, requester)
    if new.active:
        watch_silence(chat, thread)
        if organization.rules.ask_for_email and "email" not in customer.fields:
            _ask_for_email(chat, thread)
    return Begun(chat, thread, [event.id for event in added])


def _find_agents(chat: Chat, new: NewThread) -> None:
    if new.agents:
        for agent in new.agents:
            routing.join(chat, agent)
        routing.tell_group_statuses(chat.organization)
    elif new.active:
        routing.route(chat)


def _tell_incoming_chat(chat: Chat, thread: Thread, requester: Person) -> None:
    pushes.to_chat(
        chat,
        "incoming_chat",
        _as_customer_sees(chat, thread, requester),
        {"requester_id": requester.id, "chat": agent_view.chat(chat, thread)},
    )


def _as_customer_sees(chat: Chat, thread: Thread, requester: Person) -> Payload:
    requester_id = chat.organization.opaque_id(requester.id)
    return {"requester_id": requester_id, "chat": customer_view.chat(chat, thread)}


def _ask_for_email(chat: Chat, thread: Thread) -> None:
    """Where nobody is there to answer, ask how to reach the customer later."""
    if chat.present_agents():
        return
    form: dict[str, Any] = {
        "form_id": EMAIL_FORM_ID,
        "form_type": "ask_for_email",
        "fields": [
            {"id": "1", "type": "email", "label": "Your e-mail", "required": True},
        ],
    }
    event = events.append(thread, events.NewEvent(type="form", content=form))
    events.tell(chat, thread, event, answers_request=False)


def deactivate(chat: Chat, requester: Person) -> None:
    """Close the active thread on somebody's behalf. Raises chat_inactive."""
    chat.active_thread()
    if isinstance(requester, Customer):
        routing.close_thread(chat, "manual_archived_customer", requester, customer=requester.name)
    else:
        routing.close_thread(chat, "manual_archived_agent", requester, agent=requester.name)


# --- silence ----------------------------------------------------------------------------------


def watch_silence(chat: Chat, thread: Thread) -> None:
    """Look again when the thread may next be idle, unanswered or to be closed."""
    organization = chat.organization
    rules = organization.rules
    thread.silence_check += 1
    moments = []
    if not chat.continuous:
        idle = thread.properties.get("routing", {}).get("idle")
        if rules.idle_after is not None and not idle:
            moments.append(thread.last_activity + rules.idle_after)
        if rules.close_after is not None:
            moments.append(thread.last_activity + rules.close_after)
    if rules.agent_answer_timeout is not None:
        since = thread.waiting_since or organization.clock.time()
        moments.append(since + rules.agent_answer_timeout)
    if moments:
        wait = max(min(moments) - organization.clock.time(), 0.001)
        organization.clock.call_later(wait, _break_silence, chat, thread, thread.silence_check)


def _break_silence(chat: Chat, thread: Thread, silence_check: int) -> None:
    if not thread.active or silence_check != thread.silence_check:
        return
    rules = chat.organization.rules
    now = chat.organization.clock.time() + 0.001
    quiet = now - thread.last_activity
    if not chat.continuous and rules.close_after is not None and quiet >= rules.close_after:
        routing.close_thread(
            chat, "routing.archived_inactive", duration=f"{rules.close_after / 60:g}"
        )
        return
    idle = thread.properties.get("routing", {}).get("idle")
    if (
        not chat.continuous
        and rules.idle_after is not None
        and quiet >= rules.idle_after
        and not idle
    ):
        _mark_idle(chat, thread, rules.idle_after)
    if (
        rules.agent_answer_timeout is not None
        and thread.waiting_since is not None
        and now - thread.waiting_since >= rules.agent_answer_timeout
    ):
        _give_to_another_agent(chat, thread)
    watch_silence(chat, thread)


def _mark_idle(chat: Chat, thread: Thread, idle_after: float) -> None:
    properties.merge(thread.properties, {"routing": {"idle": True}})
    pushes.to_agents_of_chat(
        chat,
        "thread_properties_updated",
        {"chat_id": chat.id, "thread_id": thread.id, "properties": {"routing": {"idle": True}}},
    )
    system_messages.add(chat, thread, "routing.idle", duration=f"{idle_after / 60:g}")


def _give_to_another_agent(chat: Chat, thread: Thread) -> None:
    thread.waiting_since = chat.organization.clock.time()
    for user in chat.present_agents():
        routing.hand_over(chat, chat.organization.agents[user.id], "inactive")


def watch_all(organization: Organization) -> None:
    """Look at every active thread again, because the rules changed."""
    for chat in organization.chats.values():
        if chat.active:
            watch_silence(chat, chat.last_thread)


# --- properties and indicators ----------------------------------------------------------------


def update_properties(chat: Chat, requester: Person, given: Properties) -> None:
    properties.check_writable(requester, "chat", given)
    properties.merge(chat.properties, given)
    told = {"chat_id": chat.id, "properties": given}
    _tell_properties(chat, "chat", "chat_properties_updated", told)


def delete_properties(chat: Chat, requester: Person, names: dict[str, list[str]]) -> None:
    properties.delete(requester, "chat", chat.properties, names)
    told = {"chat_id": chat.id, "properties": names}
    _tell_properties(chat, "chat", "chat_properties_deleted", told)


def update_thread_properties(
    chat: Chat, thread: Thread, requester: Person, given: Properties
) -> None:
    properties.check_writable(requester, "thread", given)
    properties.merge(thread.properties, given)
    told = {"chat_id": chat.id, "thread_id": thread.id, "properties": given}
    _tell_properties(chat, "thread", "thread_properties_updated", told)
    rating = given.get("rating", {})
    name = chat.organization.customers[chat.customer_id].name
    if "score" in rating:
        score = "good" if rating["score"] else "bad"
        system_messages.add(chat, thread, "rating.chat_rated", customer=name, score=score)
    if rating.get("comment"):
        system_messages.add(
            chat,
            thread,
            "rating.chat_commented",
            customer=name,
            comment=rating["comment"],
        )
    email = given.get("routing", {}).get("transcript_email")
    if email:
        system_messages.add(chat, thread, "transcript_requested", customer=name, email=email)


def delete_thread_properties(
    chat: Chat,
    thread: Thread,
    requester: Person,
    names: dict[str, list[str]],
) -> None:
    rated = "score" in thread.properties.get("rating", {})
    properties.delete(requester, "thread", thread.properties, names)
    told = {"chat_id": chat.id, "thread_id": thread.id, "properties": names}
    _tell_properties(chat, "thread", "thread_properties_deleted", told)
    if rated and "score" in names.get("rating", []):
        name = chat.organization.customers[chat.customer_id].name
        system_messages.add(chat, thread, "rating.chat_rating_canceled", customer=name)


def update_event_properties(
    chat: Chat,
    thread: Thread,
    event: Event,
    requester: Person,
    given: Properties,
) -> None:
    properties.check_writable(requester, "event", given)
    properties.merge(event.properties, given)
    told = {"chat_id": chat.id, "thread_id": thread.id, "event_id": event.id, "properties": given}
    _tell_event_properties(chat, event, "event_properties_updated", told)


def delete_event_properties(
    chat: Chat,
    thread: Thread,
    event: Event,
    requester: Person,
    names: dict[str, list[str]],
) -> None:
    properties.delete(requester, "event", event.properties, names)
    told = {"chat_id": chat.id, "thread_id": thread.id, "event_id": event.id, "properties": names}
    _tell_event_properties(chat, event, "event_properties_deleted", told)


def _tell_properties(
    chat: Chat,
    location: Location,
    action: str,
    told: Payload,
) -> None:
    """Agents learn all that changed, the customer what customers may read."""
    readable = properties.readable_names(chat.organization, location, told["properties"])
    pushes.to_chat(
        chat,
        action,
        told | {"properties": readable},
        told,
        visibility="all" if readable else "agents",
    )


def _tell_event_properties(chat: Chat, event: Event, action: str, told: Payload) -> None:
    if customer_view.sees_event(chat, event):
        _tell_properties(chat, "event", action, told)
    else:
        pushes.to_agents_of_chat(chat, action, told)


def send_typing_indicator(chat: Chat, author: Agent, *, is_typing: bool, visibility: Any) -> None:
    """Agent Chat API v3.6, "Send Typing Indicator"."""
    thread = chat.active_thread()
    where = {"chat_id": chat.id, "thread_id": thread.id}
    indicator: Payload = {"timestamp": int(chat.organization.clock.time()), "is_typing": is_typing}
    to_customer = {"author_id": author.opaque_id, "recipients": visibility} | indicator
    to_agents = {"author_id": author.id, "visibility": visibility} | indicator
    pushes.to_chat(
        chat,
        "incoming_typing_indicator",
        where | {"typing_indicator": to_customer},
        where | {"typing_indicator": to_agents},
        visibility=visibility,
    )


def send_thinking_indicator(chat: Chat, author: Agent, payload: Parameters) -> None:
    """Agent Chat API v3.6, "Send Thinking Indicator"."""
    thread = chat.active_thread()
    told: Payload = {
        "chat_id": chat.id,
        "thread_id": thread.id,
        "author_id": author.opaque_id,
        "sent_at": chat.organization.clock.now(),
    }
    told |= {key: payload[key] for key in ("title", "description", "custom_id") if key in payload}
    pushes.to_chat(
        chat,
        "incoming_thinking_indicator",
        told,
        told | {"author_id": author.id},
        visibility=payload.get("visibility", "all"),
    )


def send_sneak_peek(chat: Chat, customer: Customer, sneak_peek: str) -> None:
    """What the customer is typing, for agents' eyes only. Raises chat_inactive."""
    thread = chat.active_thread()
    pushes.to_agents_of_chat(
        chat,
        "incoming_sneak_peek",
        {
            "chat_id": chat.id,
            "thread_id": thread.id,
            "sneak_peek": {
                "author_id": customer.id,
                "text": sneak_peek,
                "timestamp": int(chat.organization.clock.time()),
            },
        },
    )
