"""How a widget changes: checked, recorded and stored in one transaction each."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from chatproxy.models import Customer
from chatproxy.transactions import writing
from widget.models import Revision, Widget, new_key, new_secret
from widget.owners import webhooks
from widget.owners.access import User, may_save, stored_organization_id
from widget.owners.settings import settings_of


@writing()
def publish(widget: Widget, user: User) -> None:
    """Store the widget as it is now, for everybody to see, and remember who did it.

    Raises PermissionDenied if the user may not change it, or not give it to its organization.
    """
    check(widget, user)
    if widget.pk:
        record_what_is_stored(widget)
        stop_calls_for_another(widget)
        if stored_organization_id(widget) != widget.organization_id:
            start_anew(widget)
    widget.save()
    record(widget, user)


@writing()
def save_draft(widget: Widget, user: User) -> None:
    """Keep what was chosen as a draft; what is published stays as it is.

    Raises what `publish` raises.
    """
    check(widget, user)
    Widget.objects.filter(pk=widget.pk).update(draft=settings_of(widget))


def discard_draft(widget: Widget) -> None:
    """What is published is again all there is."""
    Widget.objects.filter(pk=widget.pk).update(draft=None)


def copy_of(widget: Widget) -> Widget:
    """An unsaved twin, switched off until its owner has looked at it."""
    name = _("Copy of %(name)s") % {"name": widget.name}
    settings = settings_of(widget) | {"name": name[:100], "enabled": False}
    return Widget(key=new_key(), **settings)


@writing()
def delete(widget: Widget) -> None:
    """Delete the widget, and have LiveChat call nobody in its name."""
    webhooks.switch_off(widget)
    widget.delete()


def check(widget: Widget, user: User) -> None:
    """Raises PermissionDenied."""
    if not may_save(user, widget):
        raise PermissionDenied


def start_anew(widget: Widget) -> None:
    """Take along nothing that belongs to the organization the widget leaves."""
    widget.identity_secret = new_secret()
    widget.agent_token = ""
    widget.draft = None
    Customer.objects.filter(widget_key=widget.key).erase()


def stop_calls_for_another(widget: Widget) -> None:
    """LiveChat's calls belong to the app that the widget had: only that app can end them."""
    stored = Widget.objects.filter(pk=widget.pk).first()
    if stored and app_of(stored) != app_of(widget):
        webhooks.switch_off(stored)


def app_of(widget: Widget) -> tuple[str, str]:
    return widget.organization_id, widget.client_id


def record_what_is_stored(widget: Widget) -> None:
    """Remember the widget before its first change here: it may have been made elsewhere."""
    if not widget.revisions.exists():
        stored = Widget.objects.get(pk=widget.pk)
        Revision.objects.create(widget=widget, made_by=None, settings=settings_of(stored))


def record(widget: Widget, user: User) -> None:
    """Remember what the widget is like now, and who made it so, if anything changed."""
    settings = settings_of(widget)
    latest = widget.revisions.order_by("-pk").first()
    if latest is None or latest.settings != settings:
        Revision.objects.create(widget=widget, made_by_id=user.pk, settings=settings)
