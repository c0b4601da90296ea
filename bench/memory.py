"""Memory of one held customer: browser socket, our state and the TLS connection to LiveChat.

Beside it a customer of the bare relay, who has both connections and nothing else.

`python -m bench.memory [--customers 2000]`
"""

import argparse
import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import uvloop

from bench import browsers, machine, processes

PUSHES = 5  # to each customer, so that what is allocated on the way is counted


async def grow(port: int, upstream: int, customers: int, child: subprocess.Popen[bytes]) -> int:
    """KiB for each customer beyond the first hundred, after some pushes to each."""
    crowd = browsers.Crowd()
    opening = browsers.panel(port, processes.KEY)
    everybody = processes.tokens(customers)
    await browsers.gather(crowd, port, opening, everybody[:100])
    await settle(crowd, upstream, 100)
    base = processes.resident(child)
    await browsers.gather(crowd, port, opening, everybody[100:])
    await settle(crowd, upstream, customers)
    return (processes.resident(child) - base) * 1024 // (customers - 100)


async def settle(crowd: browsers.Crowd, upstream: int, customers: int) -> None:
    await crowd.until_ready(customers, 240)
    rate = min(1000, customers * PUSHES / 5)
    seconds = customers * PUSHES / rate
    await asyncio.to_thread(processes.ask, upstream, f"push/{rate}/{seconds}", seconds + 30)
    await asyncio.sleep(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=2000)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    print(f"{options.customers} customers held, TLS to LiveChat, {PUSHES} pushes each")
    with tempfile.TemporaryDirectory() as name:
        bare = measure("bare relay", processes.bare, Path(name), options.customers)
        seeded = partial(processes.server, customers=options.customers)
        ours = measure("ours", seeded, Path(name), options.customers)
    machine.judge("ours / bare", ours / bare, 1.15)


def measure(
    name: str,
    serve: Callable[[Path, str], AbstractContextManager[tuple[subprocess.Popen[bytes], int]]],
    directory: Path,
    customers: int,
) -> float:
    """Print and return KiB for each customer."""
    with (
        processes.livechat(directory) as (_, upstream),
        serve(directory, f"https://localhost:{upstream + 1}") as (child, port),
    ):
        size = uvloop.run(grow(port, upstream, customers, child)) / 1024
        total = processes.resident(child) / 1024
    print(f"{name}: {size:.1f} KiB a customer; the process holds {total:.0f} MiB in all")
    return size


if __name__ == "__main__":
    main()
