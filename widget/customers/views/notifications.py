"""“Tell me when you answer”: who asks for it, in which browser, and how that is ended."""

from __future__ import annotations

import base64
import binascii
import logging
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django import forms
from django.core import signing
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatproxy.encryption import UnreadableSecret
from chatproxy.models import BearerToken
from widget.assets import as_javascript, pack, short_source
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.customers.views.stylesheet import style_version
from widget.models import Browser, Subscription, Widget
from widget.models.subscriptions import mark_of
from widget.notifications import keys
from widget.notifications.addresses import LONGEST, may_post_to

logger = logging.getLogger(__name__)

TICKET_HOLDS = 3600  # seconds in which the window for the permission is of use
SALT = "widget.notifications"
LONGEST_PAGE = 1000  # characters: it travels in every notification
SECRET_BYTES = 16
WORKER_HOLDS = 300  # seconds


class SubscriptionForm(forms.Form):
    """A browser's `PushSubscription`, and the page of the website to come back to.

    Source: W3C Push API, "PushSubscription"; RFC 8291 for the keys.
    """

    endpoint = forms.CharField(max_length=LONGEST)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)
    page = forms.CharField(max_length=LONGEST_PAGE, required=False)

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        if not may_post_to(endpoint):
            raise forms.ValidationError("This is no push service.")
        return endpoint

    def clean_p256dh(self) -> str:
        key: str = self.cleaned_data["p256dh"]
        try:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), binary_of(key))
        except ValueError as error:
            raise forms.ValidationError("This is no key.") from error
        return key

    def clean_auth(self) -> str:
        secret: str = self.cleaned_data["auth"]
        if len(binary_of(secret)) != SECRET_BYTES:
            raise forms.ValidationError("This is no secret.")
        return secret

    def browser(self) -> Browser:
        names = ("endpoint", "p256dh", "auth")
        return Browser(*(self.cleaned_data[name] for name in names))


def binary_of(text: str) -> bytes:
    """Of base64url. Raises a ValidationError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise forms.ValidationError("This is no base64url.") from error


@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
@widget_view
@customer_required
def notifications(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """GET: what is offered. POST: tell this browser. DELETE: do not. All answer with the offer."""
    refuse_without_keys()
    if request.method == "DELETE":
        Subscription.objects.filter(bearer_token=request.bearer).delete()
    if request.method == "POST" and not subscribe(request, widget, request.bearer):
        return HttpResponse(status=400)
    context = {
        "is_on": Subscription.objects.filter(bearer_token=request.bearer).exists(),
        "key": keys.public_key(),
        "address": permission_address(request, widget),
    }
    return render(request, "widget/customers/notifications.html", context)


def refuse_without_keys() -> None:
    if not keys.is_possible():
        raise Http404


def permission_address(request: CustomerRequest, widget: Widget) -> str:
    """Of the window that asks for the permission; what it may do is where no log sees it."""
    holder = [request.bearer.token_hash, widget.group_id]
    url = reverse("widget:permission", args=[widget.key])
    language = translation.get_language() or "en"
    page = page_for(request.GET.get("page", ""), request, widget)
    return f"{url}?lang={language}#{signing.dumps([*holder, page], salt=SALT, compress=True)}"


def subscribe(request: HttpRequest, widget: Widget, bearer: BearerToken, page: str = "") -> bool:
    """Keep the subscription that the form has; whether it is one."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return False
    Subscription.objects.subscribe(
        bearer,
        form.browser(),
        page=page or page_for(form.cleaned_data["page"], request, widget),
        language=translation.get_language() or "en",
        group_id=widget.group_id,
    )
    return True


def page_for(address: str, request: HttpRequest, widget: Widget) -> str:
    """The page that a click opens: one of the widget's websites, else ours."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    is_known = parts.scheme in ("http", "https") and len(address) <= LONGEST_PAGE
    if is_known and widget.allows(f"{parts.scheme}://{parts.netloc}"):
        return address
    return request.build_absolute_uri(widget.panel_path)


@require_http_methods(["GET", "HEAD", "POST"])
@widget_view
def permission(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The window of our own origin that asks for the permission; POST: it was given.

    `ticket` is what the panel's offer gave it.
    """
    refuse_without_keys()
    if request.method == "POST":
        return keep_permission(request, widget)
    context = {
        "key": keys.public_key(),
        "widget": widget,
        "style_version": style_version(widget),
        "language": translation.get_language() or "en",
        "title": widget.text("header_title", translation.get_language() or "en"),
    }
    response = render(request, "widget/customers/permission.html", context)
    response.headers["Cross-Origin-Opener-Policy"] = (
        "unsafe-none"  # the panel hears what came of it
    )
    return response


def keep_permission(request: HttpRequest, widget: Widget) -> HttpResponse:
    """204: kept. 403: the ticket is nobody's any more."""
    try:
        token_hash, group_id, page = signing.loads(
            request.POST.get("ticket", ""), salt=SALT, max_age=TICKET_HOLDS
        )
    except (signing.BadSignature, ValueError):
        return HttpResponse(status=403)
    bearer = BearerToken.objects.find_hash(widget.key, token_hash)
    if bearer is None or not widget.may_act_for(bearer):
        return HttpResponse(status=403)
    widget.group_id = group_id
    try:
        return HttpResponse(status=204 if subscribe(request, widget, bearer, page) else 400)
    except (BearerToken.DoesNotExist, IntegrityError):  # erased meanwhile
        return HttpResponse(status=403)


@require_POST
@widget_view
def renew(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The browser has another subscription, by itself: its service worker says so.

    That knows no token. `before` and `secret` are what it had, which only the browser and we know.
    204: kept. 403: nobody had that.
    """
    refuse_without_keys()
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    mark = mark_of(request.POST.get("before", ""), request.POST.get("secret", ""))
    try:
        before = Subscription.objects.find(widget, mark)
        if before is None or not widget.may_act_for(before.bearer_token):
            return HttpResponse(status=403)
        Subscription.objects.renew(before, form.browser())
    except UnreadableSecret:
        logger.warning("no key of ours opens a subscription of %s", widget.key)
        return HttpResponse(status=403)
    except (BearerToken.DoesNotExist, IntegrityError):  # erased meanwhile
        return HttpResponse(status=403)
    return HttpResponse(status=204)


@require_safe
@widget_view
def worker(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The service worker that shows notifications; a website's own worker may import it."""
    renewed = request.build_absolute_uri(reverse("widget:renewed", args=[widget.key]))
    script = short_source("worker.js")
    for name, value in (
        ("WIDGET_KEY", widget.key),
        ("RENEWED_ADDRESS", renewed),
        ("PUBLIC_KEY", keys.public_key() if keys.is_possible() else ""),
    ):
        script = script.replace(name, as_javascript(value))
    response = HttpResponse(
        script,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={WORKER_HOLDS}"},
    )
    return pack(request, response)
