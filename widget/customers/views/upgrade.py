"""The address of a websocket, asked for as if it were a page: no websocket can open there."""

from __future__ import annotations

import logging
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

UPGRADE_REQUIRED = 426


@login_not_required
@non_atomic_requests
@require_safe
def upgrade_required(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """Customers chat on without it; whoever runs the server should know.

    Source: RFC 9110, "426 Upgrade Required".
    """
    say_once("upgrade" in request.headers)
    return HttpResponse(status=UPGRADE_REQUIRED, headers={"Upgrade": "websocket"})


@cache
def say_once(is_wish_heard: bool) -> None:
    """Once in each process for each of the causes."""
    if is_wish_heard:
        logger.error(
            "this server opens no websockets for the chat: let an ASGI server serve what "
            "with_chat() returned. For runserver, see “Five lines” in docs/django.md"
        )
    else:
        logger.error(
            "a websocket of the chat arrives as a plain request: the proxy before the server "
            "must pass Upgrade and Connection, see deploy/nginx.conf"
        )
