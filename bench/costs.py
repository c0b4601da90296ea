"""What one visit and one message cost a process, PostgreSQL and Redis.

A message goes over the customer's own connection where their panel is open, and else is a request.

`tests/with_services.sh python -m bench.costs`
"""

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import psycopg
import redis
import uvloop

from bench import browsers, machine, processes, sends
from bench.cluster import Cluster

VISITS, SENDERS = 100, 40  # twice the visits are allowed to one address in a minute
MESSAGE = 4.0  # milliseconds of the processor
SETTLE = 11.0  # seconds until an idle PostgreSQL has written down what it did


class Meter:
    """Since it began: what Redis and PostgreSQL were asked, and the processor time it took."""

    def __init__(self, made: Cluster) -> None:
        self.made = made
        self.redis = redis.Redis.from_url(os.environ["REDIS_URL"])
        self.database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def begin(self) -> None:
        time.sleep(SETTLE)
        self.counts, self.cpu = self.read(), processes.cpu_seconds(self.made.servers[0])

    def read(self) -> tuple[float, ...]:
        redis = self.redis.info("stats")
        committed = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        row = self.database.execute(committed).fetchone()
        assert row, "PostgreSQL keeps a row for each database"
        return (
            float(redis["total_reads_processed"]),  # each script or command that is sent is one
            float(redis["total_commands_processed"]),  # those inside scripts are counted, too
            float(row[0]),
        )

    def report(self, name: str, count: int) -> float:
        """Milliseconds of the processor for one of them."""
        cpu = 1000 * (processes.cpu_seconds(self.made.servers[0]) - self.cpu) / count
        time.sleep(SETTLE)
        trips, commands, queries = (
            (now - was) / count for now, was in zip(self.read(), self.counts, strict=True)
        )
        print(
            f"{name}: {trips:.1f} round trips to Redis ({commands:.0f} commands), "
            f"{queries:.1f} PostgreSQL queries, {cpu:.1f} ms of the processor"
        )
        machine.judge(
            f"{name}, round trips to Redis", trips, 4.5
        )  # a look at the state now and then
        machine.judge(f"{name}, PostgreSQL queries", queries, 2.5)
        return cpu

    def report_messages(self, name: str) -> None:
        cpu = self.report(name, SENDERS * sends.EACH)
        machine.judge(f"{name}, ms of the processor", cpu, MESSAGE)


async def visit(made: Cluster) -> None:
    crowd = browsers.Crowd()
    opening = browsers.panel(made.plain_port, processes.KEY)
    await browsers.gather(crowd, made.plain_port, opening, processes.tokens(VISITS))
    await crowd.until_ready(VISITS, 60)


async def send(made: Cluster) -> None:
    await sends.senders(made.plain_port, sends.ours, SENDERS)


async def chat(made: Cluster, meter: Meter) -> None:
    """Open panels, and measure what is sent from them."""
    crowd = browsers.Crowd()
    opening = browsers.panel(made.plain_port, processes.KEY)
    await browsers.gather(crowd, made.plain_port, opening, processes.tokens(SENDERS))
    await crowd.until_ready(SENDERS, 60)
    meter.begin()
    await send(made)
    meter.report_messages("a message from an open panel")


def wait_for_minute() -> None:
    """Until the next begins: one address may send as many as one part of this, and no second.

    Connections to PostgreSQL end meanwhile, so what comes first after it pays for new ones.
    """
    time.sleep(60 - time.time() % 60)


def main() -> None:
    processes.allow_many_sockets()
    machine.describe()
    with tempfile.TemporaryDirectory() as name, processes.livechat(Path(name)) as (_, upstream):
        made = Cluster(Path(name), 1, f"http://127.0.0.1:{upstream}")
        made.settings["LIMITS"] = "1"  # they cost as well, and so few stay below them
        made.prepare(processes.SEED, json.dumps(processes.tokens(VISITS)))
        with made.serve():
            meter = Meter(made)
            asyncio.run(visit(made))  # caches fill, threads start, connections open
            uvloop.run(sends.senders(made.plain_port, sends.ours, SENDERS, 1))
            meter.begin()
            uvloop.run(visit(made))
            meter.report("a visit", VISITS)
            meter.begin()
            uvloop.run(send(made))
            meter.report_messages("a message by request")
            wait_for_minute()
            uvloop.run(chat(made, meter))


if __name__ == "__main__":
    main()
