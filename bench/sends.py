"""A customer's POST through us, beside a bare Django view and the same call made directly.

LiveChat takes 50 ms for it, or 2 s. Ours are measured twice: of customers whose panel is open, so
that a message goes over their connection to LiveChat; and of others, for whom it is a request.

`python -m bench.sends [--senders 300]`
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import uvloop

from bench import browsers, machine, processes

DELAY = 0.05  # seconds LiveChat takes for a call
SLOW = 2.0  # seconds it takes when all of a crowd must be on its way at once
EACH = 5  # messages by each sender
ALONE = 40  # messages by one who sends alone
OPENS = 180  # seconds for all panels to show the chat, with a LiveChat that takes 2 s for an answer
ALONE_LATER, CROWD_LATER = 5, 50  # ms that a message may take beyond LiveChat's own time
SETTLES = 1.0  # seconds for what an opening leaves to do


class Connection:
    """A kept-alive HTTP connection that posts."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, body: bytes, headers: str) -> int:
        """The status. The whole answer has been read."""
        status, _ = await self._ask(path, body, headers)
        return status

    async def fetch(self, path: str, body: bytes, headers: str) -> bytes:
        """The body of the answer."""
        _, answer = await self._ask(path, body, headers)
        return answer

    async def _ask(self, path: str, body: bytes, headers: str) -> tuple[int, bytes]:
        self.writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
            f"{headers}\r\n".encode()
            + body
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        answer = await self.reader.readexactly(int(length)) if length else b""
        return int(head.split(b" ", 2)[1]), answer


async def direct(connection: Connection, token: str) -> int:
    event = {"type": "message", "text": "Hello", "custom_id": str(uuid.uuid4())}
    body = json.dumps({"chat_id": "SK7Q2M4XAA", "event": event}).encode()
    headers = f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    return await connection.post("/v3.6/customer/action/send_event", body, headers)


async def ours(connection: Connection, token: str) -> int:
    body = f"text=Hello&attempt=0&custom_id={uuid.uuid4()}".encode()
    headers = (
        f"Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Bearer {token}\r\n"
    )
    status = await connection.post(f"/w/{processes.KEY}/events", body, headers)
    assert status == 204, "anything else is the reason why it was not sent"
    return status


async def senders(port: int, send: object, count: int, each: int = EACH) -> list[float]:
    """Milliseconds of every message when `count` customers send at once, each one by one."""
    took: list[float] = []

    async def one(token: str) -> None:
        connection = await Connection.open(port)
        for _ in range(each):
            began = time.perf_counter()
            status = await send(connection, token)  # type: ignore[operator]
            assert status in (200, 204), status
            took.append((time.perf_counter() - began) * 1000)
        connection.writer.close()

    await asyncio.gather(*(one(token) for token in processes.tokens(count)))
    return took[count:]  # the first round opens connections


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--senders", type=int, default=300)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    alone = measure(1, ALONE, DELAY)
    crowd = measure(options.senders, EACH, DELAY)
    slow = measure(options.senders, 2, SLOW)
    machine.judge("alone, ms more than direct", alone.later, ALONE_LATER)
    machine.judge("alone, processor time of a message / bare view", alone.cpu, 1.5)
    machine.judge("a crowd, processor time of a message / bare view", crowd.cpu, 1.5)
    machine.judge("a crowd, median / bare view", crowd.median, 1.3)
    machine.judge("LiveChat slow, ms more than direct", slow.later, CROWD_LATER)


class Ratios(NamedTuple):
    """Ours beside the bare view: median and processor time; and milliseconds beyond direct."""

    median: float
    cpu: float
    later: float


def measure(count: int, each: int, delay: float) -> Ratios:
    """Print the same messages sent directly, through a bare view and through us."""
    with (
        tempfile.TemporaryDirectory() as name,
        processes.livechat(Path(name), delay=delay) as (_, upstream),
    ):
        url = f"http://127.0.0.1:{upstream}"
        straight = statistics.median(uvloop.run(senders(upstream, direct, count, each)))
        print(f"{count:>4} at once, LiveChat {delay * 1000:.0f} ms: direct {straight:.1f} ms")
        with processes.bare(Path(name), url) as (child, port):
            bare = row("bare view", child, port, count, each)
        with processes.server(Path(name), url, count) as (child, port):
            before = processes.ask(upstream, "state")["connections"]
            row("by request", child, port, count, each)
            opened = processes.ask(upstream, "state")["connections"] - before
            us = row("ours", child, port, count, each, panels=count)
    print(f"       {opened} connections to LiveChat for {count * each} messages by request")
    return Ratios(us[0] / bare[0], us[1] / bare[1], us[0] - straight)


def row(
    name: str, child: subprocess.Popen[bytes], port: int, count: int, each: int, panels: int = 0
) -> tuple[float, float]:
    """Print and return the median and the processor time of a message, in milliseconds.

    So many `panels` are open meanwhile.
    """
    took, cpu = uvloop.run(talk(child, port, count, each, panels))
    median, p99 = statistics.median(took), sorted(took)[int(len(took) * 0.99) - 1]
    print(f"       {name:<10} {median:>8.1f} ms, p99 {p99:.1f} ms, {cpu:.1f} ms of the processor")
    return median, cpu


async def talk(
    child: subprocess.Popen[bytes], port: int, count: int, each: int, panels: int
) -> tuple[list[float], float]:
    """Milliseconds of each message, and of the processor for one."""
    crowd = browsers.Crowd()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(panels))
    await crowd.until_ready(panels, OPENS)
    await asyncio.sleep(SETTLES)
    await senders(port, ours, count, 2)  # threads, connections and caches are there
    before = processes.cpu_seconds(child)
    took = await senders(port, ours, count, each)
    return took, (processes.cpu_seconds(child) - before) / (count * each) * 1000


if __name__ == "__main__":
    main()
