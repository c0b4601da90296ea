"""The page that a message links to, as a card below it: what is known of it, and what may be asked.

LiveChat's own clients keep what they found at the message (`url_details`); else the panel asks us,
where its owner wants that. We answer for addresses alone that stand in a message to the customer
who asks: a proof says so.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.core.signing import Signer

from chatproxy.livechat.structures import Json, Message
from widget.rendering.links import first_page

LONGEST = 200  # characters of a title or a description
WEB = ("https://", "http://")


def page_of(message: Message, author: str, customer_id: str) -> tuple[str, dict[str, str]]:
    """What is known of the page, and the texts of its card for `page.html`; "" for no card."""
    if (details := message.properties.get("url_details")) and (known := known_page(details)):
        return "known", known
    if author != "agent" or not (url := first_page(message.text)) or message.is_markdown:
        return "", {}
    question = urlencode({"url": url, "proof": proof_of(url, customer_id)})
    return "unknown", {"page_question": question} | address(url)


def known_page(details: Json) -> dict[str, str]:
    """Texts of the page that LiveChat tells of; nothing where it tells too little."""
    url, title = details.get("url"), details.get("title")
    if isinstance(url, str) and url.startswith(WEB) and isinstance(title, str) and title:
        texts = {"page_title": cut(title), "page_words": cut(details.get("description"))}
        return texts | address(url)
    return {}


def address(url: str) -> dict[str, str]:
    try:
        host = urlsplit(url).hostname or url
    except ValueError:  # brackets that close nothing
        host = url
    return {"page_url": url, "page_host": host.removeprefix("www.")}


def cut(text: object) -> str:
    return text[:LONGEST] if isinstance(text, str) else ""


def proof_of(url: str, customer_id: str) -> str:
    """What only we can make: that this customer was shown this address."""
    return Signer(salt="page").signature(f"{customer_id} {url}")
