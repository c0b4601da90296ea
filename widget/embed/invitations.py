"""A widget's invitations as a browser gets them, and what it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from django.utils import translation
from django.utils.translation import gettext

from widget.assets import as_javascript
from widget.embed import looks, pages, scripts
from widget.models import InvitationTally, Widget
from widget.options.invitations import Invitation, choose_enabled, text
from widget.running import running

# What a page may say of an invitation; that a chat began, the panel says.
SAID = (
    InvitationTally.What.SHOWN,
    InvitationTally.What.ACCEPTED,
    InvitationTally.What.DISMISSED,
)
# What a rule says as the owner wrote it, if it says anything.
RULES = [
    "seconds",
    "scroll",
    "leaving",
    "page_count",
    "visitor",
    "device",
    "availability",
    "values",
    "days",
    "a_day",
]


def are_there(widget: Widget) -> bool:
    return any(choose_enabled(widget.invitations))


def script(widget: Widget, language: str) -> str:
    return template(widget).replace("SETTINGS", as_javascript(settings_in(widget, language)))


def template(widget: Widget) -> str:
    """The script, with its styles and without its SETTINGS."""
    return scripts.invitations().replace("BESIDE_CSS", as_javascript(looks.part(widget, "beside")))


def settings_in(widget: Widget, language: str) -> dict[str, Any]:
    with translation.override(language):
        shown = [public(widget, each, language) for each in choose_enabled(widget.invitations)]
        return {"key": widget.key, "dismiss": gettext("Dismiss"), "invitations": shown}


def public(widget: Widget, invitation: Invitation, language: str) -> dict[str, Any]:
    """What a browser must know of one; what it need not is left out."""
    link_label = text(invitation, "link_label", language)
    told = {
        "id": invitation["id"],
        "name": invitation["name"],
        "a": text(invitation, "text", language),
        "b": text(invitation, "text_b", language),
        "face": invitation["picture"] or widget.header_picture,
        "chat": text(invitation, "chat_label", language) or gettext("Chat with us"),
        "words": text(invitation, "words", language),
        "link": link_label and invitation["link"],
        "link_label": link_label,
        "no": gettext("No, thank you") if invitation["refusal"] else "",
        "pages": pages.pattern(invitation["pages"], []),
        "campaign": campaign(invitation["campaign"]),
        **{rule: invitation[rule] for rule in RULES},
    }
    return {name: value for name, value in told.items() if value}


def campaign(written: str) -> list[str]:
    """The parameter and its value, [] for none. Owners may paste what stands in the address."""
    pasted = written.strip()
    if pasted.startswith(("?", "&")):
        pasted = unquote_plus(pasted[1:].partition("&")[0])
    name, _, value = (part.strip() for part in pasted.removeprefix("utm_").partition("="))
    if not name:
        return []
    return [f"utm_{name}", value] if value else ["utm_campaign", name]


def count(widget: Widget, said: Mapping[str, str]) -> None:
    """Count what a page says of an invitation, if it may say that."""
    if said.get("what") in SAID:
        running().counts.count_invitation(widget, said, said["what"])
