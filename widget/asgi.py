"""The chat in somebody's own project: its websockets beside their application, its end with theirs.

    application = with_chat(get_asgi_application(), path="chat/")

Nothing of ours is imported before Django is set up, so that this may stand at the top of `asgi.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import get_script_prefix
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from widget.apps import WidgetConfig
    from widget.running import Running

logger = logging.getLogger(__name__)

# How Django's handler and Channels' two routers begin to say that they serve no such thing.
NOT_SERVED = (
    "Django can only handle ASGI/HTTP connections",
    "No application configured for scope type",
    "No route found for path",
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


def with_chat(application: Application, path: str = "chat/") -> ChatApplication:
    """The project's ASGI application, and under `path` the chat's websockets.

    `path` is the one under which the project's URLs include `widget.urls`. Raises
    ImproperlyConfigured if they include it elsewhere. With DEBUG it serves static files as well.
    """
    path = path.strip("/") + "/" if path.strip("/") else ""
    refuse_other_path(path)
    if settings.DEBUG and apps.is_installed("django.contrib.staticfiles"):
        # As runserver does; it takes any ASGI application.
        application = ASGIStaticFilesHandler(application)  # type: ignore[arg-type]
    return ChatApplication(application, path)


def refuse_other_path(path: str) -> None:
    """Raise ImproperlyConfigured if the URLs have the chat elsewhere; a check says if nowhere."""
    found = path_in_urls()
    if found not in (None, path):
        raise ImproperlyConfigured(
            f"with_chat(path={path!r}) and path({found!r}, include('widget.urls')) differ: "
            "give both the same path."
        )


def path_in_urls() -> str | None:
    """Under which path the project's URLs have the chat, None if they don't."""
    try:
        found = reverse("widget:panel", args=["key"])
    except NoReverseMatch:
        return None
    prefix = get_script_prefix({}).rstrip("/")
    return found.removeprefix(f"{prefix}/").removesuffix("w/key/")


class ChatApplication:
    """An ASGI application around another one. One in each process.

    Source: ASGI 3.0, "HTTP & WebSocket" and "Lifespan Protocol".
    """

    def __init__(self, application: Application, path: str) -> None:
        self.application = application
        self.path = path
        self.routes = import_string("widget.routing.websocket_urlpatterns")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        self.running.begin()  # not before: a server forks its workers
        if scope["type"] == "websocket":
            await self.connect(scope, receive, send)
        else:
            await self.application(scope, receive, send)

    @property
    def running(self) -> Running:
        return cast("WidgetConfig", apps.get_app_config("widget")).running

    async def leave(self) -> None:
        """For a server that knows no lifespan: what is to be done before it ends."""
        await self.running.leave()

    async def connect(self, scope: Message, receive: Receive, send: Send) -> None:
        """To our consumer, to the project's own, or to nobody."""
        path = path_of(scope)
        if not path.startswith(self.path):
            await self.connect_elsewhere(scope, receive, send)
            return
        for route in self.routes:
            if match := route.pattern.match(path.removeprefix(self.path)):
                _rest, args, kwargs = match
                where = {"args": args, "kwargs": kwargs}
                await route.callback({**scope, "url_route": where}, receive, send)
                return
        await self.connect_elsewhere(scope, receive, send)

    async def connect_elsewhere(self, scope: Message, receive: Receive, send: Send) -> None:
        """Django, which knows no websockets, says so with a ValueError; Channels' routers, too."""
        answers: list[Message] = []

        async def say(message: Message) -> None:
            answers.append(message)
            await send(message)

        try:
            await self.application(scope, receive, say)
        except ValueError as error:
            if answers or not str(error).startswith(NOT_SERVED):
                raise  # a bug of the project's
            logger.info("no websocket is served there: %s", error)
            await send({"type": "websocket.close"})

    async def live(self, scope: Message, receive: Receive, send: Send) -> None:
        """Begin and end with the project's application, also with one that knows no lifespan."""
        heard: list[Message] = []

        async def hear() -> Message:
            heard.append(await receive())
            return heard[-1]

        async def say(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self.running.leave()
            await send(message)

        try:
            await self.application(scope, hear, say)
        except Exception:
            if heard:
                raise
            await live_alone(receive, say)


async def live_alone(receive: Receive, send: Send) -> None:
    """The lifespan of an application that has none."""
    ends = False
    while not ends:
        message = await receive()
        ends = message["type"] == "lifespan.shutdown"
        await send({"type": f"{message['type']}.complete"})


def path_of(scope: Message) -> str:
    """The path as URLs know it: without the prefix under which a proxy has the whole project.

    Some servers leave the prefix in the path, some take it out.
    """
    path, prefix = str(scope["path"]), get_script_prefix(scope).rstrip("/")
    if prefix and path.startswith(f"{prefix}/"):
        path = path.removeprefix(prefix)
    return path.lstrip("/")
