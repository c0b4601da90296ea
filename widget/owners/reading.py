"""Settings that are lists, as lines for those who may only read them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.template.defaultfilters import truncatechars, yesno
from django.utils.translation import gettext

from widget.models import Widget
from widget.options.invitations import Invitation
from widget.options.validators import TEXTS
from widget.owners.forms import label_of
from widget.owners.settings import FIELDS

LONGEST = 300  # characters of a value beside another


def lines_of_texts(texts: dict[str, dict[str, str]]) -> Iterable[str]:
    """Each language with what is said in it."""
    languages = dict(settings.LANGUAGES)
    for language, said in texts.items():
        for name in filter(said.get, TEXTS):
            yield f"{languages.get(language, language)}, {label_of(name)}: {said[name]}"


def line_of_invitation(invitation: Invitation) -> str:
    """What its owner calls it, and what visitors read."""
    off = "" if invitation.get("enabled", True) else f" · {gettext('off')}"
    return f"{invitation.get('name', '')}: {invitation.get('text', '')}{off}"


LINES: dict[str, Callable[[Any], Iterable[str]]] = {
    "allowed_origins": iter,
    "shown_pages": iter,
    "hidden_pages": iter,
    "variables": lambda variables: (f"{name}: {value}" for name, value in variables.items()),
    "texts": lines_of_texts,
    "invitations": lambda invitations: map(line_of_invitation, invitations),
}


def words_of(field: str, value: Any) -> str:
    """The value of a setting, as somebody reads it beside another."""
    if field in LINES and isinstance(value, list | dict):
        words = "\n".join(LINES[field](value))
    elif isinstance(value, bool):
        words = str(yesno(value))
    else:
        words = str(dict(FIELDS[field].flatchoices).get(value, value))
    return truncatechars(words, LONGEST) or "–"


def as_lines(field: str) -> Callable[[Widget], str | None]:
    """A field of the admin that shows this one; None, where it is empty, gets Django's sign."""

    @admin.display(description=label_of(field))
    def lines(widget: Widget) -> str | None:
        return "\n".join(LINES[field](getattr(widget, field))) or None

    lines.__name__ = field
    return lines


READABLE = {field: as_lines(field) for field in LINES}
