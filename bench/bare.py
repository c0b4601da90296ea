"""The floor: what Daphne, Channels and Django cost when they do nothing of ours.

A socket hands each frame of its own connection to LiveChat on, in a ready-made fragment; a view
posts a message to LiveChat with a pooled session of `requests`. `python -m bench.bare PORT URL`
"""

import asyncio
import re
import ssl
import sys
from typing import Any

import uvloop

asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

import django  # noqa: E402
import requests  # noqa: E402
import websockets  # noqa: E402
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from daphne.server import Server  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from requests.adapters import HTTPAdapter  # noqa: E402

PORT, LIVECHAT = (int(sys.argv[1]), sys.argv[2]) if __name__ == "__main__" else (0, "")
POOL = 512  # connections, more than the benchmark's senders
TLS = ssl.create_default_context() if LIVECHAT.startswith("https:") else None  # one, as ours
MARK = re.compile(r"~\d+~")
LOGIN = '{"request_id": "1", "action": "login", "payload": {"token": "Bearer bare"}}'
# What stands around the words of a message in the panel, about as long as ours is.
FRAGMENT = (
    '<ol id="events" hx-swap-oob="beforeend"><li id="event-SK7Q2M4XBA_26" class="event message '
    'agent" data-author="a" data-at="2026-03-18T09:21:39Z"><img class="avatar" src="" alt="">'
    '<div class="bubble"><p class="author">Piotr</p><div class="text"><p>An answer of the usual '
    'length, sent %s</p></div><time datetime="2026-03-18T09:21:39Z">9:21 AM</time></div></li></ol>'
    '<template id="last" hx-swap-oob="true" data-event="SK7Q2M4XBA_26"></template>'
)


class Relay(AsyncWebsocketConsumer):
    """One customer: the browser's socket and the connection to LiveChat behind it."""

    following: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept("chat" if self.scope["subprotocols"] else None)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self.following = asyncio.create_task(self.follow())

    async def follow(self) -> None:
        url = LIVECHAT.replace("http", "ws", 1) + "/v3.6/customer/rtm/ws"
        async with websockets.connect(
            url, ssl=TLS, compression=None, proxy=None, open_timeout=120
        ) as upstream:
            await upstream.send(LOGIN)
            await upstream.recv()
            await self.send("Message number 1")  # what a benchmark's browser waits for
            async for frame in upstream:
                if mark := MARK.search(str(frame)):
                    await self.send(FRAGMENT % mark[0])

    async def disconnect(self, code: int) -> None:
        if self.following:
            self.following.cancel()


session = requests.Session()
session.trust_env = False
for scheme in ("http://", "https://"):
    session.mount(scheme, HTTPAdapter(pool_maxsize=POOL))


def send(request: HttpRequest, **_: Any) -> HttpResponse:
    event = {
        "type": "message",
        "text": request.POST["text"],
        "custom_id": request.POST["custom_id"],
    }
    session.post(
        f"{LIVECHAT}/v3.6/customer/action/send_event",
        json={"chat_id": "SK7Q2M4XAA", "event": event},
        headers={"Authorization": request.headers["Authorization"]},
        timeout=30,
    ).raise_for_status()
    return HttpResponse(status=204)


urlpatterns = [path("w/<str:key>/events", send)]


def main() -> None:
    settings.configure(
        SECRET_KEY="only for measuring", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__
    )
    django.setup()
    application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": Relay.as_asgi()})
    Server(
        application,
        endpoints=[f"tcp:port={PORT}:interface=127.0.0.1:backlog=4096"],
        websocket_timeout=-1,
        websocket_connect_timeout=60,
        websocket_handshake_timeout=60,  # 5 would cut off most of those who come back at once
        server_name="",
    ).run()


if __name__ == "__main__":
    main()
