"""Instructions of a push from LiveChat's frame to the browser's, ours beside the bare relay's.

Counted by valgrind's callgrind, which no other load on the machine changes, from the first push on:
what comes before it would take ten minutes more.
`python -m bench.instructions [--customers 4] [--pushes 600]`, with Debian's package valgrind: of
few pushes the garbage collector's rare long rounds are too large a part to judge.
"""

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path

import uvloop

from bench import browsers, machine, processes

ENOUGH = 600  # pushes
WARM = 40  # pushes before it is counted
RATE = 10  # pushes a second: valgrind takes fifty times as long as the machine
FEW = 1  # pushes a second, in the time that is taken off
START = 1200  # seconds for a server to start and everybody to be shown the chat
# In place of the real one, whose runtime of Go ends valgrind. No push needs it.
MINIFY = "def string(_type, text):\n    return text\n"
SUMMARY = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


def control(child: subprocess.Popen[bytes], *command: str) -> None:
    subprocess.run(["callgrind_control", *command, str(child.pid)], check=True, capture_output=True)


async def count(
    child: subprocess.Popen[bytes], port: int, upstream: int, customers: int, pushes: int, out: Path
) -> float:
    """Instructions of one push: those of a time with many less those of one with few.

    So what is written down every few seconds, however many there were, is no push's.
    """
    crowd = browsers.Crowd()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(customers))
    await crowd.until_ready(customers, START)
    await asyncio.to_thread(control, child, "--instr=on")
    seconds = pushes / RATE

    async def push(rate: float, seconds: float) -> int:
        crowd.took.clear()
        sent = await asyncio.to_thread(processes.ask, upstream, f"push/{rate}/{seconds}", START)
        await settle(crowd, sent)
        return len(crowd.took)

    await push(RATE, WARM / RATE)
    few, in_few = await spent(child, out, push(FEW, seconds))
    many, in_many = await spent(child, out, push(RATE, seconds))
    return (in_many - in_few) / (many - few)


async def settle(crowd: browsers.Crowd, arrived: int) -> None:
    async with asyncio.timeout(START):
        while len(crowd.took) < arrived:
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)


async def spent(
    child: subprocess.Popen[bytes], out: Path, pushing: Awaitable[int]
) -> tuple[int, int]:
    """How many pushes arrived, and the event loop's instructions meanwhile.

    Those of other threads, which write down counts, differ by more than a push takes.
    """
    await asyncio.to_thread(control, child, "--zero")
    pushes = await pushing
    await asyncio.to_thread(control, child, "--dump")
    await asyncio.sleep(2)
    newest = max(out.parent.glob(f"{out.name}.*-01"), key=lambda path: path.stat().st_mtime)
    found = SUMMARY.search(newest.read_text())
    assert found, newest
    return pushes, int(found[1])


def under(out: Path) -> tuple[str, ...]:
    counted = (f"--callgrind-out-file={out}", "--instr-atstart=no", "--separate-threads=yes")
    return ("valgrind", "--tool=callgrind", *counted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=4)
    parser.add_argument("--pushes", type=int, default=ENOUGH)
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: apt-get install valgrind")
    crowd = (options.customers, options.pushes)
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "minify.py").write_text(MINIFY)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.bare(
                directory, f"https://localhost:{upstream + 1}", under(directory / "bare")
            ) as (child, port),
        ):
            bare = uvloop.run(count(child, port, upstream, *crowd, directory / "bare"))
        print(f"bare relay {bare:>12,.0f} instructions a push", flush=True)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.server(
                directory,
                f"https://localhost:{upstream + 1}",
                options.customers,
                under=under(directory / "ours"),
                settings={"PYTHONPATH": str(directory)},
            ) as (child, port),
        ):
            ours = uvloop.run(count(child, port, upstream, *crowd, directory / "ours"))
        print(f"ours       {ours:>12,.0f} instructions a push")
    if options.pushes < ENOUGH:
        print(f"ours / bare {ours / bare:.2f}, not judged: {ENOUGH} pushes are needed")
    else:
        machine.judge("instructions of a push, ours / bare", ours / bare, 1.5)


if __name__ == "__main__":
    main()
