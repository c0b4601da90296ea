"""What a widget was like: for its history, for undoing, for copies and for files."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from widget.models import Revision, Widget, new_key

# What makes this widget this one, rather than what its owner chose.
OWN = {"id", "key", "identity_secret", "draft", "created_at", "updated_at"}
CHOSEN = [field.name for field in Widget._meta.concrete_fields if field.name not in OWN]


def chosen(widget: Widget) -> dict[str, Any]:
    """Everything its owner chose, fit for JSON."""
    return {name: getattr(widget, name) for name in CHOSEN}


def choose(widget: Widget, settings: dict[str, Any]) -> None:
    """Give the widget these settings, unsaved. What is not named stays.

    Raises ValidationError for what is unknown or wrong.
    """
    if unknown := sorted(set(settings) - set(CHOSEN)):
        raise ValidationError(_("A widget has no %(names)s."), params={"names": ", ".join(unknown)})
    for name, value in settings.items():
        setattr(widget, name, value)
    widget.full_clean()


def put_aside(widget: Widget) -> None:
    """Keep what was chosen as a draft; what is published stays as it is."""
    Widget.objects.filter(pk=widget.pk).update(draft=chosen(widget))


def take_up(widget: Widget) -> None:
    """Give the widget, unsaved, what its draft says; what no longer exists is passed over."""
    draft = widget.draft or {}
    for name in set(CHOSEN) & set(draft):
        setattr(widget, name, draft[name])


def record(widget: Widget, user: Any) -> None:
    """Remember what the widget is like now, and who made it so, if anything changed."""
    settings = chosen(widget)
    latest = widget.revisions.order_by("-pk").first()
    if latest is None or latest.settings != settings:
        Revision.objects.create(widget=widget, made_by=user, settings=settings)


def begin(widget: Widget) -> None:
    """Remember what the widget is before its first change here: it may have been made elsewhere."""
    if not widget.revisions.exists():
        saved = Widget.objects.get(pk=widget.pk)
        Revision.objects.create(widget=widget, made_by=None, settings=chosen(saved))


def copy_of(widget: Widget) -> Widget:
    """An unsaved twin, switched off until its owner has looked at it."""
    name = _("Copy of %(name)s") % {"name": widget.name}
    settings = chosen(widget) | {"name": name[:100], "enabled": False}
    return Widget(key=new_key(), **settings)


def history(widget: Widget) -> list[dict[str, Any]]:
    """Its revisions, newest first, each with the names of the settings that it changed."""
    revisions = list(widget.revisions.select_related("made_by").order_by("-pk"))
    older = [revision.settings for revision in revisions[1:]] + [{}]
    return [
        {
            "revision": revision,
            "changed": [
                str(Widget._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
                for name in CHOSEN
                if before and before.get(name) != revision.settings.get(name)
            ],
        }
        for revision, before in zip(revisions, older, strict=False)
    ]
