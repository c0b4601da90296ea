"""Many processes: what each adds, and that nothing is lost when one dies or is restarted.

What each adds is judged by the processor time of a push, with as many pushes to each. The highest
rate in time is told beside it: nginx and what measures need some of the same cores.

`make scale`, or with fewer of everything: `tests/with_services.sh python -m bench.scale --short`
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench import browsers, machine, processes, sends
from bench.climbing import climb
from bench.cluster import Cluster
from bench.visitors import Visitors


@dataclass(frozen=True)
class Size:
    """How much of everything a run has; seconds for each phase."""

    processes: tuple[int, ...]  # one run for each number
    customers: int
    rate: float  # to the customers of each process
    senders: int
    seconds: float
    visitors: int
    turmoil: float
    climbs: bool  # to the highest rate


ARRIVES = 30.0  # seconds until the last push must have reached its browser
WHOLE = Size(
    (1, 2), customers=1000, rate=500, senders=50, seconds=10, visitors=60, turmoil=40, climbs=True
)
SHORT = Size(
    (2,), customers=100, rate=200, senders=10, seconds=1, visitors=12, turmoil=8, climbs=False
)


def capacity(directory: Path, count: int, size: Size) -> tuple[float, float]:
    """What `count` processes do, as `push` tells it."""
    with processes.livechat(directory) as (_, upstream):
        made = Cluster(directory, count, f"http://127.0.0.1:{upstream}")
        tokens = processes.tokens(max(size.customers, size.senders))
        made.prepare(processes.SEED, json.dumps(tokens))
        with made.serve():
            return uvloop.run(push(made, upstream, size))


async def push(made: Cluster, upstream: int, size: Size) -> tuple[float, float]:
    """Print what they do; return their processor time of a push, and the highest rate in time."""
    crowd = browsers.Crowd()
    opening = browsers.panel(made.plain_port, processes.KEY)
    await browsers.gather(crowd, made.plain_port, opening, processes.tokens(size.customers))
    await crowd.until_ready(size.customers, 60)
    await asyncio.to_thread(processes.ask, upstream, f"push/{size.rate}/1")
    await asyncio.sleep(1)
    crowd.took.clear()
    servers = list(made.servers.values())
    assert made.nginx is not None
    watched = [*servers, made.nginx]
    before = [processes.cpu_seconds(child) for child in watched]
    rate = size.rate * len(servers)
    sent = await asyncio.to_thread(processes.ask, upstream, f"push/{rate}/{size.seconds}")
    with suppress(TimeoutError):
        async with asyncio.timeout(ARRIVES):
            while len(crowd.took) < sent:
                await asyncio.sleep(0.1)
    *ours, nginx = (
        processes.cpu_seconds(child) - was for child, was in zip(watched, before, strict=True)
    )
    assert len(crowd.took) == sent, f"{sent} pushed, {len(crowd.took)} arrived"
    each = sum(ours) / sent
    took = await sends.senders(made.plain_port, sends.ours, size.senders)
    median, p99 = statistics.median(crowd.took), sorted(crowd.took)[int(len(crowd.took) * 0.99)]
    print(
        f"{len(servers)} process{'es' * (len(servers) > 1)}: {made.count_customers()} customers, "
        f"{sum(map(processes.resident, servers)) // 1024} MiB; {sent} pushes, all arrived, "
        f"median {median / 1000:.2f} ms, p99 {p99 / 1000:.2f} ms; CPU a push {each * 1e6:.0f} µs "
        f"(nginx {nginx / sent * 1e6:.0f}); a message sent {statistics.median(took):.1f} ms"
    )
    if not size.climbs:
        return each, 0
    held, _ = await climb(crowd, upstream, servers)
    print(f"in time: {held}", flush=True)
    return each, held.rate


def compare(one: tuple[float, float], two: tuple[float, float]) -> None:
    """Print and judge what the second process adds."""
    print(f"two processes / one, pushes a second in time: {two[1] / max(one[1], 1):.2f}")
    machine.judge("processor time of a push, two processes / one", two[0] / one[0], 2 / 1.8)


def turmoil(directory: Path, size: Size) -> Visitors:
    """Chats through two processes, one killed and started again, the other restarted politely."""
    port = processes.free_port()
    livechat = f"http://127.0.0.1:{port}"
    with processes.sandbox(port):
        made = Cluster(directory, 2, livechat)
        visitors = Visitors(made.port, livechat, made.certificate, size.visitors)
        made.prepare(visitors.widget())
        with made.serve():
            asyncio.run(under_turmoil(visitors, made, size.turmoil))
        return visitors


async def under_turmoil(visitors: Visitors, made: Cluster, seconds: float) -> None:
    async with visitors.chatting():
        await asyncio.sleep(seconds / 4)
        await asyncio.to_thread(made.kill, 0)
        await asyncio.sleep(seconds / 4)
        await asyncio.to_thread(made.start, 0)
        await asyncio.sleep(seconds / 4)
        await asyncio.to_thread(made.stop, 1)
        await asyncio.to_thread(made.start, 1)
        await asyncio.sleep(seconds / 4)
    await visitors.settle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    size = SHORT if parser.parse_args().short else WHOLE
    processes.allow_many_sockets()
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        loads = [capacity(Path(name), count, size) for count in size.processes]
        if size.climbs:
            compare(*loads)
        visitors = turmoil(Path(name), size)
    print(visitors.report())
    if visitors.lost or visitors.doubled:
        sys.exit(1)


if __name__ == "__main__":
    main()
