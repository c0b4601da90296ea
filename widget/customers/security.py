"""Who may come in, and what every answer to a customer carries.

Customers have no cookies: a browser proves who it is with our bearer token, so nothing here reads
a session and nothing can be forged from another website.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from chatproxy import conf
from chatproxy.acting import ActingCustomer, ShownGreeting
from chatproxy.livechat.errors import NoPlace, TooManyRequests
from chatproxy.models import WEBSITE_LENGTH, BearerToken, Customer
from widget.charsets import require_utf8
from widget.customers.consents import ask_first
from widget.languages import language_of, nearest_language
from widget.limits import wait_before_request
from widget.models import Widget
from widget.options.origins import is_own
from widget.running import running

TOKEN_HEADER = "X-Chat-Token"  # noqa: S105 - a name, not a token
# What the views below and their decorators read of a request, for caches between us and browsers.
ANSWERS_DEPEND_ON = (
    "Accept-Language",
    "Authorization",
    "X-Chat-Group",
    "X-Chat-Language",
    "X-Chat-Zone",
)
LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]  # Django's own, while developing
SOCKET_HEADER = "X-Chat-Socket"  # "coming" from a panel that is about to open one
LONGEST_ADDRESS = 2000  # characters of a page's address, where it is a header
FIRST_LOGIN = 2.0  # seconds
GREETING_HEADER = "X-Chat-Greeting"
LONGEST_UNIQUE_ID = 128  # characters
LONGEST_NUMBER = 9  # digits
WEBSITE_HEADER = "X-Chat-Website"
GONE_HEADER = "X-Chat-Gone"
PERMISSIONS = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
WITH_MICROPHONE = PERMISSIONS.replace("microphone=()", "microphone=(self)")


class CustomerRequest(HttpRequest):
    """A request of somebody whose bearer token we know."""

    customer: Customer
    bearer: BearerToken
    token: str
    api: ActingCustomer


View = Callable[..., HttpResponse]


def widget_view(view: View) -> View:
    """Give the view its widget, and the answer the headers of a page inside a frame."""

    @login_not_required  # customers are no users of the project
    @non_atomic_requests  # views wait for LiveChat, and others must see at once what they store
    @csrf_exempt  # no ambient credential is read: there is nothing to forge
    @xframe_options_exempt  # frame-ancestors says it better
    @wraps(view)
    def inner(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        require_utf8(request)
        try:
            widget = Widget.objects.find_or_404(key)
        except Http404:
            if bearer_of(request):
                return tell_it_is_gone(request, 404)
            raise
        if not may_act(request, widget):
            return tell_it_is_gone(request, 403)
        widget.visit_group(request.headers.get("X-Chat-Group", ""))
        widget.visit_page(request.headers.get("X-Chat-Page", "")[:LONGEST_ADDRESS])
        with translation.override(language_of(request, widget)):
            if seconds := wait_before_request(request, key, bearer_of(request)):
                return secure(too_often(request, seconds), widget.frame_ancestors)
            response = secure(view(request, widget, *args, **kwargs), widget.frame_ancestors)
        if widget.records:
            response.headers["Permissions-Policy"] = WITH_MICROPHONE
        return response

    return inner


def plain_view(view: View) -> View:
    """As `widget_view` for the page without JavaScript, which is no frame's and has a session."""

    @login_not_required
    @non_atomic_requests
    @xframe_options_exempt
    @wraps(view)
    def inner(request: HttpRequest, key: str) -> HttpResponse:
        require_utf8(request)
        if not hasattr(request, "session"):
            raise Http404("without sessions nobody can chat without JavaScript")
        widget = Widget.objects.find_or_404(key)
        with translation.override(language_of(request, widget)):
            who = str(request.session.get(session_key(key), ""))
            if seconds := wait_before_request(request, key, who):
                return secure(too_often(request, seconds), "'self'")
            response = secure(view(request, widget), "'self'")
        response.headers["Referrer-Policy"] = "same-origin"  # else its own forms have no origin
        return response

    return inner


def session_key(widget_key: str) -> str:
    """Where a session keeps which customer a browser without JavaScript is."""
    return f"chat:{widget_key}"


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    """Source: RFC 6585, "429 Too Many Requests"."""
    advice = TooManyRequests.advice
    response = render(request, "widget/customers/refusal.html", {"advice": advice}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def customer_required(view: View) -> View:
    """As `customer_who_leaves`, but only who has agreed, where the owner asks for that."""

    @customer_who_leaves
    @wraps(view)
    def inner(request: CustomerRequest, widget: Widget, *args: Any, **kwargs: Any) -> HttpResponse:
        if not widget.may_store_and_send(request.customer.consent_version):
            return ask_first(request, widget)
        if request.method != "GET":
            wake(request)
        return view(request, widget, *args, **kwargs)

    return inner


def customer_who_leaves(view: View) -> View:
    """Let in only who brings a bearer token we know; 401 tells the browser to forget any other."""

    @wraps(view)
    def inner(request: HttpRequest, widget: Widget, *args: Any, **kwargs: Any) -> HttpResponse:
        token, told = bearer_of(request), website_of(request)
        bearer = BearerToken.objects.find(widget.key, token) if token else None
        if bearer is None or not bearer.may_be_kept_by(told):
            return HttpResponse(status=401, headers={TOKEN_HEADER: ""})
        website = bearer.website or told
        if not widget.may_stand_on(website):
            return tell_it_is_gone(request, 403)
        bearer.learn_website(website)
        customer = bearer.customer
        request = cast(CustomerRequest, request)
        request.customer, request.bearer, request.token = customer, bearer, token
        request.api = running().acting(customer, widget)
        request.api.greeting = greeting_of(request)
        try:
            return view(request, widget, *args, **kwargs)
        except (IntegrityError, ObjectDoesNotExist):
            if BearerToken.objects.find(widget.key, token):
                raise
            return HttpResponse(status=401, headers={TOKEN_HEADER: ""})  # erased meanwhile

    return inner


def wake(request: CustomerRequest) -> None:
    """The customer acts: let their connection be there. Before their first chat, wait for it.

    Who is logged in when the chat begins hears of it; else LiveChat has to be asked once more.
    """
    relay, customer = running().relay, request.customer
    relay.wake(customer.pk)
    if request.headers.get(SOCKET_HEADER) == "coming" and not customer.chat_id:
        with suppress(NoPlace):  # the view says so
            request.api.take_place()
            relay.wait_for_login(customer.pk, FIRST_LOGIN)


def bearer_of(request: HttpRequest) -> str:
    """The token of `Authorization: Bearer …`, or "". Source: RFC 6750."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def greeting_of(request: HttpRequest) -> ShownGreeting | None:
    """The greeting that the panel shows, if it does: what is said now answers it."""
    number, _, unique_id = request.headers.get(GREETING_HEADER, "").partition(" ")
    is_number = number.isdecimal() and len(number) <= LONGEST_NUMBER
    if not is_number or not 0 < len(unique_id) <= LONGEST_UNIQUE_ID:
        return None
    return ShownGreeting(int(number), unique_id)


def may_act(request: HttpRequest, widget: Widget) -> bool:
    """Whether a request that changes something comes from our panel or an allowed website."""
    origin = request.headers.get("Origin", "")
    if request.method in ("GET", "HEAD") or not origin:
        return True
    return is_own(origin, request.get_host()) or widget.allows(origin)


def is_allowed_host(host: str) -> bool:
    """Whether a `Host` header names this server, as Django decides it for its own requests."""
    domain, _port = split_domain_port(host)
    allowed = settings.ALLOWED_HOSTS or (LOCAL_HOSTS if settings.DEBUG else [])
    return bool(domain) and validate_host(domain, allowed)


def tell_it_is_gone(request: HttpRequest, status: int) -> HttpResponse:
    """The widget is switched off (404), or not for this website (403): a panel stops asking."""
    with translation.override(nearest_language(request.headers.get("X-Chat-Language", "")) or "en"):
        context = {"advice": _("This chat is closed at the moment."), "is_final": True}
        response = render(request, "widget/customers/refusal.html", context, status=status)
    response.headers[GONE_HEADER] = ""
    return secure(response, "'none'")


def website_of(request: HttpRequest) -> str:
    """The origin of the page that shows the panel, as the panel knows it from its browser.

    "" if that is our own, and for one who does not say.
    """
    own = request.get_host()
    told = request.headers.get(WEBSITE_HEADER, "") or request.headers.get("Origin", "")
    return "" if is_own(told, own) else told[:WEBSITE_LENGTH]


def secure(response: HttpResponse, frame_ancestors: str) -> HttpResponse:
    """Add what a browser must know to show this inside these websites' pages, and no others.

    Source: Content Security Policy Level 3; HTML, "Cross-origin embedder policies".
    """
    response.headers["Content-Security-Policy"] = content_security_policy(frame_ancestors)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers["Cross-Origin-Embedder-Policy"] = "credentialless"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    patch_vary_headers(response, ANSWERS_DEPEND_ON)
    return response


def content_security_policy(frame_ancestors: str) -> str:
    """Scripts and styles of ours alone; pictures also from where LiveChat keeps faces and files.

    Frames may show what an owner's buttons open; static/widget/customers/extras/moment.js says how.
    """
    own, schemes = own_sources(), picture_schemes()
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {own}",
            f"style-src {own}",
            f"img-src 'self' data: blob: {schemes}",
            f"media-src 'self' {schemes}",
            "connect-src 'self'",
            f"frame-src 'self' {schemes}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        ]
    )


@cache  # a page of the panel and each of its actions say it
def own_sources() -> str:
    """This server, and where a project keeps its static files if that is elsewhere."""
    parts = urlsplit(static("widget/customers/panel.css"))
    return f"'self' {parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


def picture_schemes() -> str:
    """LiveChat keeps faces and files on hosts of its own choice; a sandbox has no https."""
    return " ".join(sorted({"https:", f"{urlsplit(conf.api_url()).scheme}:"}))
