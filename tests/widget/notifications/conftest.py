"""A push service, and a customer who has left and asked to be told."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from django.utils import timezone
from pytest_django import Settings

from chatproxy.relay.relay import Relay
from tests.sandbox_rig import Agent
from tests.widget.notifications.push_service import PushService
from tests.widget.visitor import Visitor
from widget.models import Subscription, Widget
from widget.notifications import keys
from widget.notifications.listening import Listener
from widget.notifications.sending import Sender
from widget.running import Running

PAGE = "https://shop.example/pots?sort=size"


@pytest.fixture
def push_service(settings: Settings) -> Iterator[PushService]:
    settings.CHAT_PUSH_KEY = keys.new_private_key()
    settings.CHAT_PUSH_CONTACT = "mailto:chat@shop.example"
    service = PushService(keys.public_key())
    settings.CHAT_PUSH_SERVICES = [service.url]
    yield service
    service.close()


@pytest.fixture
def gone(
    transactional_db: None, push_service: PushService, shop_widget: Widget, settings: Settings
) -> Visitor:
    """Somebody who has written, asked to be told on the device `phone`, and closed the page."""
    settings.CHAT_RELAY_LINGER = 0.1
    visitor = Visitor()
    visitor.introduce()
    assert visitor.send("Do you ship to Norway?").status_code == 204
    ask_to_be_told(visitor, push_service.device("phone").subscription())
    return visitor


def ask_to_be_told(visitor: Visitor, subscription: dict[str, str]) -> None:
    response = visitor.ask("post", "notifications", subscription | {"page": PAGE})
    assert response.status_code == 200, response.content


@pytest_asyncio.fixture
async def listen(process: Running) -> AsyncIterator[Callable[..., Listener]]:
    """`listen()` is a process that begins to listen; a second one is another process."""
    begun: list[Listener] = []

    def begin(**options: Any) -> Listener:
        listener = Listener(process.relay, Sender(), **{"pause": 0.05} | options)
        listener.first_wait = 0.02
        listener.begin(look_every=0.05, tell_every=0.02)
        begun.append(listener)
        return listener

    yield begin
    for listener in begun:
        await listener.close()
    await process.relay.close()


class Process:
    """One that listens with a relay of its own, and may die."""

    def __init__(self) -> None:
        self.relay, self.sender = Relay(), Sender()
        self.listener = Listener(self.relay, self.sender, pause=0.02)
        self.listener.first_wait = 0.005
        self.listener.begin(look_every=0.05, tell_every=0.01)

    async def die(self) -> None:
        """At once, whatever it was doing: nothing is given back, but its lease has run out."""
        await self.listener.stop()
        await self.listener._thread.run(int)  # a thread here outlives it: what that began is done
        for task in tuple(self.listener._telling.values()):
            task.cancel()
        await self.relay.close()
        await self.sender.close()
        await Subscription.objects.aupdate(held_until=timezone.now() - dt.timedelta(seconds=1))


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.to_thread(work, *arguments)


async def answer(agent: Agent, text: str) -> str:
    """The agent writes in the newest chat; the event's id."""
    chat_id = (await in_thread(agent.chats))[0]["id"]
    event_id: str = await in_thread(agent.send, chat_id, text)
    return event_id
