"""How many pushes a second one process on a core of its own hands on until its p99 passes 50 ms.

First the bare relay, then ours. Where that core was not full when pushes were late, something else
was in the way: then the figure is the least that it does, and nothing is judged.

`python -m bench.saturation [--customers 1000]`
"""

import argparse
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from math import inf
from pathlib import Path

import uvloop

from bench import browsers, machine, processes
from bench.climbing import Load, climb

FULL = 0.9  # of a core: the rest is what the system takes of it


async def saturate(
    port: int, upstream: int, customers: int, child: "subprocess.Popen[bytes]"
) -> tuple[Load, Load]:
    crowd = browsers.Crowd()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(customers))
    await crowd.until_ready(customers, 120)
    return await climb(crowd, upstream, [child])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        bare, bare_full = measure("bare relay", processes.bare, Path(name), options.customers)
        seeded = partial(processes.server, customers=options.customers)
        ours, ours_full = measure("ours", seeded, Path(name), options.customers)
    ratio = bare / ours if ours else inf
    if bare_full and ours_full:
        machine.judge("bare / ours, pushes a second", ratio, 1 / 0.75)
    else:
        print(f"bare / ours {ratio:.2f}, not judged: a core was not full")


def measure(
    name: str,
    serve: Callable[[Path, str], AbstractContextManager[tuple[subprocess.Popen[bytes], int]]],
    directory: Path,
    customers: int,
) -> tuple[float, bool]:
    """Print and return the highest rate of a server, and whether its core was full beyond it."""
    print(name)
    with (
        processes.livechat(directory) as (livechat, upstream),
        serve(directory, f"https://localhost:{upstream + 1}") as (child, port),
        processes.core_of_its_own(child, livechat),
    ):
        held, late = uvloop.run(saturate(port, upstream, customers, child))
    full = late.cores[0] >= FULL
    print(f"{name}:{'' if full else ' at least'} {held.rate:.0f} pushes a second in time")
    return held.rate, full


if __name__ == "__main__":
    main()
