"""Every type of event in a class of its own; forms and rich messages have modules of theirs."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Struct

from chatproxy.livechat.structures.events import Event
from chatproxy.livechat.structures.forms import Form
from chatproxy.livechat.structures.rich_messages import RichMessage
from chatproxy.livechat.structures.values import (
    Json,
    Number,
    Text,
    WebUrl,
    Word,
    object_of,
    read,
    read_at_once,
    text_of,
)


class Postback(Struct, frozen=True, kw_only=True):
    """Which button a message answers."""

    id: Word
    thread_id: Text = ""
    event_id: Text = ""

    @classmethod
    def parse(cls, data: object) -> Postback | None:
        """None without an id."""
        fields = object_of(data)
        return read(cls, fields) if "id" in fields else None


class Message(Event, frozen=True, kw_only=True):
    text: Text = ""
    postback: Annotated[Postback | None, Postback.parse] = None

    @property
    def is_markdown(self) -> bool:
        if not self.properties:  # as most: this is asked several times for each push
            return False
        return self.properties.get("chats", {}).get("formatting") == "commonmark"

    @property
    def translation(self) -> str:
        """The text in the customer's language, "" if LiveChat made no translation."""
        if not self.properties:
            return ""
        return text_of(self.properties.get("translation", {}).get("target_message"))


class File(Event, frozen=True, kw_only=True):
    """`width` and `height` are there for images and for nothing else."""

    name: Text = ""
    url: WebUrl = ""
    content_type: Text = ""
    size: Number = None
    width: Number = None
    height: Number = None
    thumbnail2x_url: WebUrl = ""
    alternative_text: Text = ""

    @property
    def is_image(self) -> bool:
        return bool(self.url and self.width and self.height)


def variables_of(value: object) -> dict[str, str]:
    return {name: str(text) for name, text in object_of(value).items()}


class SystemMessage(Event, frozen=True, kw_only=True):
    system_message_type: Text = ""
    text: Text = ""
    text_vars: Annotated[dict[str, str], variables_of] = {}


class SystemEvent(Event, frozen=True, kw_only=True):
    """`details` is JSON in a string, as it came."""

    source: Text = ""
    subtype: Text = ""
    details: Text = ""


def anything(value: Any) -> Any:
    return value


class Custom(Event, frozen=True, kw_only=True):
    content: Annotated[Any, anything] = None


CLASSES: dict[str, type[Event]] = {
    "message": Message,
    "file": File,
    "form": Form,
    "filled_form": Form,
    "rich_message": RichMessage,
    "system_message": SystemMessage,
    "system": SystemEvent,
    "custom": Custom,
}


def parse_event(data: Json) -> Event:
    """Any event, in the class of its type."""
    structure = CLASSES.get(text_of(data.get("type")), Event)
    if structure is Message:  # what most are
        return read_at_once(Message, data)
    return Form.parse(data) if structure is Form else read(structure, data)
