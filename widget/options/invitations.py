"""Invitations: what visitors are offered before they ask, and when. They are part of a widget.

Each is a JSON object with the names of DEFAULTS; what it leaves out is as there.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Invitation = dict[str, Any]

# What may be said in each language. A and B are variants of one text, shown to half of the
# visitors each.
TEXTS = ("text", "text_b", "chat_label", "words", "link_label")
DEFAULTS: Invitation = {
    "id": "",
    "name": "",  # for its owner
    "enabled": True,
    "text": "",
    "text_b": "",
    "picture": "",
    "chat_label": "",
    "words": "",  # already written when the chat opens
    "link_label": "",
    "link": "",
    "refusal": True,  # a button that says no
    "texts": {},  # TEXTS by language
    "pages": [],
    "seconds": 0,  # on the page
    "scroll": 0,  # percent of the page
    "leaving": False,  # the pointer leaves the page at its top
    "page_count": 0,  # pages of this visit
    "visitor": "",
    "campaign": "",  # "summer" for ?utm_campaign=summer, or "source=mail"
    "device": "",
    "availability": "",
    "values": [],  # lists of name, comparison, value
    "days": 0,  # not again for so long after it was dismissed; 0: for this visit
    "a_day": 0,  # dismissed so often on one day, it does not come again; 0: no limit
}
VISITORS = ("", "new", "returning")
DEVICES = ("", "phone", "computer")
AVAILABILITIES = ("", "online", "offline")
VALUE = re.compile(r"\s*([^\s=!<>]{1,100})\s*(!=|>=|<=|=|>|<)\s*(\S.{0,199}?)\s*")
VARIANTS = ("a", "b")
MOST = 20
LONGEST = 500  # characters of a text
HIGHEST = 100_000  # of a number
FOREIGN = _("This file was not made with “Export”. Choose one that was.")  # nor what our form gives

CHOICES = {"visitor": VISITORS, "device": DEVICES, "availability": AVAILABILITIES}


def new_id() -> str:
    return secrets.token_hex(4)


def complete(invitation: Invitation) -> Invitation:
    """With all its names."""
    return DEFAULTS | invitation


def choose_enabled(invitations: list[Invitation]) -> Iterator[Invitation]:
    """Those that may be shown, complete."""
    return (each for each in map(complete, invitations) if each["enabled"])


def text(invitation: Invitation, name: str, language: str) -> str:
    """One of TEXTS in a language, else in the widget's default one."""
    for code in (language, language.partition("-")[0]):
        if written := invitation["texts"].get(code, {}).get(name):
            return str(written)
    return str(invitation[name])


def value_of_line(line: str) -> list[str]:
    """What a line like `cart >= 100` compares. Raises ValidationError."""
    found = VALUE.fullmatch(line)
    if not found:
        raise ValidationError(
            _("“%(line)s” is not a comparison. Write each line like cart >= 100 or plan = gold."),
            params={"line": line.strip()},
        )
    return list(found.groups())


def check(invitations: object, checks: dict[str, Callable[[Any], None]]) -> None:
    """Raise ValidationError unless these are invitations that a browser can be given.

    `checks` are for the values that are not checked here, by name.
    """
    if not isinstance(invitations, list) or len(invitations) > MOST:
        raise ValidationError(_("There may be %(count)s invitations."), params={"count": MOST})
    for invitation in invitations:
        if not isinstance(invitation, dict) or not all(map(is_kind, *pairs(invitation))):
            raise ValidationError(FOREIGN)
        check_one(complete(invitation), checks)
    if len({invitation.get("id") for invitation in invitations}) < len(invitations):
        raise ValidationError(FOREIGN)


def pairs(invitation: Invitation) -> tuple[list[Any], list[Any]]:
    """Its values, and each time what it would be by default; None for an unknown name."""
    return list(invitation.values()), [DEFAULTS.get(name) for name in invitation]


def is_kind(value: object, default: object) -> bool:
    return type(value) is type(default)


def check_one(invitation: Invitation, checks: dict[str, Callable[[Any], None]]) -> None:
    """Raises ValidationError."""
    if not re.fullmatch(r"[0-9a-f]{8}", invitation["id"]):
        raise ValidationError(FOREIGN)
    if not invitation["text"].strip():
        raise ValidationError(_("An invitation needs a text."))
    for name in (*TEXTS, "name", "campaign"):
        check_text(invitation[name])
    for written in invitation["texts"].values():
        if not isinstance(written, dict) or set(written) - set(TEXTS):
            raise ValidationError(FOREIGN)
        for each in written.values():
            check_text(each)
    for name in ("seconds", "scroll", "page_count", "days", "a_day"):
        if not 0 <= invitation[name] <= HIGHEST:
            raise ValidationError(FOREIGN)
    for name, choices in CHOICES.items():
        if invitation[name] not in choices:
            raise ValidationError(FOREIGN)
    for value in invitation["values"]:
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ValidationError(FOREIGN)
        check_text(" ".join(value))
        value_of_line(" ".join(value))
    if invitation["link_label"] and not invitation["link"]:
        raise ValidationError(_("Enter the link's address."))
    for name, check_value in checks.items():
        if invitation[name]:
            check_value(invitation[name])


def check_text(written: object) -> None:
    """Raises ValidationError."""
    if not isinstance(written, str) or len(written) > LONGEST or "\0" in written:
        raise ValidationError(_("A text may have %(count)s characters."), params={"count": LONGEST})
