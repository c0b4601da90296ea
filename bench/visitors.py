"""Customers and an agent who chat through a site, come back whenever they lose it, and keep count.

Each does what the panel does: a message is posted until it is acknowledged, a socket that ends is
opened again, and says what it has.
"""

import asyncio
import json
import random
import re
import ssl
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import requests
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

KEY = "turmoil"
SHOWN = re.compile(r'id="event-([\w-]+)"|\b((?:customer|agent)-[\w]+-\d+)\b')
SETTLES = 40.0  # seconds after the last word until everything must be on screen
POST_LIMIT = 30.0  # seconds for one request

WIDGET = """
from widget.models import Widget
Widget.objects.create(
    key={key!r}, name="Turmoil", organization_id={organization_id!r}, client_id={client_id!r},
    redirect_uri={redirect_uri!r}, allowed_origins=[],
)
"""


class Visitor:
    """One customer's browser."""

    def __init__(self, number: int, port: int, certificate: Path) -> None:
        self.number = number
        self.port = port
        self.tls = ssl.create_default_context(cafile=certificate)
        self.http = requests.Session()
        self.http.trust_env, self.http.verify = False, str(certificate)
        self.token = ""
        self.screen: dict[str, str] = {}  # event id: text
        self.said: list[str] = []  # acknowledged
        self.tries = 0
        self.away: list[float] = []  # seconds from each loss of the socket to the chat on screen

    def post(self, path: str, **form: object) -> requests.Response:
        self.tries += 1
        return self.http.post(
            f"https://localhost:{self.port}/w/{KEY}/{path}",
            data=form,
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
            timeout=POST_LIMIT,
        )

    def introduce(self) -> None:
        answer = self.post("customer")
        assert answer.status_code == 201, answer.text
        self.token = answer.headers["X-Chat-Token"]

    async def say(self, text: str) -> None:
        """Until it is acknowledged, as somebody who presses Retry."""
        custom_id, attempt = uuid.uuid4().hex, 0
        while True:
            form = {"text": text, "custom_id": custom_id, "attempt": attempt}
            try:
                if (await asyncio.to_thread(self.post, "events", **form)).status_code == 204:
                    self.said.append(text)
                    return
            except requests.RequestException:
                pass
            attempt += 1
            await asyncio.sleep(random.uniform(0.3, 1))

    async def talk(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.say(f"customer-{self.number}-{len(self.said)}")
            await asyncio.sleep(random.uniform(0.5, 1.5))

    async def watch(self) -> None:
        """Hold a socket; come back as htmx does."""
        lost_at = 0.0
        while True:
            try:
                async with connect(
                    f"wss://localhost:{self.port}/w/{KEY}/socket",
                    subprotocols=["chat", f"bearer.{self.token}"],  # type: ignore[list-item]
                    ssl=self.tls,
                    compression=None,
                    proxy=None,
                ) as socket:
                    last = max(self.screen, key=order, default="")
                    await socket.send(json.dumps({"hello": {"event": last}}))
                    async for html in socket:
                        if self.show(str(html)) and lost_at:
                            self.away.append(time.monotonic() - lost_at)
                            lost_at = 0.0
            except (OSError, WebSocketException):
                pass
            lost_at = lost_at or time.monotonic()
            await asyncio.sleep(random.uniform(0.3, 0.8))

    def show(self, html: str) -> bool:
        """Every event by its id; whether there was one."""
        event_id, shown = "", False
        for found_id, text in SHOWN.findall(html):
            event_id = found_id or event_id
            if text and event_id:
                self.screen[event_id] = text
                shown = True
        return shown


def order(event_id: str) -> int:
    return int(event_id.rpartition("_")[2])


class Visitors:
    """All of them, the agent they talk to, and what LiveChat holds in the end."""

    def __init__(self, port: int, livechat: str, certificate: Path, count: int) -> None:
        self.livechat = livechat
        self.config = requests.get(f"{livechat}/sandbox/config", timeout=10).json()
        self.agent = self.config["agents"][0]
        self.visitors = [Visitor(number, port, certificate) for number in range(count)]
        self.answered = 0
        self.lost = self.doubled = self.events = 0

    def widget(self) -> str:
        """Code that adds the widget to the site's database."""
        return WIDGET.format(key=KEY, **self.config)

    def ask(self, path: str, body: object) -> Any:
        answer = requests.post(
            f"{self.livechat}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.agent['token']}"},
            timeout=POST_LIMIT,
        )
        answer.raise_for_status()
        return answer.json()

    def act(self, action: str, **parameters: object) -> Any:
        return self.ask(f"v3.6/agent/action/{action}", parameters)

    def chats(self) -> list[str]:
        found = self.act("list_chats", limit=100)["chats_summary"]
        return [chat["id"] for chat in found]

    @asynccontextmanager
    async def chatting(self) -> AsyncIterator[None]:
        """Everybody talks while the block lasts, ends with an acknowledged word, and watches on."""
        count = len(self.visitors)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(count + 8))
        limits = {
            "requests_per_second": None,
            "customers_online": 10 * count,
            "max_chats": {self.agent["id"]: count},
        }
        await asyncio.to_thread(self.ask, "sandbox/settings", limits)
        for visitor in self.visitors:
            await asyncio.to_thread(visitor.introduce)
            await visitor.say(f"customer-{visitor.number}-0")
        self.watching = [asyncio.create_task(visitor.watch()) for visitor in self.visitors]
        over = asyncio.Event()
        chats = await asyncio.to_thread(self.chats)
        async with asyncio.TaskGroup() as talking:
            for visitor in self.visitors:
                talking.create_task(visitor.talk(over))
            talking.create_task(self.answer(chats, over))
            yield
            over.set()

    async def answer(self, chats: list[str], over: asyncio.Event) -> None:
        while not over.is_set():
            chat_id = random.choice(chats)
            event = {"type": "message", "text": f"agent-{chat_id}-{self.answered}"}
            await asyncio.to_thread(self.act, "send_event", chat_id=chat_id, event=event)
            self.answered += 1
            await asyncio.sleep(0.02)

    async def settle(self) -> None:
        """Wait until every screen shows what LiveChat holds, or the time is up; then count."""
        deadline = time.monotonic() + SETTLES
        while True:
            await asyncio.sleep(1)
            await asyncio.to_thread(self.count)
            if not self.lost or time.monotonic() > deadline:
                break
        for task in self.watching:
            task.cancel()
        await asyncio.gather(*self.watching, return_exceptions=True)

    def count(self) -> None:
        """Compare LiveChat's chats with every screen and with what was acknowledged."""
        self.lost = self.doubled = self.events = 0
        held = {}
        for chat_id in self.chats():
            events = self.act("get_chat", chat_id=chat_id)["thread"]["events"]
            texts = {event["id"]: event["text"] for event in events if event["type"] == "message"}
            held[next(text for text in texts.values() if text.startswith("customer-"))] = texts
        for visitor in self.visitors:
            texts = held[f"customer-{visitor.number}-0"]
            self.events += len(texts)
            self.lost += sum(visitor.screen.get(id_) != text for id_, text in texts.items())
            self.lost += len(set(visitor.said) - set(texts.values()))
            self.doubled += surplus(texts.values()) + surplus(visitor.screen.values())

    def report(self) -> str:
        said = sum(len(visitor.said) for visitor in self.visitors)
        tries = sum(visitor.tries for visitor in self.visitors) - len(self.visitors)
        away = [seconds for visitor in self.visitors for seconds in visitor.away]
        return (
            f"{len(self.visitors)} customers, a process killed, both started again: "
            f"{said} messages sent in {tries} tries, {self.answered} answers, "
            f"{len(away)} sockets lost and back (longest {max(away, default=0):.1f} s); "
            f"of {self.events} events lost {self.lost}, doubled {self.doubled}"
        )


def surplus(texts: Any) -> int:
    return sum(count - 1 for count in Counter(texts).values())
