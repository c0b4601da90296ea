"""What a customer agreed to before anything was stored or sent, where the owner asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from chatproxy.models import CONSENT_VERSION_LENGTH, Customer
from widget.models import Widget

# Tells a browser that it has to ask first, and by which version of the text.
CONSENT_HEADER = "X-Chat-Consent"
CONSENT_FIELD = "chat_consent"  # what agents see among the session's
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # before it, no clock is right


class Consent(NamedTuple):
    """The version of the text that somebody agreed to, "" for none, and when."""

    version: str
    at: dt.datetime


class ConsentForm(forms.Form):
    """`consented_at` by the customer's clock, in ISO 8601."""

    consent = forms.CharField(max_length=CONSENT_VERSION_LENGTH)
    consented_at = forms.DateTimeField(required=False)


def consent_in(said: Mapping[str, str]) -> Consent:
    """What a browser says of it. Nobody has agreed in the future, or long ago: clocks are wrong."""
    form, now = ConsentForm(said), timezone.now()
    form.full_clean()
    at = form.cleaned_data.get("consented_at")
    likely = at if at and EARLIEST < at < now else now
    return Consent(form.cleaned_data.get("consent", ""), likely)


def ask_first(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Refuse what would be stored or sent without consent."""
    context = {"advice": _("We have to ask you something first. Please reload this page.")}
    response = render(request, "widget/customers/refusal.html", context, status=403)
    response.headers[CONSENT_HEADER] = widget.consent_version
    return response


def session_fields_of(customer: Customer) -> list[dict[str, str]]:
    """What agents are told of it, as LiveChat takes session fields."""
    if not customer.consented_at:
        return []
    when = customer.consented_at.astimezone(dt.UTC)
    return [{CONSENT_FIELD: f"{customer.consent_version}, {when:%Y-%m-%d %H:%M} UTC"}]
