"""Rich messages: cards with pictures, buttons and products."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from chatproxy.livechat.structures.events import Event
from chatproxy.livechat.structures.values import (
    Flag,
    Json,
    Number,
    Text,
    WebUrl,
    Word,
    each,
    is_not_false,
    object_of,
    read,
    web_url_of,
)


class Image(Struct, frozen=True, kw_only=True):
    url: WebUrl
    name: Text = ""
    width: Number = None
    height: Number = None
    alternative_text: Text = ""

    @classmethod
    def parse(cls, data: object) -> Image | None:
        """None without an address of the web."""
        image = read(cls, object_of(data))
        return image if image.url else None


def users_of(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


class Button(Struct, frozen=True, kw_only=True):
    """`type` is "" for a plain postback, else message, url, phone, webview or cancel."""

    text: Text
    postback_id: Word
    type: Text = ""
    value: Word = ""
    target: Text = ""
    role: Text = ""
    webview_height: Text = ""
    user_ids: Annotated[frozenset[str], users_of] = frozenset()

    @classmethod
    def parse(cls, data: Json) -> Button:
        return read(cls, data)


class Option(Struct, frozen=True, kw_only=True):
    """One variant of a product, with prices as LiveChat writes them."""

    option_id: Word
    label: Text = ""
    price: Word = ""
    regular_price: Word = ""
    currency: Text = ""
    color: Text = ""
    image_url: str = ""
    available: Annotated[bool, is_not_false] = True
    selected: Flag = False

    @classmethod
    def parse(cls, data: Json) -> Option:
        image = data.get("image_thumbnail_url") or data.get("image_url")
        return read(cls, data, image_url=web_url_of(image))


class Product(Struct, frozen=True, kw_only=True):
    product_id: Word
    label: Text = ""
    options: Annotated[tuple[Option, ...], each(Option.parse)] = ()

    @classmethod
    def parse(cls, data: object) -> Product | None:
        """None without an id."""
        fields = object_of(data)
        return read(cls, fields) if "product_id" in fields else None


class Element(Struct, frozen=True, kw_only=True):
    """One card of a rich message."""

    title: Text = ""
    subtitle: Text = ""
    image: Annotated[Image | None, Image.parse] = None
    buttons: Annotated[tuple[Button, ...], each(Button.parse)] = ()
    product: Product | None = None

    @classmethod
    def parse(cls, data: Json) -> Element:
        return read(cls, data, product=Product.parse(data.get("ecommerce")))


class RichMessage(Event, frozen=True, kw_only=True):
    """`template_id` is cards, quick_replies, sticker, ecommerce, or one to come."""

    template_id: Text = ""
    elements: Annotated[tuple[Element, ...], each(Element.parse)] = ()
