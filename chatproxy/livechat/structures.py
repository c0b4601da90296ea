"""LiveChat's events, threads, chats and users as frozen objects.

Parsing never fails on what it does not know and asks only for what the docs promise: a list is
a list, a text a text, and a surprise is an absent value. Times stay the strings they came as,
because LiveChat wants them back exactly so.
Source: Customer Chat API v3.6, "Data structures".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Json = dict[str, Any]
Properties = dict[str, dict[str, Any]]

LARGEST = 2**53  # beyond it a JSON number is no longer exact


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(value: object) -> int | None:
    """A whole number; infinity and its like, which Python's JSON lets in, are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < LARGEST else None


def _numbers(value: object) -> Iterable[int]:
    numbers = map(_number, value) if isinstance(value, list) else ()
    return (number for number in numbers if number is not None)


def _properties(value: object) -> Properties:
    return {name: names for name, names in _object(value).items() if isinstance(names, dict)}


def _web_url(value: object) -> str:
    """An address of the web, or nothing: LiveChat leaves out the scheme of some pictures."""
    url = _text(value).strip()
    if url.startswith(("https://", "http://")):
        return url
    if url.startswith("//"):
        return "https:" + url
    host = url.partition("/")[0]
    return f"https://{url}" if "." in host and ":" not in host and " " not in url else ""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody in a chat. `type` is "customer" or "agent"; bots are agents."""

    id: str
    type: str
    name: str = ""
    avatar: str = ""
    job_title: str = ""
    is_bot: bool = False
    present: bool = False
    email: str = ""
    events_seen_up_to: str = ""

    @classmethod
    def parse(cls, data: Json) -> User:
        return cls(
            id=_text(data.get("id")),
            type="customer" if data.get("type") == "customer" else "agent",
            name=_text(data.get("name")),
            avatar=_web_url(data.get("avatar")),
            job_title=_text(data.get("job_title")),
            is_bot=data.get("is_bot") is True,
            present=data.get("present") is True,
            email=_text(data.get("email")),
            events_seen_up_to=_text(data.get("events_seen_up_to")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a thread; a type we do not know is an Event and nothing more.

    `id` is empty in previews and welcome messages, `author_id` in what the system says.
    """

    id: str = ""
    type: str = ""
    created_at: str = ""
    author_id: str = ""
    custom_id: str = ""
    recipients: str = "all"
    properties: Properties = field(default_factory=dict)

    @property
    def number(self) -> int | None:
        """Where the event stands in its thread, or None if its id has another form."""
        return _parts_of(self.id)[1]

    @property
    def thread_id(self) -> str:
        """The thread the id begins with, "" if it has another form."""
        return _parts_of(self.id)[0]

    def is_after(self, other: Event) -> bool:
        """Whether it stands later in the same thread, or in another thread."""
        return self.thread_id != other.thread_id or self.sort_key > other.sort_key

    @property
    def sort_key(self) -> tuple[bool, int, str, str]:
        number = self.number
        return number is None, number or 0, self.created_at, self.id


@lru_cache(maxsize=4096)  # a push asks twenty times
def _parts_of(event_id: str) -> tuple[str, int | None]:
    """The thread and the number that an event's id is made of."""
    thread_id, _, tail = event_id.rpartition("_")
    is_number = tail.isascii() and tail.isdigit() and len(tail) < 16
    return (thread_id, int(tail)) if is_number else ("", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postback:
    """Which button a message answers."""

    id: str
    thread_id: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Event):
    text: str = ""
    postback: Postback | None = None

    @property
    def is_markdown(self) -> bool:
        return self.properties.get("chats", {}).get("formatting") == "commonmark"

    @property
    def translation(self) -> str:
        """The text in the customer's language, "" if LiveChat made no translation."""
        return _text(self.properties.get("translation", {}).get("target_message"))


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Event):
    """`width` and `height` are there for images and for nothing else."""

    name: str = ""
    url: str = ""
    content_type: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_url: str = ""
    thumbnail2x_url: str = ""
    alternative_text: str = ""

    @property
    def is_image(self) -> bool:
        return bool(self.width and self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOption:
    id: str
    label: str
    checked: bool = False
    group_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field to fill in, or one that was filled in (`answers` in words, in order)."""

    id: str
    type: str
    label: str = ""
    required: bool = False
    options: tuple[FormOption, ...] = ()
    answers: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: Json) -> FormField:
        given = data.get("answers") if "answers" in data else [data.get("answer")]
        return cls(
            id=str(data.get("id", "")),
            type=_text(data.get("type")),
            label=_text(data.get("label")),
            required=data.get("required") is True,
            options=tuple(
                FormOption(
                    id=str(option.get("id", "")),
                    label=_text(option.get("label")),
                    checked=option.get("checked") is True,
                    group_id=_number(option.get("group_id")),
                )
                for option in _objects(data.get("options"))
            ),
            answers=tuple(_answers(given)),
        )


def _answers(given: object) -> Iterable[str]:
    for answer in given if isinstance(given, list) else []:
        if isinstance(answer, dict):
            yield _text(answer.get("label"))
        elif isinstance(answer, bool):
            yield "✓" if answer else "✗"
        elif isinstance(answer, str | int | float):
            yield str(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Event):
    """Asks for answers (`form`) or gives them (`filled_form`)."""

    form_id: str = ""
    form_type: str = ""
    fields: tuple[FormField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    url: str
    name: str = ""
    width: int | None = None
    height: int | None = None
    alternative_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """`type` is "" for a plain postback, else message, url, phone, webview or cancel."""

    text: str
    postback_id: str
    type: str = ""
    value: str = ""
    target: str = ""
    role: str = ""
    webview_height: str = ""
    user_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One variant of a product, with prices as LiveChat writes them."""

    option_id: str
    label: str = ""
    price: str = ""
    regular_price: str = ""
    currency: str = ""
    color: str = ""
    image_url: str = ""
    available: bool = True
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    product_id: str
    view_type: str = ""
    label: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One card of a rich message."""

    title: str = ""
    subtitle: str = ""
    image: Image | None = None
    buttons: tuple[Button, ...] = ()
    product: Product | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RichMessage(Event):
    """`template_id` is cards, quick_replies, sticker, ecommerce, or one to come."""

    template_id: str = ""
    elements: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemMessage(Event):
    system_message_type: str = ""
    text: str = ""
    text_vars: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemEvent(Event):
    """`details` is JSON in a string, as it came."""

    source: str = ""
    subtype: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom(Event):
    content: Any = None


def _image(data: object) -> Image | None:
    fields = _object(data)
    url = _web_url(fields.get("url"))
    if not url:
        return None
    return Image(
        url=url,
        name=_text(fields.get("name")),
        width=_number(fields.get("width")),
        height=_number(fields.get("height")),
        alternative_text=_text(fields.get("alternative_text")),
    )


def _button(data: Json) -> Button:
    value = data.get("value")
    users = data.get("user_ids")
    return Button(
        text=_text(data.get("text")),
        postback_id=str(data.get("postback_id", "")),
        type=_text(data.get("type")),
        value="" if value is None else str(value),
        target=_text(data.get("target")),
        role=_text(data.get("role")),
        webview_height=_text(data.get("webview_height")),
        user_ids=frozenset(map(str, users)) if isinstance(users, list) else frozenset(),
    )


def _product(data: object) -> Product | None:
    fields = _object(data)
    if "product_id" not in fields:
        return None
    return Product(
        product_id=str(fields["product_id"]),
        view_type=_text(fields.get("view_type")),
        label=_text(fields.get("label")),
        options=tuple(
            Option(
                option_id=str(option.get("option_id", "")),
                label=_text(option.get("label")),
                price=str(option.get("price", "")),
                regular_price=str(option.get("regular_price", "")),
                currency=_text(option.get("currency")),
                color=_text(option.get("color")),
                image_url=_web_url(option.get("image_thumbnail_url") or option.get("image_url")),
                available=option.get("available") is not False,
                selected=option.get("selected") is True,
            )
            for option in _objects(fields.get("options"))
        ),
    )


def _message(data: Json) -> Json:
    postback = _object(data.get("postback"))
    return {
        "text": _text(data.get("text")),
        "postback": Postback(
            id=str(postback["id"]),
            thread_id=_text(postback.get("thread_id")),
            event_id=_text(postback.get("event_id")),
        )
        if "id" in postback
        else None,
    }


def _file(data: Json) -> Json:
    return {
        "name": _text(data.get("name")),
        "url": _web_url(data.get("url")),
        "content_type": _text(data.get("content_type")),
        "size": _number(data.get("size")),
        "width": _number(data.get("width")),
        "height": _number(data.get("height")),
        "thumbnail_url": _web_url(data.get("thumbnail_url")),
        "thumbnail2x_url": _web_url(data.get("thumbnail2x_url")),
        "alternative_text": _text(data.get("alternative_text")),
    }


def _form(data: Json) -> Json:
    properties = _properties(data.get("properties"))
    return {
        "form_id": str(data.get("form_id", "")),
        "form_type": _text(data.get("form_type"))
        or _text(properties.get("lc2", {}).get("form_type")),
        "fields": tuple(map(FormField.parse, _objects(data.get("fields")))),
    }


def _rich_message(data: Json) -> Json:
    return {
        "template_id": _text(data.get("template_id")),
        "elements": tuple(
            Element(
                title=_text(element.get("title")),
                subtitle=_text(element.get("subtitle")),
                image=_image(element.get("image")),
                buttons=tuple(map(_button, _objects(element.get("buttons")))),
                product=_product(element.get("ecommerce")),
            )
            for element in _objects(data.get("elements"))
        ),
    }


def _system_message(data: Json) -> Json:
    return {
        "system_message_type": _text(data.get("system_message_type")),
        "text": _text(data.get("text")),
        "text_vars": {name: str(value) for name, value in _object(data.get("text_vars")).items()},
    }


def _system_event(data: Json) -> Json:
    return {
        "source": _text(data.get("source")),
        "subtype": _text(data.get("subtype")),
        "details": _text(data.get("details")),
    }


def _custom(data: Json) -> Json:
    return {"content": data.get("content")}


def _nothing_more(data: Json) -> Json:  # noqa: ARG001 - one shape for every kind of event
    return {}


_KINDS = {
    "message": (Message, _message),
    "file": (File, _file),
    "form": (Form, _form),
    "filled_form": (Form, _form),
    "rich_message": (RichMessage, _rich_message),
    "system_message": (SystemMessage, _system_message),
    "system": (SystemEvent, _system_event),
    "custom": (Custom, _custom),
}


def parse_event(data: Json) -> Event:
    """Any event, in the class of its type."""
    kind = _text(data.get("type"))
    cls, details = _KINDS.get(kind, (Event, _nothing_more))
    event: Event = cls(
        id=_text(data.get("id")),
        type=kind,
        created_at=_text(data.get("created_at")),
        author_id=_text(data.get("author_id")),
        custom_id=_text(data.get("custom_id")),
        recipients=_text(data.get("recipients")) or _text(data.get("visibility")) or "all",
        properties=_properties(data.get("properties")),
        **details(data),
    )
    return event


@dataclass(frozen=True, slots=True)
class Queue:
    """`position` counts from 1; `wait_time` is an estimate in seconds."""

    position: int
    wait_time: int

    @classmethod
    def parse(cls, data: object) -> Queue | None:
        fields = _object(data)
        position = _number(fields.get("position"))
        return None if position is None else cls(position, _number(fields.get("wait_time")) or 0)


@dataclass(frozen=True, slots=True)
class Thread:
    """One stretch of a chat, its events oldest first."""

    id: str
    active: bool = False
    created_at: str = ""
    events: tuple[Event, ...] = ()
    properties: Properties = field(default_factory=dict)
    queue: Queue | None = None
    previous_thread_id: str = ""

    @classmethod
    def parse(cls, data: Json) -> Thread:
        events = (parse_event(event) for event in _objects(data.get("events")))
        return cls(
            id=_text(data.get("id")),
            active=data.get("active") is True,
            created_at=_text(data.get("created_at")),
            events=tuple(sorted(events, key=lambda event: event.sort_key)),
            properties=_properties(data.get("properties")),
            queue=Queue.parse(data.get("queue")),
            previous_thread_id=_text(data.get("previous_thread_id")),
        )

    @property
    def is_offline_message(self) -> bool:
        """Whether it was left while nobody was there. Source: "Properties", `routing`."""
        return self.properties.get("routing", {}).get("offline_message") is True


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with the thread that was asked for; a chat may have none."""

    id: str
    users: tuple[User, ...] = ()
    thread: Thread | None = None

    @classmethod
    def parse(cls, data: Json) -> Chat:
        thread = data.get("thread")
        return cls(
            id=_text(data.get("id")),
            users=tuple(map(User.parse, _objects(data.get("users")))),
            thread=Thread.parse(thread) if isinstance(thread, dict) else None,
        )


@dataclass(frozen=True, slots=True)
class ChatSummary:
    id: str
    users: tuple[User, ...] = ()
    active: bool = False
    last_thread_id: str = ""

    @classmethod
    def parse(cls, data: Json) -> ChatSummary:
        last_thread = _object(data.get("last_thread_info"))
        return cls(
            id=_text(data.get("id")),
            users=tuple(map(User.parse, _objects(data.get("users")))),
            active=data.get("active") is True,
            last_thread_id=_text(data.get("last_thread_id")) or _text(last_thread.get("id")),
        )


def parse_group_statuses(data: Json) -> dict[int, str]:
    """The answer of list_group_statuses: online, offline or online_for_queue by group id."""
    statuses = _object(data.get("groups_status"))
    return {int(group): str(status) for group, status in statuses.items() if group.isdecimal()}


def parse_chats(data: Json) -> list[ChatSummary]:
    """The summaries that `list_chats` answers: `chats_info` from 3.7 on."""
    chats = _objects(data.get("chats_summary")) or _objects(data.get("chats_info"))
    return [ChatSummary.parse(chat) for chat in chats]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Some threads, newest first; `next_page_id` is empty at the end."""

    threads: tuple[Thread, ...] = ()
    next_page_id: str = ""

    @classmethod
    def parse(cls, data: Json) -> ThreadPage:
        return cls(
            threads=tuple(map(Thread.parse, _objects(data.get("threads")))),
            next_page_id=_text(data.get("next_page_id")),
        )


@dataclass(frozen=True, slots=True)
class FormToFill:
    """A form as the owner drew it in LiveChat."""

    id: str
    fields: tuple[FormField, ...]

    @classmethod
    def parse(cls, data: object) -> FormToFill:
        form = _object(data)
        fields = _objects(form.get("fields"))
        numbered = [{"id": str(number), **given} for number, given in enumerate(fields)]
        return cls(str(form.get("id", "")), tuple(map(FormField.parse, numbered)))


@dataclass(frozen=True, slots=True)
class Greeting:
    """One showing (`unique_id`) of a configured greeting (`id`).

    With `is_exit_intent` it is to be shown when the customer is about to leave the page.
    `accepted`: the customer has taken it up.
    """

    id: int
    unique_id: str
    event: Event
    agent: User
    is_exit_intent: bool = False
    is_announcement: bool = False
    accepted: bool = False

    @classmethod
    def parse(cls, data: Json) -> Greeting:
        return cls(
            id=_number(data.get("id")) or 0,
            unique_id=_text(data.get("unique_id")),
            event=parse_event(_object(data.get("event"))),
            agent=User.parse(_object(data.get("agent"))),
            is_exit_intent=data.get("is_exit_intent") is True,
            is_announcement=data.get("subtype") == "announcement",
            accepted=data.get("accepted") is True,
        )


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """What LiveChat says of a customer who logs in; None for what it does not say.

    `online_group_ids` stands in a part called private, which LiveChat's own clients rely on.
    """

    chat_ids: tuple[str, ...] | None = None
    threads_count: int | None = None
    online_group_ids: frozenset[int] | None = None
    greeting: Greeting | None = None

    @classmethod
    def parse(cls, data: Json) -> LoginAnswer:
        chats, config = data.get("chats"), data.get("__priv_dynamic_config")
        greeting = data.get("greeting")
        statistics = _object(_object(data.get("customer")).get("statistics"))
        return cls(
            chat_ids=tuple(_text(chat.get("chat_id")) for chat in _objects(chats))
            if isinstance(chats, list)
            else None,
            threads_count=_number(statistics.get("threads_count")),
            online_group_ids=frozenset(_numbers(config.get("online_groups_ids")))
            if isinstance(config, dict)
            else None,
            greeting=Greeting.parse(greeting) if isinstance(greeting, dict) else None,
        )
