"""How many pushes a second one process on a core of its own hands on until its p99 passes 50 ms.

First the bare relay, then ours.

`python -m bench.saturation [--customers 1000]`
"""

import argparse
import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from math import inf
from pathlib import Path

import uvloop

from bench import browsers, machine, processes

LIMIT = 50_000.0  # microseconds
STEP = 1.3
SECONDS = 4


async def climb(port: int, upstream: int, customers: int) -> float:
    """The highest rate, raised step by step, at which the p99 stays below LIMIT."""
    crowd = browsers.Crowd()
    await browsers.gather(
        crowd, port, browsers.panel(port, processes.KEY), processes.tokens(customers)
    )
    await crowd.until_ready(customers, 120)
    best, rate = 0.0, 1000.0
    while True:
        crowd.took.clear()
        sent = await asyncio.to_thread(processes.ask, upstream, f"push/{rate:.0f}/{SECONDS}")
        await asyncio.sleep(2)
        ordered = sorted(crowd.took)
        late = len(ordered) < sent or ordered[int(len(ordered) * 0.99) - 1] > LIMIT
        print(
            f"  {sent / SECONDS:>7.0f} a second: p99 {ordered[int(len(ordered) * 0.99) - 1]:.0f} µs"
        )
        if late:
            return best
        best, rate = sent / SECONDS, rate * STEP


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        bare = measure("bare relay", processes.bare, Path(name), options.customers)
        seeded = partial(processes.server, customers=options.customers)
        ours = measure("ours", seeded, Path(name), options.customers)
    machine.judge("bare / ours", bare / ours if ours else inf, 1 / 0.75)


def measure(
    name: str,
    serve: Callable[[Path, str], AbstractContextManager[tuple[subprocess.Popen[bytes], int]]],
    directory: Path,
    customers: int,
) -> float:
    """Print and return the highest rate of a server on a core of its own."""
    print(name)
    with (
        processes.livechat(directory) as (_, upstream),
        serve(directory, f"https://localhost:{upstream + 1}") as (child, port),
        processes.core_of_its_own(child),
    ):
        best = uvloop.run(climb(port, upstream, customers))
    print(f"{name}: {best:.0f} pushes a second with a p99 below {LIMIT / 1000:.0f} ms")
    return best


if __name__ == "__main__":
    main()
