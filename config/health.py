"""Whether this process is alive, and whether it can serve."""

import logging

import requests
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

# Seconds to wait for LiveChat, and for which its answer holds: asking us must not burden it.
TIMEOUT = 3
ANSWER_HOLDS = 5


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Alive: this process answers. Restart it when it does not."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Able to serve: 200 with the database and LiveChat in reach, else 503 that says which."""
    database = database_answers()
    livechat = cache.get_or_set("livechat-answers", livechat_answers, ANSWER_HOLDS)
    body = {
        "database": "ok" if database else "unreachable",
        "livechat": "ok" if livechat else "unreachable",
    }
    return JsonResponse(body, status=200 if database and livechat else 503)


def database_answers() -> bool:
    """Whether the database takes a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return False
    return True


def livechat_answers() -> bool:
    """Whether both of LiveChat's hosts answer at all; what they answer does not matter here."""
    for url in (settings.LIVECHAT_ACCOUNTS_URL, settings.LIVECHAT_API_URL):
        try:
            requests.head(url, timeout=TIMEOUT)
        except requests.RequestException as error:
            logger.warning("LiveChat does not answer: %s", error)
            return False
    return True
