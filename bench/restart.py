"""Everybody comes back after a restart: browser socket, login to LiveChat, the chat on screen.

First to the bare relay, which logs in as fast as it can, then to us at the default pace, then
a few at a time, for the memory that a calm process has.

`python -m bench.restart [--customers 5000]`
"""

import argparse
import asyncio
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvloop

from bench import browsers, machine, processes

CALMS = 5.0  # seconds until what came back is only held
FEW = 20  # who come at once in a calm time


class Return(NamedTuple):
    """Seconds until all show their chat again, how many failed, and the most MiB meanwhile."""

    seconds: float
    failed: int
    peak: float


async def come_back(
    port: int, customers: int, child: subprocess.Popen[bytes], at_once: int
) -> Return:
    """So many dial at once."""
    crowd = browsers.Crowd()
    began = time.monotonic()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(customers), at_once=at_once)
    async with asyncio.timeout(240):
        while crowd.ready < customers - crowd.failed:
            await asyncio.sleep(0.01)
    seconds = time.monotonic() - began
    await asyncio.sleep(CALMS)
    return Return(seconds, crowd.failed, processes.highest(child) / 1024)


def measure(
    name: str,
    serve: Callable[[Path, str], AbstractContextManager[tuple[subprocess.Popen[bytes], int]]],
    directory: Path,
    customers: int,
    at_once: int,
) -> Return:
    """Print and return it."""
    with (
        processes.livechat(directory) as (_, upstream),
        serve(directory, f"https://localhost:{upstream + 1}") as (child, port),
    ):
        back = uvloop.run(come_back(port, customers, child, at_once))
    print(
        f"{name}: {customers} customers back in {back.seconds:.1f} s "
        f"({customers / back.seconds:.0f} a second), {back.failed} failed; "
        f"{back.peak:.0f} MiB at most",
        flush=True,
    )
    return back


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        count, directory = options.customers, Path(name)
        bare = measure("bare relay", processes.bare, directory, count, count)
        seeded = partial(processes.server, customers=count)
        ours = measure("ours", seeded, directory, count, count)
        apart = directory / "apart"
        apart.mkdir()
        calm = measure("ours, a few at a time", seeded, apart, count, FEW)
    print(f"ours / bare: {ours.seconds / bare.seconds:.2f}")
    machine.judge("seconds until everybody is back", ours.seconds, 20 * options.customers / 5000)
    machine.judge("customers who failed to come back", ours.failed, 0)
    machine.judge("memory, highest / calm", ours.peak / calm.peak, 2)


if __name__ == "__main__":
    main()
