"""What the loader and the panel's shell cost the server, beside one of its static files.

`python -m bench.answers`: processor time of an answer, over one connection, to a browser that has
nothing yet.
"""

import http.client
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import machine, processes

ROUNDS = 1000
WARM = 50
FLOOR = "/static/widget/customers/panel.css"
GOAL = 1.5  # times a static file
ANSWERS = {
    "embed.js": f"/w/{processes.KEY}/embed.js",
    "shell": f"/w/{processes.KEY}/?lang=en",
    "look.css": f"/w/{processes.KEY}/look.css",
}
HEADERS = {"Accept-Encoding": "br", "Accept-Language": "en", "Host": "127.0.0.1"}


def cost(child: "subprocess.Popen[bytes]", port: int, path: str) -> tuple[float, float]:
    """Processor time and median time of one answer, in milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for number in range(WARM + ROUNDS):
        if number == WARM:
            before = processes.cpu_seconds(child)
        began = time.perf_counter()
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        took.append(time.perf_counter() - began)
    used = processes.cpu_seconds(child) - before
    return used / ROUNDS * 1000, statistics.median(took[WARM:]) * 1000


def main() -> None:
    machine.describe()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with (
            processes.livechat(directory) as (_, upstream),
            processes.server(directory, f"http://127.0.0.1:{upstream}", 1) as (child, port),
        ):
            floor, median = cost(child, port, FLOOR)
            print(f"a static file: {floor:.2f} ms of processor time, median {median:.2f} ms")
            for answer, path in ANSWERS.items():
                used, median = cost(child, port, path)
                print(f"{answer}: {used:.2f} ms of processor time, median {median:.2f} ms")
                machine.judge(f"{answer} beside a static file", used / floor, GOAL)


if __name__ == "__main__":
    main()
