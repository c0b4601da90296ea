"""What customers cost who only keep the chat open, beside a bare relay's: nobody says anything.

A line is laid through the processor time of few and of many: what a process takes by itself, and
for each customer.

`python -m bench.idle [--customers 10 1000 5000] [--seconds 20]`: browsers are pinged every 20.
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

OPENS = 240  # seconds for all panels to show the chat
SETTLES = 5  # seconds for what an opening leaves to do
MINUTE = 4.0  # milliseconds of the processor: 5 000 customers keep a third of a core busy
LINE = 1.5  # times as much for each is still a line, on a machine that others use


async def hold(
    port: int, customers: int, seconds: float, child: "subprocess.Popen[bytes]"
) -> tuple[int, float]:
    """Bytes to all browsers, TCP and TLS left out, and CPU seconds of the server in that time."""
    crowd = browsers.Crowd()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(customers))
    await crowd.until_ready(customers, OPENS)
    await asyncio.sleep(SETTLES)
    heard, busy = crowd.bytes, processes.cpu_seconds(child)
    await asyncio.sleep(seconds)
    assert crowd.open == customers, f"{customers} came, {crowd.open} stayed"
    return crowd.bytes - heard, processes.cpu_seconds(child) - busy


def measure(
    name: str,
    serve: Callable[[Path, str], AbstractContextManager[tuple[subprocess.Popen[bytes], int]]],
    customers: int,
    seconds: float,
) -> float:
    """Print what so many do; return the milliseconds of processor time that all take a minute."""
    with (
        tempfile.TemporaryDirectory() as directory,
        processes.livechat(Path(directory)) as (_, upstream),
        serve(Path(directory), f"https://localhost:{upstream + 1}") as (child, port),
    ):
        heard, busy = uvloop.run(hold(port, customers, seconds, child))
    share = 60 / seconds
    print(
        f"{name}: {customers} customers; {heard * share / customers:.1f} bytes a minute to each "
        f"browser, {busy * share * 1000 / customers:.2f} ms of processor time for each",
        flush=True,
    )
    return busy * share * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs=3, default=[10, 1000, 5000])
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    print(f"a quiet chat open for {options.seconds:.0f} s: heartbeats and pings, nothing else")
    few, some, many = options.customers
    bare = [measure("bare relay", processes.bare, count, options.seconds) for count in (few, many)]
    ours = []
    for count in options.customers:
        seeded = partial(processes.server, customers=count)
        ours.append(measure("ours", seeded, count, options.seconds))
    each = (ours[2] - ours[0]) / (many - few)
    relay = (bare[1] - bare[0]) / (many - few)
    print(f"ours in a minute: {ours[0] - few * each:.0f} ms, and {each:.2f} ms for each customer")
    print(f"the bare relay: {relay:.2f} ms for each; it asks LiveChat for nothing in its pings")
    machine.judge("an idle customer, ms of the processor in a minute", each, MINUTE)
    first = (ours[1] - ours[0]) / (some - few)
    machine.judge(f"the same, of {many} / of {some} customers", each / first, LINE)


if __name__ == "__main__":
    main()
