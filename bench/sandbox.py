"""The sandbox under load: customers held over RTM, and an agent's messages on their way to them.

`python -m bench.sandbox [--customers 5000] [--rate 500] [--seconds 10]`
"""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import browsers, machine, processes


@dataclass
class Guest:
    """A customer who has a chat with the agent."""

    token: str
    chat_id: str


def call(url: str, body: object = None, token: str = "") -> Any:
    headers = {"Authorization": token} if token else {}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def welcome(url: str, config: Any) -> Guest:
    names = ("client_id", "organization_id", "redirect_uri")
    grant = {"grant_type": "cookie"} | {name: config[name] for name in names}
    token = f"Bearer {call(f'{url}/v2/customer/token', grant)['access_token']}"
    query = f"organization_id={config['organization_id']}"
    start = f"{url}/v3.6/customer/action/start_chat?{query}"
    return Guest(token, call(start, {"continuous": True}, token)["chat_id"])


def prepare(url: str, customers: int) -> tuple[Any, list[Guest]]:
    """Lift the limits and give everybody an identity and a chat."""
    config = call(f"{url}/sandbox/config")
    limits = {
        "requests_per_second": None,
        "customers_online": customers,
        "max_chats": {config["agents"][0]["id"]: customers},
    }
    call(f"{url}/sandbox/settings", limits)
    with ThreadPoolExecutor(4) as pool:
        return config, list(pool.map(lambda _: welcome(url, config), range(customers)))


def login(port: int, organization_id: str) -> Callable[[str], tuple[bytes, bytes]]:
    """Handshake and first frame of the customer with this token."""
    path = f"/v3.6/customer/rtm/ws?organization_id={organization_id}"

    def of(token: str) -> tuple[bytes, bytes]:
        payload = {"token": token, "pushes": {"3.6": ["incoming_event"]}}
        frame = json.dumps({"action": "login", "payload": payload})
        return browsers.handshake(port, path), frame.encode()

    return of


async def speak(agent: ClientConnection, guests: list[Guest], rate: float, seconds: float) -> int:
    """Write to one customer after another at an even pace; returns how many messages."""
    begun = time.monotonic()
    for sent in itertools.count():
        if sent >= rate * seconds:
            break
        await asyncio.sleep(max(0.0, begun + sent / rate - time.monotonic()))
        event = {"type": "message", "text": f"~{time.monotonic_ns()}~"}
        payload = {"chat_id": random.choice(guests).chat_id, "event": event}
        await agent.send(json.dumps({"action": "send_event", "payload": payload}))
    return sent


async def discard(connection: ClientConnection) -> None:
    async for _ in connection:
        pass


async def measure(
    port: int, child: subprocess.Popen[bytes], customers: int, rate: float, seconds: float
) -> None:
    url = f"http://127.0.0.1:{port}"
    config, guests = await asyncio.to_thread(prepare, url, customers)
    with_chats = processes.resident(child)
    crowd = browsers.Crowd()
    begun = time.monotonic()
    opening = login(port, config["organization_id"])
    await browsers.gather(crowd, port, opening, [guest.token for guest in guests])
    await crowd.until_ready(customers, 120)
    opened = time.monotonic() - begun
    each = (processes.resident(child) - with_chats) / customers
    address = f"ws://127.0.0.1:{port}/v3.6/agent/rtm/ws"
    async with connect(address, compression=None, max_size=None) as agent:
        payload = {"token": f"Bearer {config['agents'][0]['token']}", "pushes": {"3.6": []}}
        await agent.send(json.dumps({"action": "login", "payload": payload}))
        await agent.recv()
        discarding = asyncio.create_task(discard(agent))
        await speak(agent, guests, rate, 1)  # warm up
        await asyncio.sleep(1)
        crowd.took.clear()
        before, began = processes.cpu_seconds(child), time.monotonic()
        sent = await speak(agent, guests, rate, seconds)
        await asyncio.sleep(0.5)
        busy = (processes.cpu_seconds(child) - before) / (time.monotonic() - began)
        discarding.cancel()
    report(sorted(crowd.took), sent, rate, busy)
    print(f"{customers} customers: connected in {opened:.1f} s, {each:.0f} KiB for each")


def report(took: list[float], sent: int, rate: float, busy: float) -> None:
    median, p99 = statistics.median(took), took[int(len(took) * 0.99) - 1]
    print(
        f"{rate:.0f} pushes a second: median {median / 1000:.1f} ms, p99 {p99 / 1000:.1f} ms, "
        f"{len(took)} of {sent} arrived, {busy:.0%} of one core"
    )
    machine.judge("the sandbox, p99 of a push, ms", p99 / 1000, 50)
    machine.judge("the sandbox, cores", busy, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    machine.describe()
    processes.allow_many_sockets()
    port = processes.free_port()
    with processes.sandbox(port) as child:
        uvloop.run(measure(port, child, options.customers, options.rate, options.seconds))


if __name__ == "__main__":
    main()
