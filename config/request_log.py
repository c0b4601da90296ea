"""Numbers each request, times it, and logs how it ended."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import metrics
from .logging import current_request, request_id

logger = logging.getLogger(__name__)

# What a proxy in front of us may have given. Anything else could forge a line of the log.
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLog:
    """Middleware that comes before all others, so that their time counts as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        number = id_of(request)
        # Not reset: each request has a context of its own, and Django logs after us.
        request_id.set(number)
        current_request.set(request)
        response = self.get_response(request)
        response.headers["X-Request-Id"] = number
        record(request, response.status_code, time.perf_counter() - began)
        return response


def record(request: HttpRequest, status: int, took: float) -> None:
    """With the view and not the path: paths hold the ids of chats."""
    method = request.method if request.method in METHODS else "OTHER"
    view = request.resolver_match.view_name if request.resolver_match else "none"
    metrics.requests.labels(method, view, status).observe(took)
    logger.info("%s %s %s in %.0f ms", method, view, status, took * 1000)


def id_of(request: HttpRequest) -> str:
    """The id this request came with, or a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
