"""A push on its way: LiveChat's frame to the browser's, beside nginx, a bare relay and none at all.

`python -m bench.pushes [--customers 1000] [--rate 500] [--seconds 10]`
"""

import argparse
import asyncio
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import uvloop

from bench import browsers, machine, processes

SETTLES = 1.0  # seconds until the last push has arrived


def row(name: str, took: list[float], sent: int, cpu: float) -> dict[str, float]:
    """Print and return median and p99 in microseconds, and CPU per push."""
    ordered = sorted(took)
    figures = {
        "median": statistics.median(ordered),
        "p99": ordered[int(len(ordered) * 0.99) - 1],
        "cpu": cpu / max(1, sent) * 1e6,
    }
    print(
        f"{name:<28} median {figures['median']:>8.0f} µs   p99 {figures['p99']:>8.0f} µs   "
        f"CPU {figures['cpu']:>5.0f} µs a push   {len(took)} of {sent} arrived"
    )
    return figures


async def through(
    port: int,
    opening: Callable[[str], tuple[bytes, bytes]],
    upstream: int,
    customers: int,
    rate: float,
    seconds: float,
    child: subprocess.Popen[bytes] | None,
) -> tuple[list[float], int, float]:
    """Connect, push for a while; microseconds of each push, how many were sent, CPU seconds.

    What an equally long calm takes, with heartbeats and pings alone, is no part of a push.
    """
    crowd = browsers.Crowd()
    await browsers.gather(crowd, port, opening, processes.tokens(customers))
    await crowd.until_ready(customers, 60)
    await asyncio.to_thread(processes.ask, upstream, f"push/{rate}/1")
    await asyncio.sleep(0.5)
    crowd.took.clear()
    before = cpu_seconds(child)
    if child:
        await asyncio.sleep(seconds + SETTLES)
    calm = cpu_seconds(child) - before
    sent = await asyncio.to_thread(processes.ask, upstream, f"push/{rate}/{seconds}")
    await asyncio.sleep(SETTLES)
    return crowd.took, sent, cpu_seconds(child) - before - 2 * calm


def cpu_seconds(child: "subprocess.Popen[bytes] | None") -> float:
    return processes.cpu_seconds(child) if child else 0.0


def measure(customers: int, rate: float, seconds: float) -> dict[str, dict[str, float]]:
    """Direct, through nginx, a bare relay and us: in one run, one after the other."""
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        print(f"{customers} customers, {rate:.0f} pushes a second, {seconds:.0f} s each")
        with processes.livechat(directory) as (_, upstream):
            opening = browsers.direct(upstream)
            result = uvloop.run(
                through(upstream, opening, upstream, customers, rate, seconds, None)
            )
            figures["direct"] = row("direct connection", *result)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.nginx(directory, upstream) as (child, port),
        ):
            opening = browsers.direct(port)
            result = uvloop.run(through(port, opening, upstream, customers, rate, seconds, child))
            figures["nginx"] = row("nginx as a proxy", *result)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.bare(directory, f"https://localhost:{upstream + 1}") as (child, port),
        ):
            opening = browsers.panel(port, processes.KEY)
            result = uvloop.run(through(port, opening, upstream, customers, rate, seconds, child))
            figures["bare"] = row("bare relay, TLS upstream", *result)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.server(directory, f"https://localhost:{upstream + 1}", customers) as (
                child,
                port,
            ),
        ):
            opening = browsers.panel(port, processes.KEY)
            result = uvloop.run(through(port, opening, upstream, customers, rate, seconds, child))
            figures["ours"] = row("ours, HTML, TLS upstream", *result)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    processes.allow_many_sockets()
    machine.describe()
    figures = measure(options.customers, options.rate, options.seconds)
    ours, nginx, bare = figures["ours"], figures["nginx"], figures["bare"]
    machine.judge("median, ms more than nginx", (ours["median"] - nginx["median"]) / 1000, 0.4)
    machine.judge("p99 / bare", ours["p99"] / bare["p99"], 2)
    machine.judge("processor time of a push / bare", ours["cpu"] / bare["cpu"], 1.3)


if __name__ == "__main__":
    main()
