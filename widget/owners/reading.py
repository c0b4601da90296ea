"""Settings that are lists, as lines for those who may only read them."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.forms import Field
from django.template.defaultfilters import truncatechars, yesno
from django.utils.translation import gettext

from widget.models import Widget
from widget.options.invitations import DEFAULTS, Invitation, complete
from widget.options.validators import TEXTS
from widget.owners.forms import label_of
from widget.owners.invitations import LABELS, InvitationForm
from widget.owners.settings import FIELDS

SAID_APART = {"id", "name", "text", "enabled", "texts"}  # of an invitation
LONGEST = 300  # characters of a value beside another


def lines_of_texts(texts: dict[str, dict[str, str]], labels: Mapping[str, Any]) -> Iterable[str]:
    """Each language with what is said in it. `labels` are what owners call it, by name."""
    languages = dict(settings.LANGUAGES)
    for language, said in texts.items():
        for name in filter(said.get, labels):
            yield f"{languages.get(language, language)}, {labels[name]}: {said[name]}"


def lines_of_invitation(invitation: Invitation) -> Iterable[str]:
    """What its owner calls it and visitors read, and then each of its settings that says more."""
    values = complete(invitation)
    name = values["name"]
    off = "" if values["enabled"] else f" · {gettext('off')}"
    yield f"{name}: {values['text']}{off}"
    for setting, field in InvitationForm.base_fields.items():
        if setting not in SAID_APART and values[setting] != DEFAULTS[setting]:
            yield f"{name}, {field.label}: {words_of_setting(field, values[setting])}"
    for said in lines_of_texts(values["texts"], LABELS):
        yield f"{name}, {said}"


def words_of_setting(field: Field, value: Any) -> str:
    """The value of an invitation's setting as its form shows it, in one line."""
    if isinstance(value, bool):
        return str(yesno(value))
    shown = str(field.prepare_value(value))
    return str(dict(getattr(field, "choices", ())).get(shown, " · ".join(shown.splitlines())))


LINES: dict[str, Callable[[Any], Iterable[str]]] = {
    "allowed_origins": iter,
    "shown_pages": iter,
    "hidden_pages": iter,
    "variables": lambda variables: (f"{name}: {value}" for name, value in variables.items()),
    "texts": lambda texts: lines_of_texts(texts, {name: label_of(name) for name in TEXTS}),
    "invitations": lambda invitations: chain.from_iterable(map(lines_of_invitation, invitations)),
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
