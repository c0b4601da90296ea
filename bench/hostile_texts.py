"""The longest stall of `/healthz` while strangers send and read the worst texts we know.

`python -m bench.hostile_texts [--customers 6] [--rounds 2]`

Real server, sandbox, sockets in two languages and two time zones. Each round every customer sends
every text; the agent answers in Markdown; then everybody comes back for a snapshot of it all, and
asks for earlier chats and for a transcript.
"""

import argparse
import asyncio
import http.client
import json
import multiprocessing
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
import uuid
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from bench import machine, processes

GOAL = 0.3  # seconds
LIMIT = 16_384  # bytes: what LiveChat takes of a message
READERS = (("en", "UTC"), ("ar", "Asia/Riyadh"))
TABS_BACK = 4  # of each customer, which ask for earlier chats
TEXTS = (
    "www." + "a" * 16_379,
    "@ " + "a" * 16_382,
    "a@b.de " * 2340,
    "a@" * 8192,
    'https://a.de/"' * 1170,
    "https://a.de/" + "(" * 16_000,
    "\x01" * LIMIT,
    "<" * LIMIT,
)
MARKDOWN = (
    "[a\n" * 5400,
    "* a\n- a\n+ a\n" * 1365,
    "[x][" * 4096,
    "*_" * 8192,
    "- a\n" * 4096,
)


class Stranger:
    """One customer with a tab for each reader."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = ""
        self.received = 0  # characters of HTML

    def ask(self, path: str, **fields: str) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/w/{processes.KEY}/{path}",
            urllib.parse.urlencode(fields).encode(),
            {"Authorization": f"Bearer {self.token}"} if self.token else {},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            return response

    def get(self, path: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/w/{processes.KEY}/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            page: bytes = response.read()
            return page.decode()

    def introduce(self) -> None:
        self.token = self.ask("customer").headers["X-Chat-Token"]

    def say(self, text: str) -> None:
        response = self.ask("events", text=text, custom_id=uuid.uuid4().hex, attempt="0")
        assert response.status == 204, text[:20]

    async def look_back(self) -> None:
        """Earlier chats, in a few tabs, and the transcript: all at once."""
        answer = await asyncio.to_thread(self.ask, "transcript/link", zone="UTC")
        transcript = answer.headers["HX-Redirect"].rpartition("/")[2]
        paths = (*["history"] * TABS_BACK, transcript)
        pages = await asyncio.gather(*(asyncio.to_thread(self.get, path) for path in paths))
        self.received += sum(map(len, pages))

    async def read(self, language: str, zone: str, seconds: float) -> None:
        """Open a tab and take what comes until it has been quiet for so long."""
        url = f"ws://127.0.0.1:{self.port}/w/{processes.KEY}/socket"
        protocols: Any = ["chat", f"bearer.{self.token}"]
        hello = {"event": "", "language": language, "zone": zone, "page": {}}
        async with connect(url, subprotocols=protocols, max_size=None, proxy=None) as socket:
            await socket.send(json.dumps({"hello": hello}))
            while True:
                try:
                    async with asyncio.timeout(seconds):
                        self.received += len(await socket.recv())
                except TimeoutError:
                    return


def probe(port: int, over: Event, report: Any) -> None:
    """Ask /healthz again and again; report the seconds each answer took."""
    took = []
    while not over.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        began = time.perf_counter()
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        assert connection.getresponse().read() == b"ok"
        took.append(time.perf_counter() - began)
        connection.close()
        time.sleep(0.01)
    report.send(took)


class Probe:
    """In a process of its own, so that our own work does not count."""

    def __init__(self, port: int) -> None:
        self.over = multiprocessing.Event()
        self.report, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=probe, args=(port, self.over, theirs))
        self.process.start()

    def stop(self) -> list[float]:
        self.over.set()
        took: list[float] = self.report.recv()
        self.process.join()
        return took


def agent_says(livechat: str, text: str) -> None:
    """In every chat there is, as a bot writes it."""
    token = call(f"{livechat}/sandbox/config")["agents"][0]["token"]
    act = f"{livechat}/v3.6/agent/action"
    for chat in call(f"{act}/list_chats", {"limit": 100}, token)["chats_summary"]:
        event = {"type": "message", "text": text, "properties": {"chats": COMMONMARK}}
        call(f"{act}/send_event", {"chat_id": chat["id"], "event": event}, token)


COMMONMARK = {"formatting": "commonmark"}


def call(url: str, body: object = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, headers)
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.load(response)


async def attack(livechat: str, port: int, customers: int, rounds: int) -> int:
    """Characters of HTML that all the tabs were shown."""
    strangers = [Stranger(port) for _ in range(customers)]
    for stranger in strangers:
        await asyncio.to_thread(stranger.introduce)
    for _ in range(rounds):
        tabs = [
            asyncio.create_task(stranger.read(*reader, seconds=4))
            for stranger in strangers
            for reader in READERS
        ]
        for text in TEXTS:
            await asyncio.gather(*(asyncio.to_thread(s.say, text) for s in strangers))
        for text in MARKDOWN:
            await asyncio.to_thread(agent_says, livechat, text)
        await asyncio.gather(*tabs)
    again = (stranger.read(*reader, seconds=6) for stranger in strangers for reader in READERS)
    await asyncio.gather(*again)
    await asyncio.gather(*(stranger.look_back() for stranger in strangers))
    return sum(stranger.received for stranger in strangers)


def measure(customers: int, rounds: int) -> float:
    """The longest answer of /healthz in seconds."""
    with tempfile.TemporaryDirectory() as name:
        livechat_port = processes.free_port()
        livechat = f"http://127.0.0.1:{livechat_port}"
        with processes.sandbox(livechat_port):
            limits = {"requests_per_second": None, "customers_online": 1000}
            call(f"{livechat}/sandbox/settings", limits)
            redirect_uri = call(f"{livechat}/sandbox/config")["redirect_uri"]
            server = processes.server(Path(name), livechat, 0, redirect_uri=redirect_uri)
            with server as (_, port):
                calm = Probe(port)
                time.sleep(3)
                report("calm", calm.stop())
                attacked = Probe(port)
                shown = asyncio.run(attack(livechat, port, customers, rounds))
                took = attacked.stop()
                report(f"under {shown / 1e6:.0f} MB of the worst texts", took)
    return max(took)


def report(name: str, took: list[float]) -> None:
    ordered = sorted(took)
    print(
        f"{name:<40} /healthz median {statistics.median(ordered) * 1e3:.1f} ms, p99 "
        f"{ordered[int(len(ordered) * 0.99) - 1] * 1e3:.0f} ms, longest {ordered[-1] * 1e3:.0f} ms "
        f"({len(ordered)} requests)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    machine.describe()
    longest = measure(options.customers, options.rounds)
    machine.judge("longest stall by hostile texts, ms", longest * 1e3, GOAL * 1e3)


if __name__ == "__main__":
    main()
