"""What invites to write in an empty chat: an owner's openers and help links, one on each line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST = 4
LENGTH = 80  # characters of an opener, or of what a link says
ADDRESS = re.compile(r"https?://[^\s/#?]\S*")


@dataclass(frozen=True, slots=True)
class HelpLink:
    """Where customers may find the answer themselves."""

    words: str
    url: str


def openers_of(text: str) -> list[str]:
    """What customers may begin with."""
    return _lines(text)[:MOST]


def help_links_of(text: str) -> list[HelpLink]:
    """Those of lines like "Delivery times https://shop.example/delivery". Others are left out."""
    return [link for link in map(_link_in, _lines(text)[:MOST]) if link]


def validate_openers(value: str) -> None:
    """Raise ValidationError unless these are few lines, and short ones."""
    lines = _lines(value)
    if len(lines) > MOST or any(len(line) > LENGTH for line in lines):
        raise ValidationError(
            _("Write up to %(most)s lines of up to %(length)s characters."),
            params={"most": MOST, "length": LENGTH},
        )


def validate_help_links(value: str) -> None:
    """Raise ValidationError unless these are few lines, each with words and an address."""
    lines = _lines(value)
    links = list(map(_link_in, lines))
    if len(lines) > MOST or not all(link and len(link.words) <= LENGTH for link in links):
        raise ValidationError(
            _(
                "Write up to %(most)s lines, each with a few words and a full address, like "
                "“Delivery times https://shop.example/delivery”."
            ),
            params={"most": MOST},
        )


def _link_in(line: str) -> HelpLink | None:
    """The address is what comes last."""
    words, *rest = line.rsplit(maxsplit=1)
    return HelpLink(words, rest[0]) if rest and ADDRESS.fullmatch(rest[0]) else None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
