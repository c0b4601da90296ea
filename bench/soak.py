"""Steady load for long, while the server's memory must not grow.

`python -m bench.soak [--minutes 60] [--customers 200] [--rate 100]`: `make soak` is an hour of it,
`make soak MINUTES=10` a shorter form; both fail on growth.
Customers come and go, pushes arrive, messages are sent; memory is read all the time, and the line
through what it was after the warm-up must be flat.
"""

import argparse
import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import browsers, machine, processes, sends

WARM_UP = 0.4  # of the whole time: caches fill, threads start, the allocator finds its size
LEAVES_EVERY = 0.2  # seconds until another customer leaves and comes back
SENDS_EVERY = 0.1  # seconds between two messages
READ_EVERY = 0.5  # seconds between two looks at the memory
PUSHES_AT_ONCE = 5.0  # seconds of pushes asked for in one call
# What the line may rise: for the whole run, in KiB, less where it is short; and for each thing that
# was done, in bytes. Together that is 600 bytes for each in a minute, 150 in ten, 70 in an hour.
SLACK, A_MINUTE = 4 * 1024, 2 * 1024
LEAK = 50


@dataclass
class Run:
    """What was done, and the memory in KiB at each second of it."""

    memory: list[tuple[float, int]] = field(default_factory=list)
    pushes: int = 0
    sent: int = 0
    visits: int = 0

    def growth(self) -> float:
        """KiB by which the line through the memory after the warm-up rises, start to end."""
        warm = self.memory[int(len(self.memory) * WARM_UP) :]
        seconds, kib = zip(*warm, strict=True)
        slope: float = statistics.linear_regression(seconds, kib).slope
        span: float = seconds[-1] - seconds[0]
        return slope * span

    def limit(self) -> float:
        """KiB by which it may."""
        slack = min(SLACK, A_MINUTE * self.memory[-1][0] / 60)
        return slack + (self.pushes + self.sent + self.visits) * (1 - WARM_UP) * LEAK / 1024

    def report(self) -> str:
        warm = self.memory[int(len(self.memory) * WARM_UP)][1]
        return (
            f"{self.memory[-1][0] / 60:.1f} minutes: {self.pushes} pushes, {self.sent} messages "
            f"sent, {self.visits} customers came back; memory {warm / 1024:.1f} MiB when warm, "
            f"{self.memory[-1][1] / 1024:.1f} MiB at the end, growth {self.growth() / 1024:+.2f} "
            f"MiB of at most {self.limit() / 1024:.2f}"
        )


async def load(
    run: Run, server: subprocess.Popen[bytes], port: int, upstream: int, customers: int, rate: float
) -> None:
    """Everything at once, until it is cancelled."""
    opening = browsers.panel(port, processes.KEY)
    tokens = processes.tokens(customers)
    stay, come_and_go = tokens[: customers // 2], tokens[customers // 2 :]
    crowd = browsers.Crowd()
    await browsers.gather(crowd, port, opening, stay)
    await crowd.until_ready(len(stay), 60)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(push(run, upstream, rate, crowd))
        tasks.create_task(visit(run, port, come_and_go))
        tasks.create_task(send(run, port, tokens))
        tasks.create_task(read(run, server))


async def push(run: Run, upstream: int, rate: float, crowd: browsers.Crowd) -> None:
    while True:
        path = f"push/{rate}/{PUSHES_AT_ONCE}"
        run.pushes += await asyncio.to_thread(processes.ask, upstream, path)
        crowd.took.clear()


async def visit(run: Run, port: int, tokens: list[str]) -> None:
    """One customer after the other opens the panel, sees the chat, and leaves."""
    opening = browsers.panel(port, processes.KEY)
    for token in itertools.cycle(tokens):
        crowd = browsers.Crowd()
        handshake, hello = opening(token)
        transport, _ = await asyncio.get_running_loop().create_connection(
            lambda: browsers.Browser(crowd, handshake, hello),  # noqa: B023 - called at once
            "127.0.0.1",
            port,
        )
        await crowd.until_ready(1, 30)
        transport.close()
        run.visits += 1
        await asyncio.sleep(LEAVES_EVERY)


async def send(run: Run, port: int, tokens: list[str]) -> None:
    connection = await sends.Connection.open(port)
    for token in itertools.cycle(tokens):
        status = await sends.ours(connection, token)
        assert status == 204, status
        run.sent += 1
        await asyncio.sleep(SENDS_EVERY)


async def read(run: Run, server: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while True:
        run.memory.append((time.monotonic() - began, processes.resident(server)))
        await asyncio.sleep(READ_EVERY)


async def until(seconds: float, work: Coroutine[None, None, None]) -> None:
    """Work for so long; only an end before that is an error."""
    try:
        async with asyncio.timeout(seconds) as time_is_up:
            await work
    except TimeoutError:
        if not time_is_up.expired():
            raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--rate", type=float, default=100)
    options = parser.parse_args()
    machine.describe()
    processes.allow_many_sockets()
    run = Run()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.server(directory, f"http://127.0.0.1:{upstream}", options.customers) as (
                server,
                port,
            ),
        ):
            work = load(run, server, port, upstream, options.customers, options.rate)
            uvloop.run(until(options.minutes * 60, work))
    print(run.report())
    machine.judge("memory in a long run, growth in KiB", run.growth(), run.limit())
    if run.growth() > run.limit():
        sys.exit("memory grows")


if __name__ == "__main__":
    main()
