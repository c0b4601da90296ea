"""Events: checking what people send, adding it to a thread, changing and deleting it.

Source: Customer Chat API v3.6, "Data structures", "Send Event".
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.platform import properties, pushes, uploads
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import seen_marks, tickets
from livechat_sandbox.platform.parameters import Parameters, check
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.shapes import agent_view, customer_view
from livechat_sandbox.platform.structures import (
    Agent,
    Chat,
    Customer,
    Event,
    Organization,
    Person,
    Thread,
    Visibility,
)

TEXT_BYTES = 16 * 1024


class Product(TypedDict):
    product_id: str
    option_id: NotRequired[str]
    quantity: NotRequired[float]


class Postback(TypedDict):
    id: str
    thread_id: str
    event_id: str
    type: NotRequired[str]
    value: NotRequired[str]
    ecommerce: NotRequired[Product]


class Button(TypedDict):
    text: str
    type: NotRequired[Literal["message", "url", "phone", "webview", "cancel"]]
    value: NotRequired[str]
    webview_height: NotRequired[Literal["compact", "tall", "full"]]
    postback_id: str
    user_ids: NotRequired[list[str]]
    target: NotRequired[Literal["new", "current"]]
    role: NotRequired[Literal["default", "primary", "danger"]]


class Image(TypedDict):
    url: str


class Element(TypedDict, total=False):
    title: str
    subtitle: str
    image: Image
    buttons: Annotated[list[Button], Meta(max_length=13)]
    ecommerce: Payload


class FormField(TypedDict):
    type: str
    label: str


class Message(TypedDict):
    text: str
    postback: NotRequired[Postback]


class File(TypedDict):
    url: str
    alternative_text: NotRequired[str]


class FormContent(TypedDict):
    form_id: str
    fields: list[FormField]
    form_type: NotRequired[str]


class Custom(TypedDict, total=False):
    content: Any


class RichMessage(TypedDict):
    template_id: Literal["cards", "quick_replies", "sticker", "ecommerce"]
    elements: NotRequired[Annotated[list[Element], Meta(max_length=10)]]


class SystemMessage(TypedDict):
    system_message_type: str
    text: NotRequired[str]
    text_vars: NotRequired[dict[str, str]]


class Fields(TypedDict):
    """What an event has whatever its type."""

    type: Literal[
        "message", "file", "filled_form", "form", "custom", "rich_message", "system_message"
    ]
    custom_id: NotRequired[str]
    properties: NotRequired[Properties]
    recipients: NotRequired[Visibility]
    visibility: NotRequired[Visibility]


CONTENT: dict[str, Any] = {
    "message": Message,
    "file": File,
    "filled_form": FormContent,
    "form": FormContent,
    "custom": Custom,
    "rich_message": RichMessage,
    "system_message": SystemMessage,
}


@dataclass
class NewEvent:
    """An event that was checked and waits for its place in a thread."""

    type: str
    content: Payload
    author_id: str | None = None
    visibility: Visibility = "all"
    custom_id: str | None = None
    properties: Properties = field(default_factory=dict)


def prepare(author: Person, payload: Parameters, client_id: str = "") -> NewEvent:
    """Check an event as somebody sent it. Raises validation or authorization."""
    check(Fields, payload, "event")
    kind: str = payload["type"]
    check(CONTENT[kind], payload, "event")
    given: Properties = payload.get("properties", {})
    properties.check_writable(author, "event", given)
    content = {key: payload[key] for key in CONTENT[kind].__annotations__ if key in payload}
    new = NewEvent(
        type=kind,
        content=content,
        author_id=None if kind == "system_message" else author.id,
        visibility=payload.get("visibility") or payload.get("recipients") or "all",
        custom_id=payload.get("custom_id"),
        properties={namespace: dict(values) for namespace, values in given.items()},
    )
    if client_id and kind == "message":
        new.properties["source"] = {"client_id": client_id}
    if kind in COMPLETE:
        COMPLETE[kind](author.organization, new)
    return new


def _complete_message(_: Organization, new: NewEvent) -> None:
    if not new.content["text"]:
        raise LiveChatError("validation", "`event.text` must not be empty")
    if len(new.content["text"].encode(errors="replace")) > TEXT_BYTES:
        raise LiveChatError("validation", f"`event.text` is longer than {TEXT_BYTES} bytes")
    postback = new.content.get("postback", {})
    if ("type" in postback) != ("value" in postback):
        raise LiveChatError("validation", "`postback.type` and `postback.value` go together")


def _complete_file(organization: Organization, new: NewEvent) -> None:
    """Describe an uploaded file. It is kept for good from now on."""
    url: str = new.content["url"]
    file = uploads.file_at(organization, url)
    if file is None:
        raise LiveChatError("validation", "`event.url` is not the address of an uploaded file")
    file.kept = True
    new.content |= {"name": file.name, "content_type": file.content_type, "size": len(file.content)}
    if file.width and file.height:
        new.content |= {
            "width": file.width,
            "height": file.height,
            "thumbnail_url": f"{url}?w=300",
            "thumbnail2x_url": f"{url}?w=600",
        }


def _complete_form(_: Organization, new: NewEvent) -> None:
    form_type = new.properties.get("lc2", {}).get("form_type")
    if form_type:
        new.content.setdefault("form_type", form_type)


def _complete_rich_message(_: Organization, new: NewEvent) -> None:
    """Give every button its list of customers who toggled it; keep nothing of the sender's."""
    new.content["elements"] = [
        element
        | (
            {"buttons": [button | {"user_ids": []} for button in element["buttons"]]}
            if "buttons" in element
            else {}
        )
        for element in new.content.get("elements", [])
    ]


COMPLETE = {
    "message": _complete_message,
    "file": _complete_file,
    "filled_form": _complete_form,
    "form": _complete_form,
    "rich_message": _complete_rich_message,
}


def append(thread: Thread, new: NewEvent) -> Event:
    thread.last_number += 1
    event = Event(
        id=f"{thread.id}_{thread.last_number}",
        type=new.type,
        created_at=thread.organization.clock.now(),
        author_id=new.author_id,
        visibility=new.visibility,
        content=new.content,
        custom_id=new.custom_id,
        properties=new.properties,
    )
    thread.events.append(event)
    tickets.tell_created(thread, event)
    return event


def tell(
    chat: Chat,
    thread: Thread,
    event: Event,
    *,
    action: str = "incoming_event",
    answers_request: bool = True,
) -> None:
    """Push an event: to agents always, to the customer if it is theirs to see."""
    where = {"chat_id": chat.id, "thread_id": thread.id}
    visible = customer_view.sees_event(chat, event)
    pushes.to_chat(
        chat,
        action,
        where | {"event": customer_view.event(chat.organization, event)} if visible else {},
        where | {"event": agent_view.event(event)},
        visibility="all" if visible else "agents",
        answers_request=answers_request,
    )


def send(
    chat: Chat,
    author: Person,
    payload: Parameters,
    *,
    attach_to_last_thread: bool = False,
    client_id: str = "",
) -> Event:
    """Add an event to the active thread, or to the last one if asked to.

    Raises chat_inactive, chat_anonymized, validation, authorization.
    """
    if chat.anonymized:
        raise LiveChatError("chat_anonymized")
    if not chat.active and not attach_to_last_thread:
        raise LiveChatError("chat_inactive")
    new = prepare(author, payload, client_id)
    user = chat.users.get(author.id)
    if user and user.visibility == "agents" and new.visibility != "agents":
        raise LiveChatError("validation", "The requester may write to agents only")
    thread = chat.last_thread
    event = append(thread, new)
    note_author(chat, event)
    note_activity(thread, author)
    seen_marks.mark(chat, author.id, chat.organization.clock.now())
    tell(chat, thread, event)
    return event


def note_author(chat: Chat, event: Event) -> None:
    """The newest event of each side, as agents see it at the customer."""
    customer = chat.organization.customers[chat.customer_id]
    if event.author_id == customer.id:
        customer.customer_last_event_at = event.created_at
    elif event.author_id is not None:
        customer.agent_last_event_at = event.created_at


def note_activity(thread: Thread, author: Person) -> None:
    """Somebody wrote: the thread is not idle, and maybe an answer is due."""
    now = thread.organization.clock.time()
    thread.last_activity = now
    thread.properties.get("routing", {}).pop("idle", None)
    if isinstance(author, Agent):
        thread.waiting_since = None
    else:
        author.last_activity = now
        if thread.waiting_since is None:
            thread.waiting_since = now


def preview(chat: Chat, author: Agent, payload: Parameters) -> None:
    """Show the customer part of an answer in the making. Nothing is stored."""
    thread = chat.active_thread()
    new = prepare(author, payload)
    if new.type != "message" or new.visibility != "all":
        raise LiveChatError("validation", "A preview is a message, visible to all")
    shown: Payload = {
        "type": "message",
        "author_id": author.opaque_id,
        "created_at": chat.organization.clock.now(),
        "recipients": "all",
    } | new.content
    if new.custom_id is not None:
        shown["custom_id"] = new.custom_id
    readable = properties.readable_by_customers(chat.organization, "event", new.properties)
    if readable:
        shown["properties"] = readable
    where = {"chat_id": chat.id, "thread_id": thread.id}
    pushes.to_chat(
        chat,
        "incoming_event_preview",
        where | {"event": shown},
        where | {"event": shown | {"author_id": author.id, "visibility": "all"}},
    )


def delete(chat: Chat, thread_id: str, event_id: str, requester: Person) -> None:
    """Customer Chat API v3.6, "Delete Event". Customers delete only what is their own."""
    thread = chat.thread(thread_id)
    event = thread.event(event_id)
    if isinstance(requester, Customer):
        if not customer_view.sees_event(chat, event):
            raise LiveChatError("not_found", "Event not found")
        if event.author_id != requester.id:
            raise LiveChatError("authorization", "Event of another author")
    visible = customer_view.sees_event(chat, event)
    event.deleted = True
    pushes.to_chat(
        chat,
        "event_deleted",
        {"chat_id": chat.id, "thread_id": thread.id, "event_id": event.id},
        visibility="all" if visible else "agents",
    )


def toggle_button(
    chat: Chat,
    thread_id: str,
    event_id: str,
    requester: Person,
    postback: Parameters,
) -> None:
    """Customer Chat API v3.6, "Send Rich Message Postback"."""
    thread = chat.thread(thread_id)
    event = thread.event(event_id)
    buttons = [
        button
        for element in event.content.get("elements", [])
        for button in element.get("buttons", [])
        if button["postback_id"] == postback["id"]
    ]
    if event.type != "rich_message" or not buttons:
        raise LiveChatError("not_found", "Postback not found")
    if thread.active:
        thread.last_activity = chat.organization.clock.time()
        told = {"chat_id": chat.id, "thread_id": thread.id, "event_id": event.id}
        pushes.to_chat(
            chat,
            "incoming_rich_message_postback",
            told | {"user_id": chat.organization.opaque_id(requester.id), "postback": postback},
            told | {"user_id": requester.id, "postback": postback},
        )
    if _toggle(buttons, requester.id, on=postback["toggled"]):
        tell(chat, thread, event, action="event_updated", answers_request=False)


def _toggle(buttons: list[Payload], user_id: str, *, on: bool) -> bool:
    """Returns whether anything changed."""
    changed = False
    for button in buttons:
        if on and user_id not in button["user_ids"]:
            button["user_ids"] = [*button["user_ids"], user_id]
            changed = True
        elif not on and user_id in button["user_ids"]:
            button["user_ids"] = [each for each in button["user_ids"] if each != user_id]
            changed = True
    return changed
