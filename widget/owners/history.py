"""What a widget was like, and how it becomes that again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, gettext_lazy

from widget.models import Revision, Widget
from widget.owners.access import EDITORS, changes_widget
from widget.owners.addresses import to_admin
from widget.owners.changes import discard_draft, publish
from widget.owners.meanwhile import is_as_it_was, log_dropped_draft, what_happened
from widget.owners.settings import FIELDS, apply_settings, unknown_names

LOOK_AGAIN = gettext_lazy(
    "So nothing was done yet. Look at how it is now; if you still want to, do it again."
)


def history_of(widget: Widget) -> list[dict[str, Any]]:
    """Its revisions, newest first, each with the names of the settings that it changed."""
    revisions = list(widget.revisions.select_related("made_by").order_by("-pk"))
    older: list[Revision | None] = [*revisions[1:], None]
    return [
        {"revision": revision, "changed": names_changed(before, revision)}
        for revision, before in zip(revisions, older, strict=False)
    ]


def names_changed(before: Revision | None, after: Revision) -> list[str]:
    """What owners call the settings in which these two differ."""
    if before is None:
        return []
    return [
        str(field.verbose_name)
        for name, field in FIELDS.items()
        if before.settings.get(name) != after.settings.get(name)
    ]


@changes_widget(EDITORS)
def restore(request: HttpRequest, widget: Widget, revision_pk: int) -> HttpResponse:
    """Make a widget what it was after an earlier change. POST.

    A draft stays: it may be a colleague's.
    """
    revision = get_object_or_404(widget.revisions, pk=revision_pk)
    if not is_as_it_was(request, widget):
        messages.warning(request, f"{what_happened(request, widget)} {LOOK_AGAIN}")
        return to_admin(request, "widget_widget_history", widget.pk)
    try:
        apply_settings(widget, revision.settings)
        publish(widget, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except PermissionDenied:
        messages.error(
            request,
            gettext(
                "This version belonged to an organization that you do not own, so you "
                "cannot restore it. Ask one of its owners."
            ),
        )
    else:
        restored = gettext("“%(widget)s” has been restored.") % {"widget": widget}
        messages.success(request, restored)
        report_left_out(request, unknown_names(revision.settings))
        if widget.draft:
            kept = gettext(
                "There is a draft, and the form still shows it. Drop it to see this version."
            )
            messages.info(request, kept)
    return to_admin(request, "widget_widget_change", widget.pk)


@changes_widget(EDITORS)
def discard(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Drop the draft. POST."""
    if not is_as_it_was(request, widget):
        messages.warning(request, f"{what_happened(request, widget)} {LOOK_AGAIN}")
        return to_admin(request, "widget_widget_change", widget.pk)
    discard_draft(widget)
    log_dropped_draft(request, widget)
    messages.success(request, gettext("The draft was dropped."))
    return to_admin(request, "widget_widget_change", widget.pk)


def report_left_out(request: HttpRequest, names: list[str]) -> None:
    """Say which settings of another version a widget could not be given."""
    if names:
        left_out = gettext("Left out, because this version has no such setting: %(names)s.")
        messages.warning(request, left_out % {"names": ", ".join(names)})
