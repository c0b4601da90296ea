"""The page that a message links to, as a card below it: what is known of it, and what may be asked.

LiveChat's own clients keep what they found at the message (`url_details`); else the panel asks us,
where its owner wants that. We answer for addresses alone that stand in a message to the customer
who asks: a proof says so.
"""

from __future__ import annotations

from collections.abc import Hashable
from urllib.parse import urlencode, urlsplit

from django.core.signing import Signer

from chatproxy.livechat.structures import Message
from widget.rendering.links import first_page

LONGEST = 200  # characters of a title or a description
WEB = ("https://", "http://")


def page_of(
    message: Message, author: str, customer_id: str
) -> tuple[dict[str, Hashable], dict[str, str]]:
    """Shape and texts of the card, as `page.html` takes them; nothing for no card."""
    details = message.properties.get("url_details", {})
    url, title = details.get("url"), details.get("title")
    if isinstance(url, str) and url.startswith(WEB) and isinstance(title, str) and title:
        texts = {"page_title": cut(title), "page_words": cut(details.get("description"))}
        return {"page": "known"}, texts | address(url)
    if author != "agent" or not (url := first_page(message.text)) or message.is_markdown:
        return {"page": ""}, {}
    question = urlencode({"url": url, "proof": proof_of(url, customer_id)})
    return {"page": "unknown"}, {"page_question": question} | address(url)


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
