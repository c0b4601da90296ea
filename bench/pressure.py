"""What customers feel while somebody else makes trouble, beside a calm time in the same run.

One widget under attack, one customer with a flood, one region of LiveChat that is slow.

`python -m bench.pressure [--seconds 10]`
"""

import argparse
import asyncio
import itertools
import random
import re
import statistics
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

from bench import browsers, machine, processes, sends

OTHERS = 20  # customers who chat as always
EVERY = 1.2  # seconds between two messages of one, below the limit for a customer
PUSHES = 40  # a second, to all of them
TROUBLE = 20  # connections that make it
RATE = 5  # requests a second of each
SLOW = 5.0  # seconds that a region takes
# Customers there. With OTHERS just too few for anybody to be turned away: both regions have one
# address here, and 313 may wait for one.
IN_SLOW = 290
DELAY = 0.05  # seconds that LiveChat takes otherwise
SENT, UNKNOWN, TOO_MANY = 204, 401, 429
FELT = 3.0  # times as long as in a calm time: more would be noticed
RUNNING = re.compile(r"^chat_requests_running (\S+)$", re.MULTILINE)

SEED = """
place = dict(organization_id=organization, client_id="4b9d1c7a0e2f48d6a35c9b1e7d20f861")
Widget.objects.create(key="attacked", name="A", redirect_uri="http://127.0.0.1/", **place)
slow_place = place | dict(organization_id="0d9a4e6b-3c58-4f17-8f0e-6a7b1c2d3e4f")
Widget.objects.create(key="slow", name="S", redirect_uri="http://127.0.0.1/", **slow_place)
for number in range(IN_SLOW):
    slow = Customer.objects.create(
        widget_key="slow", organization_id=slow_place["organization_id"], entity_id="c",
        chat_id="SK7Q2M4XAA", cid="c", cst="s", access_token=f"fra:slow-{number}",
        fresh_until=timezone.now() + dt.timedelta(hours=7),
    )
    BearerToken.objects.create(customer=slow, token_hash=hash_of(f"slow-{number}"))
""".replace("IN_SLOW", str(IN_SLOW))


class Felt(NamedTuple):
    """Milliseconds: of a message sent, of a push on its way."""

    message: float
    message_p95: float
    push: float
    push_p95: float


async def connect(port: int, address: str) -> sends.Connection:
    """From an address of its own, as customers are."""
    return sends.Connection(
        *await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    )


async def say(connection: sends.Connection, key: str, token: str) -> int:
    body = f"text=Hello&attempt=0&custom_id={uuid.uuid4()}".encode()
    headers = (
        f"Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Bearer {token}\r\n"
    )
    return await connection.post(f"/w/{key}/events", body, headers)


async def chat(port: int, number: int, token: str, took: list[float]) -> None:
    """Send a message every now and then; milliseconds of each."""
    connection = await connect(port, f"127.0.2.{number + 1}")
    await asyncio.sleep(random.uniform(0, EVERY))
    while True:
        began = time.perf_counter()
        status = await say(connection, processes.KEY, token)
        assert status == SENT, status
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(EVERY)


async def attack(port: int, number: int) -> None:
    """Somebody with tokens that nobody has, from many addresses."""
    connection = await connect(port, f"127.0.3.{number + 1}")
    for guess in itertools.count():
        status = await say(connection, "attacked", f"guess-{number}-{guess}")
        assert status in (UNKNOWN, TOO_MANY), status
        await asyncio.sleep(1 / RATE)


async def flood(port: int, number: int) -> None:
    """One customer of the same widget who does not stop."""
    connection = await connect(port, "127.0.4.1")
    token = processes.tokens(OTHERS + 1)[OTHERS]
    await asyncio.sleep(number / TROUBLE / RATE)
    while True:
        status = await say(connection, processes.KEY, token)
        assert status in (SENT, TOO_MANY), status
        await asyncio.sleep(1 / RATE)


async def wait_long(port: int, number: int) -> None:
    """A customer of an organization in the slow region."""
    connection = await connect(port, f"127.0.{5 + number // 250}.{number % 250 + 1}")
    while True:
        status = await say(connection, "slow", f"slow-{number}")
        assert status == SENT, status


async def until_running(port: int, least: int) -> None:
    """Wait until the server works on so many requests at once. Raises TimeoutError."""
    async with asyncio.timeout(SLOW):
        while await asyncio.to_thread(requests_running, port) < least:
            await asyncio.sleep(0.1)


def requests_running(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        found = RUNNING.search(answer.read().decode())
    assert found, "the server counts them"
    return float(found[1])


async def feel(
    port: int,
    upstream: int,
    crowd: browsers.Crowd,
    seconds: float,
    trouble: list[Coroutine[Any, Any, None]],
    running: int = 0,
) -> Felt:
    """What the others feel in that time, while this trouble keeps so many requests running."""
    took: list[float] = []
    tasks = [asyncio.create_task(each) for each in trouble]
    await asyncio.sleep(1)
    await until_running(port, running)
    crowd.took.clear()
    tokens = processes.tokens(OTHERS)
    tasks += [
        asyncio.create_task(chat(port, number, token, took)) for number, token in enumerate(tokens)
    ]
    await asyncio.to_thread(processes.ask, upstream, f"push/{PUSHES}/{seconds}")
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    broken = [end for end in ended if not isinstance(end, asyncio.CancelledError)]
    assert not broken, broken[0]
    pushes = [microseconds / 1000 for microseconds in crowd.took]
    return Felt(statistics.median(took), p95(took), statistics.median(pushes), p95(pushes))


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


# Who makes it, how many of them, and how many requests that keeps running.
TROUBLES: dict[str, tuple[Callable[[int, int], Coroutine[Any, Any, None]], int, int]] = {
    "one widget under attack": (attack, TROUBLE, 0),
    "one customer with a flood": (flood, TROUBLE, 0),
    "one slow region": (wait_long, IN_SLOW, IN_SLOW),
}


async def measure(port: int, upstream: int, seconds: float) -> None:
    crowd = browsers.Crowd()
    tokens = processes.tokens(OTHERS)
    await browsers.gather(crowd, port, browsers.panel(port, processes.KEY), tokens)
    await crowd.until_ready(OTHERS, 60)
    await feel(port, upstream, crowd, 3, [])  # caches fill, threads start
    for name, (trouble, count, running) in TROUBLES.items():
        calm = await feel(port, upstream, crowd, seconds, [])
        everybody = [trouble(port, number) for number in range(count)]
        felt = await feel(port, upstream, crowd, seconds, everybody, running)
        for what, before, now, p95_before, p95_now in (
            ("a message", calm.message, felt.message, calm.message_p95, felt.message_p95),
            ("a push", calm.push, felt.push, calm.push_p95, felt.push_p95),
        ):
            print(
                f"{name}: {what} {now:.1f} ms, p95 {p95_now:.1f}; calm {before:.1f}, "
                f"p95 {p95_before:.1f}: {now / before:.2f} and {p95_now / p95_before:.2f} times",
                flush=True,
            )
            machine.judge(f"{name}, {what} / calm", now / before, FELT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with (
            processes.livechat(directory, delay=DELAY, slow=SLOW) as (_, upstream),
            processes.server(
                directory,
                f"http://127.0.0.1:{upstream}",
                OTHERS + 1,
                seed=SEED,
                settings={"LIMITS": "true"},
            ) as (_, port),
        ):
            uvloop.run(measure(port, upstream, options.seconds))


if __name__ == "__main__":
    main()
