"""Memory of one customer who has left and asked to be told of an answer, on their way to LiveChat.

Beside it a customer of the bare relay, who has a browser's socket as well.

`python -m bench.listening [--customers 1000]`
"""

import argparse
import os
import tempfile
import time
import urllib.request
from pathlib import Path

from bench import machine, memory, processes
from widget.notifications.keys import new_private_key

FIRST = 100  # customers, whose cost is the process's own
LONGEST = 240  # seconds until all are listened for

ASK = """
import datetime as dt, json, sys
from django.utils import timezone
from chatproxy.models import BearerToken
from widget.models import Subscription
secret = json.dumps(["https://push.example/1", "key", "auth", "https://shop.example/"])
first, last = json.load(sys.stdin)
until = timezone.now() + dt.timedelta(hours=24)
Subscription.objects.bulk_create([
    Subscription(bearer_token=token, secret=secret, language="en", until=until)
    for token in BearerToken.objects.order_by("pk")[first:last]
])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    customers = parser.parse_args().customers
    processes.allow_many_sockets()
    machine.describe()
    os.environ |= {
        "PUSH_KEY": new_private_key(),
        "PUSH_CONTACT": "mailto:bench@shop.example",
        "PUSH_BROWSERS": str(customers),
    }
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        bare = memory.measure("bare relay", processes.bare, directory, customers)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.server(directory, f"https://localhost:{upstream + 1}", customers) as found,
        ):
            child, port = found
            listen(directory, port, upstream, 0, FIRST)
            base = processes.resident(child)
            listen(directory, port, upstream, FIRST, customers)
            each: float = (processes.resident(child) - base) / (customers - FIRST)
            print(f"{each:.1f} KiB for each of {customers} customers who have left")
            print(f"the process holds {processes.resident(child) / 1024:.0f} MiB in all")
    machine.judge("memory of one who has left / of the bare relay's customer", each / bare, 1)


def listen(directory: Path, port: int, upstream: int, first: int, last: int) -> None:
    """These ask to be told; returns when the server is logged in for all of them."""
    environment = processes.settings_of(directory, f"https://localhost:{upstream + 1}")
    processes.manage(environment, "shell", "-c", ASK, stdin=f"[{first}, {last}]")
    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10).close()
    deadline = time.monotonic() + LONGEST
    while processes.ask(upstream, "state")["online"] < last:
        if time.monotonic() > deadline:
            raise TimeoutError("not all of them are listened for")
        time.sleep(0.5)
    time.sleep(2)  # what is read after the login


if __name__ == "__main__":
    main()
