"""Everybody comes back after a restart: browser socket, login to LiveChat, the chat on screen.

`python -m bench.restart [--customers 5000]`
"""

import argparse
import time

import uvloop

from bench import browsers, processes


async def come_back(port: int, customers: int) -> tuple[float, int]:
    """Seconds until all show their chat again, all dialling at once; and how many failed."""
    crowd = browsers.Crowd()
    began = time.monotonic()
    opening = browsers.panel(port, processes.KEY)
    await browsers.gather(crowd, port, opening, processes.tokens(customers), at_once=customers)
    await crowd.until_ready(customers - crowd.failed, 120)
    return time.monotonic() - began, crowd.failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    options = parser.parse_args()
    with processes.secure_server(options.customers) as (_, port):
        seconds, failed = uvloop.run(come_back(port, options.customers))
    print(
        f"{options.customers} customers back in {seconds:.1f} s "
        f"({options.customers / seconds:.0f} a second), {failed} failed"
    )


if __name__ == "__main__":
    main()
