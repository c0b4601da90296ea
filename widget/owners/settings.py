"""What an owner sets, as plain data: for drafts, revisions, copies and files."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from widget.models import Widget

# What makes this widget this one, rather than what its owner chose.
OWN = {"id", "key", "identity_secret", "agent_token", "draft", "created_at", "updated_at"}
FIELDS = {field.name: field for field in Widget._meta.concrete_fields if field.name not in OWN}
FILE_SIZE = 500_000  # bytes; the longest texts in every language are a tenth of it

Settings = dict[str, Any]


def settings_of(widget: Widget) -> Settings:
    """Everything its owner chose, fit for JSON."""
    return {name: getattr(widget, name) for name in FIELDS}


def unknown_names(settings: Settings) -> list[str]:
    """What these settings name and no widget has: settings of another version."""
    return sorted(set(settings) - set(FIELDS))


def apply_settings(widget: Widget, settings: Settings) -> None:
    """Give the widget these settings, unsaved. What they do not name stays as it is.

    What no widget has is left out: `unknown_names` says what. Raises ValidationError for what is
    wrong, or if nothing else is left.
    """
    known = {name: value for name, value in settings.items() if name in FIELDS}
    if settings and not known:
        raise ValidationError(
            _(
                "This file is not a widget: there is no setting called %(names)s. Choose "
                "another file."
            ),
            params={"names": ", ".join(unknown_names(settings))},
        )
    for name, value in known.items():
        setattr(widget, name, value_of(name, value))
    widget.full_clean()


def apply_draft(widget: Widget) -> list[str]:
    """Give the widget, unsaved, what its draft says. Return the names that were left out."""
    draft = widget.draft or {}
    for name in FIELDS.keys() & draft:
        setattr(widget, name, draft[name])
    return unknown_names(draft)


def value_of(name: str, value: Any) -> Any:
    """The value as its field has it. Raises ValidationError for one of another kind."""
    field = FIELDS[name]
    is_json = isinstance(field, models.JSONField)
    if not isinstance(value, type(field.get_default()) if is_json else str | int):
        raise ValidationError(
            {name: _("This file was not made with “Export”. Choose one that was.")}
        )
    return value if is_json else field.to_python(value)


def text_of(settings: Settings) -> str:
    """The settings as a file."""
    return json.dumps(settings, indent=2)


def settings_in(content: bytes) -> Settings:
    """The settings in a file. Raises ValidationError for any other file, however strange."""
    try:
        settings = json.loads(content, parse_constant=refuse)
        kept = json.dumps(settings, ensure_ascii=False, allow_nan=False)
        kept.encode()  # halves of characters are no text that a database takes
    except (ValueError, RecursionError):
        settings = kept = None
    if not isinstance(settings, dict) or "\\u0000" in str(kept):
        raise ValidationError(_("This file was not made with “Export”. Choose one that was."))
    return settings


def refuse(constant: str) -> None:
    """Raises ValueError for NaN and Infinity, which are no JSON."""
    raise ValueError(constant)
