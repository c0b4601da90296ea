"""The sandbox in a test run: how soon it answers, and how often it can begin afresh.

`python -m bench.sandbox_start [--starts 5] [--resets 1000]`
"""

import argparse
import http.client
import statistics
import time
import urllib.error
import urllib.request

from bench import machine, processes


def time_to_answer() -> float:
    """Seconds from starting the process to `/healthz` answering 200."""
    port = processes.free_port()
    began = time.perf_counter()
    with processes.sandbox(port):
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                    return time.perf_counter() - began
            except urllib.error.URLError:
                time.sleep(0.005)


def resets_per_second(count: int) -> float:
    port = processes.free_port()
    with processes.sandbox(port):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        began = time.perf_counter()
        for _ in range(count):
            connection.request("POST", "/sandbox/reset", b"{}")
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
        return count / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--resets", type=int, default=1000)
    options = parser.parse_args()
    machine.describe()
    took = [time_to_answer() for _ in range(options.starts)]
    resets = resets_per_second(options.resets)
    print(
        f"from start to first answer: median {statistics.median(took):.2f} s "
        f"({min(took):.2f} to {max(took):.2f}); "
        f"{resets:.0f} resets a second"
    )
    machine.judge("the sandbox, seconds to its first answer", statistics.median(took), 1)
    machine.judge("the sandbox, seconds for a hundred resets", 100 / resets, 1)


if __name__ == "__main__":
    main()
