"""The methods of the Customer Chat API: one function each, and the table that names them.

Source: Customer Chat API v3.6, Web and RTM reference.
"""

from typing import Any

from livechat_sandbox.platform import (
    chats,
    customer_view,
    customers,
    events,
    greetings,
    pages,
    routing,
    seen,
    widget_configuration,
)
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import (
    anything,
    array,
    boolean,
    integer,
    number,
    one_of,
    record,
    required,
    text,
)
from livechat_sandbox.platform.structures import Chat, Payload, Thread
from livechat_sandbox.transports import files, link_preview
from livechat_sandbox.transports.methods import RTM, WEB, Caller, Method

NAMES = record(extra=array(text()))


def own_chat(caller: Caller, chat_id: str) -> Chat:
    """Somebody else's chat looks like an unknown one, so that nothing leaks."""
    chat = caller.organization.chat(chat_id)
    if chat.customer_id != caller.customer.id:
        raise LiveChatError("not_found", "Chat not found")
    return chat


# --- chats ------------------------------------------------------------------------------------


def list_chats(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    chat = organization.chat_of(caller.customer)
    own = [chat] if chat else []
    page = pages.page_of(
        own,
        lambda each: each.last_thread.created_at,
        payload,
        default_limit=10,
        now=organization.clock.time(),
    )
    summaries = [customer_view.summary(each) for each in page.items]
    return {"chats_summary": summaries, "total_chats": len(own)} | page.ids()


def list_threads(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    chat = own_chat(caller, payload["chat_id"])
    if "limit" in payload and "min_events_count" in payload:
        raise LiveChatError("validation", "`min_events_count` excludes `limit`")

    def events_seen(thread: Thread) -> int:
        return sum(1 for event in thread.events if customer_view.sees_event(chat, event))

    page = pages.page_of(
        chat.threads,
        lambda thread: thread.created_at,
        payload,
        default_limit=3,
        now=organization.clock.time(),
        weight=events_seen,
    )
    threads = [customer_view.thread(chat, each) for each in page.items]
    return {"threads": threads, "found_threads": len(chat.threads)} | page.ids()


def get_chat(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"]) if "thread_id" in payload else chat.last_thread
    return customer_view.chat(chat, thread)


def start_chat(caller: Caller, payload: Payload) -> Payload:
    begun = chats.start(caller.customer, caller.customer, payload, client_id=caller.client_id)
    return {"chat_id": begun.chat.id} | begun.answer()


def resume_chat(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat"]["id"])
    begun = chats.resume(caller.customer, chat, payload, client_id=caller.client_id)
    return begun.answer()


def deactivate_chat(caller: Caller, payload: Payload) -> Payload:
    chats.deactivate(own_chat(caller, payload["id"]), caller.customer)
    return {}


# --- events -----------------------------------------------------------------------------------


def send_event(caller: Caller, payload: Payload) -> Payload:
    event = events.send(
        own_chat(caller, payload["chat_id"]),
        caller.customer,
        payload["event"],
        attach_to_last_thread=payload.get("attach_to_last_thread", False),
        client_id=caller.client_id,
    )
    return {"event_id": event.id}


def delete_event(caller: Caller, payload: Payload) -> Payload:
    events.delete(
        own_chat(caller, payload["chat_id"]),
        payload["thread_id"],
        payload["event_id"],
        caller.customer,
    )
    return {}


def upload_file(caller: Caller, payload: Payload) -> Payload:
    stored = files.store(caller.organization, payload.get("file"))
    return {"url": files.url_of(caller.organization, stored)}


def send_rich_message_postback(caller: Caller, payload: Payload) -> Payload:
    events.toggle_button(
        own_chat(caller, payload["chat_id"]),
        payload["thread_id"],
        payload["event_id"],
        caller.customer,
        payload["postback"],
    )
    return {}


def send_sneak_peek(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    chats.send_sneak_peek(chat, caller.customer, payload["sneak_peek_text"])
    return {}


def mark_events_as_seen(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    seen.mark_events_as_seen(chat, caller.customer, payload["seen_up_to"])
    return {}


# --- properties -------------------------------------------------------------------------------


def update_chat_properties(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["id"])
    chats.update_properties(chat, caller.customer, payload["properties"])
    return {}


def delete_chat_properties(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["id"])
    chats.delete_properties(chat, caller.customer, payload["properties"])
    return {}


def update_thread_properties(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    chats.update_thread_properties(chat, thread, caller.customer, payload["properties"])
    return {}


def delete_thread_properties(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    chats.delete_thread_properties(chat, thread, caller.customer, payload["properties"])
    return {}


def update_event_properties(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    chats.update_event_properties(chat, thread, event, caller.customer, payload["properties"])
    return {}


def delete_event_properties(caller: Caller, payload: Payload) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    chats.delete_event_properties(chat, thread, event, caller.customer, payload["properties"])
    return {}


def list_license_properties(caller: Caller, payload: Payload) -> Payload:
    return widget_configuration.only(
        caller.organization.properties, payload.get("namespace"), payload.get("name")
    )


def list_group_properties(caller: Caller, payload: Payload) -> Payload:
    group = caller.organization.group(payload["id"])
    return widget_configuration.only(
        group.properties, payload.get("namespace"), payload.get("name")
    )


# --- the customer -----------------------------------------------------------------------------


def update_customer(caller: Caller, payload: Payload) -> Payload:
    customers.update(caller.customer, payload, caller.customer)
    return {}


def set_customer_session_fields(caller: Caller, payload: Payload) -> Payload:
    customers.set_session_fields(caller.customer, payload["session_fields"])
    return {}


def get_customer(caller: Caller, _: Payload) -> Payload:
    return customers.own_view(caller.customer)


def update_customer_page(caller: Caller, payload: Payload) -> Payload:
    customers.update_page(caller.customer, payload)
    return {}


def accept_silently(_: Caller, __: Payload) -> Payload:
    """`ping`, and the undocumented signs that a tab gained or lost focus."""
    return {}


# --- groups and agents ------------------------------------------------------------------------


def list_group_statuses(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    if payload.get("all"):
        wanted = list(organization.groups)
    elif "group_ids" in payload:
        wanted = [each for each in payload["group_ids"] if each in organization.groups]
    else:
        raise LiveChatError("validation", "`all` or `group_ids` is required")
    statuses = {str(each): routing.group_status(organization, each) for each in wanted}
    return {"groups_status": statuses}


def logged_in_group(caller: Caller, payload: Payload) -> int:
    """The group asked for, of a customer who has to be logged in over RTM."""
    if not caller.customer.connections:
        raise LiveChatError("authorization", "The customer is not logged in")
    group_id: int = payload.get("group_id", caller.customer.group_id)
    return group_id


def get_predicted_agent(caller: Caller, payload: Payload) -> Payload:
    group_id = logged_in_group(caller, payload)
    agent, queued = routing.predict_agent(caller.organization, group_id)
    return {"agent": customer_view.predicted_agent(agent), "queue": queued}


def request_welcome_message(caller: Caller, payload: Payload) -> Payload:
    group_id = logged_in_group(caller, payload)
    return greetings.request_welcome_message(caller.customer, group_id, payload.get("id"))


def get_form(caller: Caller, payload: Payload) -> Payload:
    return widget_configuration.get_form(caller.organization, payload["group_id"], payload["type"])


# --- greetings --------------------------------------------------------------------------------


def accept_greeting(caller: Caller, payload: Payload) -> Payload:
    greetings.accept(caller.customer, payload["greeting_id"], payload["unique_id"])
    return {}


def cancel_greeting(caller: Caller, payload: Payload) -> Payload:
    greetings.cancel(caller.customer, payload["unique_id"])
    return {}


def send_greeting_button_clicked(caller: Caller, payload: Payload) -> Payload:
    greetings.press_button(
        caller.customer,
        payload["greeting_unique_id"],
        payload["button_id"],
    )
    return {}


# --- the rest ---------------------------------------------------------------------------------


async def get_url_info(caller: Caller, payload: Payload) -> Payload:
    private = caller.organization.reaches_private_addresses
    return await link_preview.describe(payload["url"], private=private)


def check_goals(caller: Caller, payload: Payload) -> Payload:
    """Goals are kept for tests to look at; reaching one has no further effect."""
    organization = caller.organization
    organization.group(payload["group_id"])
    organization.goals.append({"customer_id": caller.customer.id} | payload)
    return {}


async def request_email_verification(caller: Caller, payload: Payload) -> Payload:
    """Nobody reads mail here: the address counts as verified at once, and the URI is called."""
    customer = caller.customer
    if "email" not in customer.fields:
        raise LiveChatError("validation", "The customer has no e-mail address")
    customer.email_verified = True
    caller.organization.email_verifications.append(
        {"customer_id": customer.id, "callback_uri": payload["callback_uri"]}
    )
    await link_preview.post(
        payload["callback_uri"],
        {"customer_id": customer.id, "email": customer.fields["email"]},
        private=caller.organization.reaches_private_addresses,
    )
    return {}


def get_dynamic_configuration(caller: Caller, payload: Payload) -> Payload:
    return widget_configuration.dynamic_configuration(
        caller.organization, payload.get("group_id"), payload.get("url"), caller.version
    )


def get_configuration(caller: Caller, payload: Payload) -> Payload:
    organization, group_id = caller.organization, payload["group_id"]
    if payload["version"] != widget_configuration.config_version(organization, group_id):
        raise LiveChatError("not_found", "Configuration version not found")
    return widget_configuration.configuration(organization, group_id)


def get_localization(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    organization.group(payload["group_id"])
    if payload["version"] != widget_configuration.localization_version(organization):
        raise LiveChatError("not_found", "Localization version not found")
    return dict(organization.localization)


ID = required(text())
SINCE_3_6 = ("3.6", "3.7")
UNTIL_3_6 = ("3.5", "3.6")
SORT_ORDER = one_of("asc", "desc")
PROPERTIES = required(events.PROPERTIES)
DELETED = required(NAMES)
CHAT_ID: dict[str, Any] = {"chat_id": ID}
THREAD: dict[str, Any] = CHAT_ID | {"thread_id": ID}
EVENT: dict[str, Any] = THREAD | {"event_id": ID}
POSTBACK = record(
    id=ID,
    toggled=required(boolean()),
    button_type=text(),
    button_value=text(),
    ecommerce=record(product_id=ID, option_id=text(), quantity=number()),
)

METHODS: dict[str, Method] = {
    "list_chats": Method(
        list_chats, record(limit=integer(1, 25), sort_order=SORT_ORDER, page_id=text())
    ),
    "list_threads": Method(
        list_threads,
        record(
            **CHAT_ID,
            sort_order=SORT_ORDER,
            limit=integer(1, 100),
            min_events_count=integer(1, 100),
            page_id=text(),
        ),
    ),
    "get_chat": Method(get_chat, record(**CHAT_ID, thread_id=text())),
    "start_chat": Method(start_chat),
    "resume_chat": Method(resume_chat, record(chat=required(record(id=ID)))),
    "deactivate_chat": Method(deactivate_chat, record(id=ID)),
    "send_event": Method(
        send_event,
        record(**CHAT_ID, event=required(record()), attach_to_last_thread=boolean()),
    ),
    "delete_event": Method(delete_event, record(**EVENT), versions=SINCE_3_6),
    "upload_file": Method(upload_file, transports=WEB),
    "send_rich_message_postback": Method(
        send_rich_message_postback, record(**EVENT, postback=required(POSTBACK))
    ),
    "send_sneak_peek": Method(send_sneak_peek, record(**CHAT_ID, sneak_peek_text=required(text()))),
    "mark_events_as_seen": Method(
        mark_events_as_seen, record(**CHAT_ID, seen_up_to=required(text()))
    ),
    "update_chat_properties": Method(update_chat_properties, record(id=ID, properties=PROPERTIES)),
    "delete_chat_properties": Method(delete_chat_properties, record(id=ID, properties=DELETED)),
    "update_thread_properties": Method(
        update_thread_properties, record(**THREAD, properties=PROPERTIES)
    ),
    "delete_thread_properties": Method(
        delete_thread_properties, record(**THREAD, properties=DELETED)
    ),
    "update_event_properties": Method(
        update_event_properties, record(**EVENT, properties=PROPERTIES)
    ),
    "delete_event_properties": Method(delete_event_properties, record(**EVENT, properties=DELETED)),
    "list_license_properties": Method(
        list_license_properties,
        record(namespace=text(), name=text()),
        transports=WEB,
        http="GET",
        needs_token=False,
    ),
    "list_group_properties": Method(
        list_group_properties,
        record(id=required(integer()), namespace=text(), name=text()),
        transports=WEB,
        http="GET",
        needs_token=False,
    ),
    "update_customer": Method(update_customer),
    "set_customer_session_fields": Method(
        set_customer_session_fields, record(session_fields=required(customers.SESSION_FIELDS))
    ),
    "get_customer": Method(get_customer),
    "list_group_statuses": Method(
        list_group_statuses, record(all=boolean(), group_ids=array(integer()))
    ),
    "get_predicted_agent": Method(
        get_predicted_agent, record(group_id=integer()), versions=UNTIL_3_6
    ),
    "request_welcome_message": Method(
        request_welcome_message, record(id=text(), group_id=integer()), versions=SINCE_3_6
    ),
    "get_form": Method(
        get_form,
        record(
            group_id=required(integer()), type=required(one_of("prechat", "postchat", "ticket"))
        ),
    ),
    "accept_greeting": Method(
        accept_greeting, record(greeting_id=required(integer()), unique_id=ID)
    ),
    "cancel_greeting": Method(cancel_greeting, record(unique_id=ID)),
    "send_greeting_button_clicked": Method(
        send_greeting_button_clicked,
        record(greeting_unique_id=ID, button_id=ID),
        versions=SINCE_3_6,
    ),
    "get_url_info": Method(get_url_info, record(url=required(text()))),
    "check_goals": Method(
        check_goals,
        record(
            session_fields=required(customers.SESSION_FIELDS),
            group_id=required(integer()),
            page_url=required(text()),
        ),
        transports=WEB,
    ),
    "request_email_verification": Method(
        request_email_verification, record(callback_uri=required(text())), transports=WEB
    ),
    "get_dynamic_configuration": Method(
        get_dynamic_configuration,
        record(group_id=integer(), url=text(), channel_type=text(), test=anything()),
        transports=WEB,
        http="GET",
        needs_token=False,
    ),
    "get_configuration": Method(
        get_configuration,
        record(group_id=required(integer()), version=required(text())),
        transports=WEB,
        http="GET",
        needs_token=False,
    ),
    "get_localization": Method(
        get_localization,
        record(group_id=required(integer()), language=required(text()), version=required(text())),
        transports=WEB,
        http="GET",
        needs_token=False,
    ),
    "update_customer_page": Method(update_customer_page, customers.PAGE, transports=RTM),
    "activate_customer_page": Method(accept_silently, transports=RTM, versions=SINCE_3_6),
    "deactivate_customer_page": Method(accept_silently, transports=RTM, versions=SINCE_3_6),
    "ping": Method(accept_silently, transports=RTM),
}
