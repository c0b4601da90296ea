"""The highest rate of pushes at which the p99 stays below 50 ms, and the cores it takes."""

import asyncio
import subprocess
import time
from collections.abc import Sequence
from math import inf, sqrt
from typing import NamedTuple

from bench import browsers, processes

LIMIT = 50_000.0  # microseconds
FIRST, LEAST = 1000.0, 50.0  # pushes a second to begin with, and below which nobody looks
STEP = 1.5  # times as many, until they are late
FINE = 1.06  # from there by halves, until both are so near to each other
SECONDS, SETTLES = 3.0, 1.5


class Load(NamedTuple):
    """So many pushes a second, the p99 in microseconds, and the cores that each server used."""

    rate: float
    p99: float
    cores: tuple[float, ...]

    @property
    def is_late(self) -> bool:
        return self.p99 > LIMIT

    def __str__(self) -> str:
        cores = " and ".join(f"{used:.2f}" for used in self.cores)
        return f"{self.rate:.0f} a second: p99 {self.p99 / 1000:.1f} ms, {cores} of a core"


async def climb(
    crowd: browsers.Crowd, upstream: int, servers: Sequence["subprocess.Popen[bytes]"]
) -> tuple[Load, Load]:
    """The highest rate in time, which may be 0, and the lowest beyond it that was late."""
    held, late, rate = Load(0, 0, (0.0,) * len(servers)), None, FIRST
    while late is None or late.rate > max(held.rate, LEAST) * FINE:
        load = await push(crowd, upstream, servers, rate)
        print(f"  {load}", flush=True)
        if load.is_late:
            late = load
        else:
            held = load
        if late is None:
            rate = held.rate * STEP
        else:
            rate = sqrt(held.rate * late.rate) if held.rate else late.rate / STEP
    return held, late


async def push(
    crowd: browsers.Crowd, upstream: int, servers: Sequence["subprocess.Popen[bytes]"], rate: float
) -> Load:
    """What that many a second take; one that does not arrive takes for ever."""
    crowd.took.clear()
    before, began = [processes.cpu_seconds(child) for child in servers], time.monotonic()
    sent = await asyncio.to_thread(processes.ask, upstream, f"push/{rate:.0f}/{SECONDS}")
    elapsed = time.monotonic() - began
    cores = tuple(
        (processes.cpu_seconds(child) - was) / elapsed
        for child, was in zip(servers, before, strict=True)
    )
    await asyncio.sleep(SETTLES)
    ordered = sorted(crowd.took) + [inf] * (sent - len(crowd.took))
    return Load(rate, ordered[int(sent * 0.99) - 1], cores)
