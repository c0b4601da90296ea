"""Whether this process is alive, and whether what it needs is there."""

import functools
import logging
import threading
import time

import requests
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chatproxy.encryption import UnreadableSecret
from chatproxy.models import Customer
from widget.models import Widget

logger = logging.getLogger(__name__)

# Seconds to wait for LiveChat, and for which its answer holds: asking us must not burden it.
TIMEOUT = 3
ANSWER_HOLDS = 5
# Load balancers ask with any of these.
METHODS = ["GET", "HEAD", "OPTIONS"]


@require_http_methods(METHODS)
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Alive: this process answers. Restart it when it does not."""
    return HttpResponse("ok", content_type="text/plain")


@require_http_methods(METHODS)
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Able to serve: 200 with all that it needs in reach, else 503 that says what is not."""
    reached = {"database": database_answers(), "livechat": livechat().answers()}
    if settings.REDIS_URL:
        reached["redis"] = redis_answers()
    body = {name: "ok" if answers else "unreachable" for name, answers in reached.items()}
    if reached["database"]:
        body["encryption"] = "ok" if secrets_are_readable() else "unreadable"
    return JsonResponse(body, status=200 if set(body.values()) == {"ok"} else 503)


def database_answers() -> bool:
    """Whether the database takes a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return False
    return True


def secrets_are_readable() -> bool:
    """Whether ENCRYPTION_KEYS open what was stored last: with wrong keys nobody gets a token."""
    try:
        Customer.objects.order_by("-pk").first()
        Widget.objects.order_by("-pk").first()
    except UnreadableSecret as error:
        logger.error("What is stored encrypted cannot be read: %s", error)
        return False
    return True


def redis_answers() -> bool:
    """Whether the cache that all processes share remembers; without Redis it forgets at once."""
    cache.set("readyz", True, ANSWER_HOLDS)
    return cache.get("readyz") is True


class LiveChat:
    """Whether both of LiveChat's hosts answer at all; what they answer does not matter here."""

    def __init__(self) -> None:
        self.answered = False
        self.asked_at = float("-inf")
        self.asking = threading.Lock()

    def answers(self) -> bool:
        with self.asking:
            if time.monotonic() - self.asked_at > ANSWER_HOLDS:
                self.answered = self.ask()
                self.asked_at = time.monotonic()
            return self.answered

    def ask(self) -> bool:
        for url in (settings.LIVECHAT_ACCOUNTS_URL, settings.LIVECHAT_API_URL):
            try:
                requests.head(url, timeout=TIMEOUT)
            except requests.RequestException as error:
                logger.warning("LiveChat does not answer: %s", error)
                return False
        return True


@functools.cache
def livechat() -> LiveChat:
    """As this process saw it last."""
    return LiveChat()
