"""Customers in a storm, and their tabs: real websockets, real requests, a screen each."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass

import requests
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from .house import House
from .screen import Screen

WORDS = "words of a customer"
PATIENCE = 40  # seconds for one answer of ours


@dataclass
class Text:
    """Something a customer typed: accepted by our server, or marked with Retry."""

    custom_id: str
    words: str
    accepted: bool = False
    attempts: int = 0
    refusal: str = ""  # why it is marked, for whoever reads a failure


class Customer:
    """Somebody with some tabs, who types; routed to one of our processes while it lives."""

    def __init__(self, house: House, number: int, source: random.Random) -> None:
        self.house, self.number, self.random = house, number, source
        self.token = self.broke = ""
        self.texts: list[Text] = []
        self.tabs: list[Tab] = []

    async def introduce(self) -> None:
        response = await self._post("customer", {})
        assert response is not None
        self.token = response.headers["X-Chat-Token"]

    async def write_plainly(self) -> None:
        await self.send(self._type())

    def _type(self) -> Text:
        number = len(self.texts)
        text = Text(f"text-{self.number:03}-{number:05}", f"{WORDS} {self.number}, {number}")
        self.texts.append(text)
        return text

    async def write(self) -> None:
        text = self._type()
        if self.random.random() < 0.15:  # a double click
            await asyncio.gather(self.send(text), self.send(text))
        elif self.random.random() < 0.1:  # the page is closed in mid-send
            with suppress(TimeoutError):
                await asyncio.wait_for(self.send(text), self.random.uniform(0.01, 0.2))
        else:
            await self.send(text)

    async def send(self, text: Text) -> None:
        attempt, text.attempts = text.attempts, text.attempts + 1
        data = {"text": text.words, "custom_id": text.custom_id, "attempt": str(attempt)}
        response = await self._post("events", data)
        if response is not None and response.status_code == 204:
            text.accepted = True
        else:
            text.refusal = response.text.strip() if response is not None else self.broke

    @property
    def marked(self) -> list[Text]:
        return [text for text in self.texts if not text.accepted]

    async def retry(self) -> None:
        if self.marked:
            await self.send(self.random.choice(self.marked))

    async def end_chat(self) -> None:
        await self._post("end", {})

    async def _post(self, path: str, data: dict[str, str]) -> requests.Response | None:
        """To the process this customer belongs to, or the other while that is away."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        for number in (self.number, self.number + 1):
            url = f"http://{self.house.url(number)}/{path}"
            try:
                return await asyncio.to_thread(
                    requests.post, url, data=data, headers=headers, timeout=PATIENCE
                )
            except requests.ConnectionError as error:
                self.broke = str(error)
                if "refused" not in str(error):
                    return None  # who knows whether it was taken
            except requests.RequestException as error:
                self.broke = str(error)
                return None
        return None

    def open_tab(self) -> None:
        self.tabs.append(Tab(self))

    def close_tab(self) -> None:
        if len(self.tabs) > 1:
            self.tabs.pop(self.random.randrange(len(self.tabs))).close()

    @property
    def chat_id(self) -> str:
        return next((tab.screen.chat_id for tab in self.tabs if tab.screen.chat_id), "")


class Tab:
    """A panel that stays open, however often its socket breaks."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.screen = Screen()
        self.refused = 0
        self._asleep = 0.0
        self._task = asyncio.create_task(self._live())

    def close(self) -> None:
        self._task.cancel()

    def sleep(self, seconds: float) -> None:
        """The laptop is closed: the socket breaks and nobody comes back for a while."""
        self._asleep = seconds

    async def _live(self) -> None:
        tries = 0
        while True:
            number = self.customer.number + tries
            tries += 1
            with suppress(OSError, TimeoutError, WebSocketException):
                await self._watch(self.customer.house.url(number))
                tries = 0
            await asyncio.sleep(self._asleep or self.customer.random.uniform(0.1, 0.6))
            self._asleep = 0.0

    async def _watch(self, url: str) -> None:
        """Until the socket breaks. The hello says what the screen shows already."""
        protocols = [Subprotocol("chat"), Subprotocol(f"bearer.{self.customer.token}")]
        async with connect(
            f"ws://{url}/socket",
            subprotocols=protocols,
            close_timeout=1,
            max_size=None,
        ) as socket:
            hello = {"event": self.screen.last_event_id, "language": "en", "zone": "UTC"}
            await socket.send(json.dumps({"hello": hello}))
            while not self._asleep:
                with suppress(TimeoutError):
                    self.screen.apply(str(await asyncio.wait_for(socket.recv(), 0.5)))
        if socket.close_code == 4401:
            self.refused += 1
