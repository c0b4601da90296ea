"""Django's HTTP side under ASGI, with one worker thread for the whole of a request."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http import HttpResponseBase
from django.urls import set_script_prefix

from chatproxy.places import Places
from chatproxy.turns import Turns

from . import metrics
from .policy import make_safe
from .probes import probe_of

PROBES_AT_ONCE = 4


class PooledHandler(ASGIHandler):
    """Runs each request from its first middleware to its view in a thread of our pool.

    Our views wait for LiveChat, so they are synchronous. Django's own handler takes them to a
    new thread and back to the event loop for every middleware: six times the processor time
    (bench/README.md). A thread that stays keeps its database connection, too.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.workers = ThreadPoolExecutor(settings.WORKER_THREADS, thread_name_prefix="request")
        self.places = Places(settings.WORKER_THREADS)
        self.turns = Turns()
        # They must answer when every worker waits for LiveChat: then, most of all.
        self.probes = ThreadPoolExecutor(PROBES_AT_ONCE, thread_name_prefix="probe")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            request, response = self.create_request(scope, body)
            if request is not None:
                response = await self.respond_in_thread(scope, request)
            else:
                assert response is not None, "either a request or the reason why it is not one"
                make_safe(response)
            try:
                await self.send_response(response, send)
            finally:
                response.close()

    async def respond_in_thread(
        self, scope: dict[str, Any], request: ASGIRequest
    ) -> HttpResponseBase:
        run = asyncio.get_running_loop().run_in_executor
        context = copy_context()
        if probe_of(request.path):
            return await run(self.probes, context.run, self.respond, scope, request)
        with metrics.requests_running.track_inprogress():
            return await run(self.workers, context.run, self.respond_in_turn, scope, request)

    def respond_in_turn(self, scope: dict[str, Any], request: ASGIRequest) -> HttpResponseBase:
        """The answer, worked out in this thread when it is its turn."""
        with self.turns.of_request():
            return self.respond(scope, request)

    def respond(self, scope: dict[str, Any], request: ASGIRequest) -> HttpResponseBase:
        """The answer, worked out in this thread."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        with self.places.of_request():
            response = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # for its signal
        return response
