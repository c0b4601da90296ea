"""The chat beside a project's own application: each scope goes where it belongs."""

import time
import uuid
from typing import Any

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.urls import path
from pytest_django import Settings

from chatproxy.service import chatproxy_app
from tests.waiting import PATIENCE
from tests.widget.browser_socket import BrowserSocket
from widget.asgi import path_of, with_chat
from widget.running import Running


class Project:
    """An application that keeps what it was asked, and answers as an ASGI server expects."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["type"])
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        elif scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})


async def room(scope: Any, receive: Any, send: Any) -> None:
    """A project's socket with a bug: its route takes any name."""
    uuid.UUID(scope["url_route"]["kwargs"]["room"])
    await send({"type": "websocket.accept"})


@pytest.fixture
def left(process: Running, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Grows when the process says goodbye."""
    goodbyes: list[bool] = []

    async def leave() -> None:
        goodbyes.append(True)

    monkeypatch.setattr(process, "leave", leave)
    return goodbyes


async def live_and_end(application: Any) -> list[str]:
    """What a server hears of a whole life."""
    server = ApplicationCommunicator(application, {"type": "lifespan"})
    said = []
    for stage in ("startup", "shutdown"):
        await server.send_input({"type": f"lifespan.{stage}"})
        said.append((await server.receive_output(PATIENCE))["type"])
    await server.wait(PATIENCE)
    return said


@pytest.mark.parametrize("project", [Project(), ASGIHandler()])
async def test_the_goodbye_comes_with_the_end_of_the_server(left: list[bool], project: Any) -> None:
    said = await live_and_end(with_chat(project, path=""))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert left == [True]


async def test_a_process_begins_when_it_serves(
    process: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when it was made ready: a server may fork it later, in the place of one that died.

    That one's last message may still arrive, and whoever sends it again has to wait for it.
    """
    for keeper, begins in (
        (process.counts, "write_forever"),
        (process.availability, "keep_forever"),
    ):
        monkeypatch.setattr(keeper, begins, lambda *_: None)
    monkeypatch.setattr(chatproxy_app(), "began", 0.0)
    process.has_begun = False
    before = time.monotonic()
    await live_and_end(served := with_chat(Project(), path=""))
    assert chatproxy_app().began == 0.0
    await BrowserSocket(served, "/scores/live").connect()
    assert chatproxy_app().began >= before


@pytest.mark.parametrize(
    "project", [ASGIHandler(), ProtocolTypeRouter({}), URLRouter([]), Project()]
)
async def test_sockets_of_the_project_stay_the_project_s(project: Any) -> None:
    socket = BrowserSocket(with_chat(project, path=""), "/scores/live")
    taken, _code = await socket.connect()
    assert taken is isinstance(project, Project)


async def test_bugs_in_sockets_of_the_project_are_the_project_s_to_see() -> None:
    rooms = URLRouter([path("rooms/<room>", room)])  # type: ignore[arg-type]  # it is no view
    socket = BrowserSocket(with_chat(rooms, path=""), "/rooms/lobby")
    await socket.send_input({"type": "websocket.connect"})
    with pytest.raises(ValueError, match="badly formed"):
        await socket.wait()


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/chat/w/shop/socket", ""),
        ("/en/chat/w/shop/socket", "/en"),
        ("/en/chat/w/shop/socket", "/en/"),
        ("/chat/w/shop/socket", "/en"),  # a server that took it out
    ],
)
def test_a_prefix_of_the_whole_project_is_none_of_the_chat_s(path: str, prefix: str) -> None:
    assert path_of({"type": "websocket", "path": path, "root_path": prefix}) == (
        "chat/w/shop/socket"
    )


def test_a_prefix_in_the_settings_counts_as_well(settings: Settings) -> None:
    settings.FORCE_SCRIPT_NAME = "/en"
    assert path_of({"type": "websocket", "path": "/en/w/shop/socket"}) == "w/shop/socket"
