"""What state the machine is in, beside which every figure has to be read."""

import os
import time

ROUNDS = 200_000
RUNS = 5


def calibrate() -> float:
    """Milliseconds of processor time for a fixed piece of Python, the best of some runs."""
    return min(_loop() for _ in range(RUNS)) * 1000


def _loop() -> float:
    began = time.process_time()
    total = 0
    for number in range(ROUNDS):
        total += len(str(number))
    return time.process_time() - began


def describe() -> None:
    """Print one line: the loop, the cores we may use, and what else runs."""
    cores, (load, _, _) = len(os.sched_getaffinity(0)), os.getloadavg()
    print(f"machine: {calibrate():.0f} ms for the loop, {cores} cores, load {load:.1f}", flush=True)


def judge(name: str, value: float, goal: float) -> None:
    """Print whether a figure meets its goal today."""
    holds = "holds" if value <= goal else "MISSED"
    print(f"  {holds}: {name} {value:.2f} (goal {goal:g})", flush=True)
