"""Widgets as files, and copies of widgets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from widget.models import Widget
from widget.owners.access import EDITORS, changes_widget, may, shows_widget
from widget.owners.addresses import to_admin
from widget.owners.changes import copy_of, publish
from widget.owners.history import report_left_out
from widget.owners.settings import (
    FIELDS,
    FILE_SIZE,
    Settings,
    apply_settings,
    settings_in,
    settings_of,
    text_of,
    unknown_names,
)


class ImportForm(forms.Form):
    """A file that was exported, as settings."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A file made with “Export”: its name ends in .json."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> Settings:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return settings_in(file.read(FILE_SIZE + 1) if (file.size or 0) <= FILE_SIZE else b"")


@shows_widget
def export_widget(request: HttpRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """The widget's settings as a file; it holds no secrets."""
    response = HttpResponse(text_of(settings_of(widget)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{widget.key}.json"'
    return response


def import_widget(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Make a widget from a file that was exported. It is switched off."""
    if not may(request.user, EDITORS):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (widget := make_widget(request, form)):
        return to_admin(request, "widget_widget_change", widget.pk)
    context = site.each_context(request) | {
        "form": form,
        "title": gettext("Import a widget"),
        "opts": Widget._meta,
    }
    return render(request, "widget/owners/import.html", context)


def make_widget(request: HttpRequest, form: ImportForm) -> Widget | None:
    """The widget that the file describes; None if it cannot be, which the form then explains."""
    settings = form.cleaned_data["file"]
    widget = Widget()
    try:
        apply_settings(widget, settings)
        widget.enabled = False
        publish(widget, request.user)
    except ValidationError as error:
        form.add_error("file", sentences(error))
        return None
    except PermissionDenied:
        form.add_error(
            "file",
            gettext(
                "The widget in this file belongs to an organization in which you may not "
                "change widgets. Ask one of its owners to invite you."
            ),
        )
        return None
    imported = gettext(
        "“%(widget)s” was imported. It is switched off: check it, then switch it on."
    ) % {"widget": widget}
    messages.success(request, imported)
    report_left_out(request, unknown_names(settings))
    return widget


def sentences(error: ValidationError) -> list[str]:
    """What is wrong, each with the setting it is about."""
    if not hasattr(error, "error_dict"):
        return error.messages
    return [
        f"{capfirst(FIELDS[name].verbose_name)}: {message}" if name in FIELDS else message
        for name, found in error.message_dict.items()
        for message in found
    ]


@changes_widget(EDITORS)
def duplicate(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Make a twin to change. POST."""
    twin = copy_of(widget)
    publish(twin, request.user)
    messages.success(
        request, gettext("This is the copy. It is switched off: check it, then switch it on.")
    )
    return to_admin(request, "widget_widget_change", twin.pk)
