"""What a customer costs who only keeps the chat open: nobody says anything.

`python -m bench.idle [--customers 500] [--seconds 60]`
"""

import argparse
import asyncio
import subprocess

import uvloop

from bench import browsers, machine, processes


async def hold(
    port: int, customers: int, seconds: float, child: subprocess.Popen[bytes]
) -> tuple[int, float]:
    """Bytes to all browsers, TCP and TLS left out, and CPU seconds of the server in that time."""
    crowd = browsers.Crowd()
    await browsers.gather(
        crowd, port, browsers.panel(port, processes.KEY), processes.tokens(customers)
    )
    await crowd.until_ready(customers, 120)
    await asyncio.sleep(5)
    heard, busy = crowd.bytes, processes.cpu_seconds(child)
    await asyncio.sleep(seconds)
    return crowd.bytes - heard, processes.cpu_seconds(child) - busy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    machine.describe()
    with processes.secure_server(options.customers) as (child, port):
        heard, busy = uvloop.run(hold(port, options.customers, options.seconds, child))
    share = 60 / options.seconds / options.customers
    print(f"{options.customers} customers with a quiet chat open for {options.seconds:.0f} s")
    print(f"{heard * share:.1f} bytes a minute to each browser: heartbeats and pings")
    print(f"{busy * share * 1000:.2f} ms of processor time a minute for each, pings included")


if __name__ == "__main__":
    main()
