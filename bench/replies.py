"""How soon a customer sees a reply, beside polling every 3 seconds as LiveChat's sample does.

`python -m bench.replies [--customers 20] [--replies 60]`
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from pathlib import Path

import uvloop

from bench import browsers, machine, processes
from bench.sends import Connection

PERIOD = 3.0  # seconds between two polls
IDLE = 10.0  # seconds in which nobody says anything


async def poll(crowd: browsers.Crowd, port: int, token: str, until: float) -> None:
    """Ask for the threads every PERIOD seconds; note the age of what is new."""
    connection = await Connection.open(port)
    body = json.dumps({"chat_id": "SK7Q2M4XAA"}).encode()
    headers = f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    seen: set[bytes] = set()
    await asyncio.sleep(random.uniform(0, PERIOD))
    while time.monotonic() < until:
        answer = await connection.fetch("/v3.6/customer/action/list_threads", body, headers)
        now = time.monotonic_ns()
        marks = set(browsers.MARK.findall(answer)) - seen
        seen |= marks
        crowd.took += [(now - int(mark)) / 1000 for mark in marks]
        await asyncio.sleep(PERIOD)


async def replies_at_random(upstream: int, count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(random.uniform(0.1, 0.5))
        await asyncio.to_thread(processes.ask, upstream, "push/1000/0.0015")


async def polling(upstream: int, customers: int, replies: int) -> tuple[list[float], int]:
    """Microseconds until each reply was seen; requests in IDLE seconds of silence."""
    crowd = browsers.Crowd()
    until = time.monotonic() + replies * 0.3 + IDLE + 3
    pollers = [
        asyncio.create_task(poll(crowd, upstream, token, until))
        for token in processes.tokens(customers)
    ]
    await replies_at_random(upstream, replies)
    requests = await idle_requests(upstream)
    await asyncio.gather(*pollers)
    return crowd.took, requests


async def push(port: int, upstream: int, customers: int, replies: int) -> tuple[list[float], int]:
    crowd = browsers.Crowd()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(customers))
    await crowd.until_ready(customers, 30)
    await replies_at_random(upstream, replies)
    return crowd.took, await idle_requests(upstream)


async def idle_requests(upstream: int) -> int:
    """What LiveChat is asked while nothing happens, apart from the protocol's own ping."""
    before = processes.ask(upstream, "state")["calls"]
    await asyncio.sleep(IDLE)
    after = processes.ask(upstream, "state")["calls"]
    return sum(count - before.get(name, 0) for name, count in after.items() if name != "ping")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20)
    parser.add_argument("--replies", type=int, default=60)
    options = parser.parse_args()
    machine.describe()
    customers, replies = options.customers, options.replies
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with processes.livechat(directory) as (_, upstream):
            polled, asked = uvloop.run(polling(upstream, customers, replies))
        with (
            processes.livechat(directory) as (_, upstream),
            processes.server(directory, f"http://127.0.0.1:{upstream}", customers) as (_, port),
        ):
            took, idle = uvloop.run(push(port, upstream, customers, replies))
    per_hour = 3600 / IDLE / customers
    for title, times, requests in (
        (f"polling every {PERIOD:.0f} s", polled, asked),
        ("ours", took, idle),
    ):
        print(
            f"{title:<22} a reply is seen after {statistics.mean(times) / 1000:8.1f} ms on average;"
            f" {requests * per_hour:.0f} requests an hour for an idle customer"
        )
    machine.judge("a reply, ours / polling", statistics.mean(took) / statistics.mean(polled), 0.01)


if __name__ == "__main__":
    main()
