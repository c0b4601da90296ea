"""The customer's first act and last wish: becoming known, and being forgotten."""

from __future__ import annotations

import json
import logging
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_http_methods, require_POST

from chatproxy.acting import ActingCustomer
from chatproxy.livechat.errors import LiveChatError, TokenRejected
from chatproxy.models import BearerToken, Customer
from widget.customers.consents import Consent, ask_first, consent_in, session_fields_of
from widget.customers.failures import on_failure, words
from widget.customers.identities import IdentityRefused, Person, verify
from widget.customers.security import (
    TOKEN_HEADER,
    CustomerRequest,
    bearer_of,
    customer_required,
    customer_who_leaves,
    tell_it_is_gone,
    website_of,
    widget_view,
)
from widget.models import Widget
from widget.rendering.encoding import storable
from widget.running import running

logger = logging.getLogger(__name__)

IDENTITY_HEADER = "X-Chat-Identity"
MOST_VARIABLES = 100
LONGEST_NAME, LONGEST_VALUE = 500, 3500  # characters of a session variable


class SessionField(forms.JSONField):
    """JSON that is too deep, or has a number of thousands of digits, is no JSON either."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise forms.ValidationError(self.error_messages["invalid"]) from error


class DetailsForm(forms.Form):
    """What the website knows of its visitor. `session` is an object of texts."""

    name = forms.CharField(max_length=255, required=False)
    email = forms.EmailField(required=False)
    session = SessionField(required=False)

    def clean_session(self) -> list[dict[str, str]]:
        """As LiveChat takes session fields: one object for each."""
        session = self.cleaned_data["session"] or {}
        if not isinstance(session, dict) or len(session) > MOST_VARIABLES:
            raise forms.ValidationError("Not an object of at most 100 texts.")
        return [
            {storable(str(name))[:LONGEST_NAME]: storable(str(value))[:LONGEST_VALUE]}
            for name, value in session.items()
        ]

    def details(self) -> dict[str, Any]:
        """What there is to tell, by LiveChat's names."""
        names = {"name": "name", "email": "email", "session": "session_fields"}
        return {
            theirs: self.cleaned_data[ours]
            for ours, theirs in names.items()
            if self.cleaned_data.get(ours)
        }


@require_http_methods(["POST", "DELETE"])
@widget_view
@on_failure(words)
def customer(request: HttpRequest, widget: Widget) -> HttpResponse:
    """POST: who acts for the first time becomes a customer. DELETE: forget me."""
    return forget(request, widget) if request.method == "DELETE" else welcome(request, widget)


def welcome(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Answer with the bearer token; the one that was brought stays, if it is this person's.

    `identity` is who the website says is signed in. 403 if it cannot be believed; the header
    IDENTITY_HEADER then says why. `consent` and `consented_at` are what the customer agreed to; 403
    with CONSENT_HEADER if the owner asks and it is another version, or none.
    """
    if not widget.may_stand_on(website_of(request)):
        return tell_it_is_gone(request, 403)
    consent = consent_in(request.POST)
    if not widget.may_store_and_send(consent.version):
        return ask_first(request, widget)
    try:
        statement = request.POST.get("identity", "")
        person = verify(statement, widget.identity_secret) if statement else None
    except IdentityRefused as refused:
        return refuse_identity(request, widget, refused)
    token = bearer_of(request)
    bearer = BearerToken.objects.find(widget.key, token) if token else None
    customer = bearer.customer if bearer and bearer.may_be_kept_by(website_of(request)) else None
    if customer and person and customer.subject != person.subject:
        customer.leave(token)
    elif customer:
        keep_consent(customer, widget, consent)
        return HttpResponse(status=200, headers={TOKEN_HEADER: token})
    try:
        customer, token = signed_in(request, widget, person) if person else new(request, widget)
    except IdentityRefused as refused:
        return refuse_identity(request, widget, refused)
    keep_consent(customer, widget, consent)
    return HttpResponse(status=201, headers={TOKEN_HEADER: token})


def refuse_identity(request: HttpRequest, widget: Widget, refused: IdentityRefused) -> HttpResponse:
    """Tell the customer what to do, and the website's developer what is wrong."""
    logger.warning("widget %s: a website's identity token is refused: %s", widget.key, refused)
    response = words(request, TokenRejected())
    response.status_code = refused.status
    response.headers[IDENTITY_HEADER] = str(refused)
    return response


def new(request: HttpRequest, widget: Widget) -> tuple[Customer, str]:
    """For a browser of somebody nobody knows."""
    with running().welcoming(widget):
        return Customer.objects.welcome(widget.key, widget.organization, website_of(request))


def signed_in(request: HttpRequest, widget: Widget, person: Person) -> tuple[Customer, str]:
    """For one more browser of a person the website knows.

    Raises IdentityRefused if what proves it was made worthless while LiveChat was asked.
    """
    with running().welcoming(widget):
        customer, token = Customer.objects.welcome_signed_in(
            widget.key, widget.organization, person.subject, website_of(request)
        )
    if not widget.has_its_secret():
        customer.leave(token)
        raise IdentityRefused("the secret was renewed meanwhile")
    known = {"name": person.name, "email": person.email, "session": json.dumps(person.session)}
    form = DetailsForm(known)
    form.full_clean()  # an account may have an address that is none: its name is told all the same
    tell(running().acting(customer, widget), form.details())
    return customer, token


def keep_consent(customer: Customer, widget: Widget, consent: Consent) -> None:
    """Store what they agreed to and tell the agents, where it is asked and is news."""
    if widget.ask_consent and customer.agree(*consent):
        tell(running().acting(customer, widget), {"session_fields": []})


@customer_who_leaves
def forget(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Erase the identity and revoke its token."""
    request.customer.forget()
    return HttpResponse(status=204, headers={TOKEN_HEADER: ""})


@require_POST
@widget_view
@customer_who_leaves
def logout(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """End this browser's bearer token; other devices stay on which a person has signed in."""
    request.customer.leave(request.token)
    return HttpResponse(status=204, headers={TOKEN_HEADER: ""})


@require_POST
@widget_view
@customer_required
def details(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Tell LiveChat what the website knows of the customer. Nobody waits for this answer.

    400 names the fields that are wrong; the others are told all the same.
    """
    form = DetailsForm(request.POST)
    form.full_clean()
    tell(request.api, form.details())
    if form.errors:
        return HttpResponseBadRequest(", ".join(form.errors))
    return HttpResponse(status=204)


def tell(api: ActingCustomer, details: dict[str, Any]) -> None:
    """Pass details on to LiveChat. If it does not take them, the chat goes on without.

    Session fields take the place of those before: what was agreed to is among them.
    """
    if "session_fields" in details:
        consent = session_fields_of(api.customer)
        details["session_fields"] = details["session_fields"][: MOST_VARIABLES - 1] + consent
    if details:
        try:
            api.update_customer(**details)
        except LiveChatError as error:
            logger.warning("a customer's details were not told: %s", error)
