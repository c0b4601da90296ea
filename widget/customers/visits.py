"""Where a customer is on the website, as the website told the panel."""

from __future__ import annotations

from chatproxy.livechat.rtm import Visit
from chatproxy.livechat.structures import Json

MOST_CHARACTERS = 3500  # that LiveChat takes


def visit_of(page: object, user_agent: str) -> Visit:
    """`page` has `url`, `title` and `referrer`, if the panel says so."""
    page = page if isinstance(page, dict) else {}
    return Visit(
        url=word(page, "url"),
        title=word(page, "title"),
        referrer=word(page, "referrer"),
        user_agent=user_agent,
        is_mobile="Mobi" in user_agent,
    )


def word(content: Json, name: str) -> str:
    """A text of what the panel says, cut to what LiveChat takes."""
    value = content.get(name)
    return value[:MOST_CHARACTERS] if isinstance(value, str) else ""
