"""A region of LiveChat that does not answer, and everybody else, over real sockets."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any, NamedTuple

import pytest

from tests.config.regions import API_URL
from tests.sandbox_rig import (
    ROOT,
    START_LIMIT,
    Agent,
    Sandbox,
    SandboxProcess,
    free_port,
    is_served,
)
from tests.waiting import wait_until

CROWD = 330  # as many as a process has workers
SHARE = 313  # of three organizations: no one of them has a third
HANG = 14.0  # seconds: LiveChat gives up after 15
IN_NORMAL_TIME = 5.0  # seconds, on a machine that does something else as well
UNREACHABLE = b"We can&#x27;t reach the chat right now."
SEED = """
import datetime as dt, json, sys
from django.core.management import call_command
from django.utils import timezone
from chatproxy.models import BearerToken, Customer, hash_of
from widget.models import Widget
call_command("migrate", verbosity=0)
given = json.load(sys.stdin)
for widget in given["widgets"]:
    Widget.objects.create(name=widget["key"], **widget)
there = given["widgets"][1:]
fresh_until = timezone.now() + dt.timedelta(hours=7)
customers = Customer.objects.bulk_create(
    Customer(
        widget_key=widget["key"], organization_id=widget["organization_id"],
        entity_id="c", chat_id="SK7Q2M4XAA", cid="c", cst="s", access_token=f"fra:{number}",
        fresh_until=fresh_until,
    )
    for number in range(given["crowd"]) for widget in [there[number % len(there)]]
)
BearerToken.objects.bulk_create(
    BearerToken(customer=customer, token_hash=hash_of(f"token-{number}"))
    for number, customer in enumerate(customers)
)
"""


class Answer(NamedTuple):
    status: int
    headers: bytes
    body: bytes


class House(NamedTuple):
    """A server of ours, and the two sandboxes that are LiveChat's regions to it."""

    port: int
    dal: Sandbox
    fra: Sandbox

    async def post(self, path: str, token: str = "", **form: str) -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = "&".join(f"{name}={value}" for name, value in form.items())
        head = [
            f"POST {path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Connection: close",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            *([f"Authorization: Bearer {token}"] if token else []),
        ]
        writer.write("\r\n".join([*head, "", body]).encode())
        try:
            said = await reader.read()
        finally:
            writer.close()
        headers, _, answered = said.partition(b"\r\n\r\n")
        return Answer(int(headers.split()[1]), headers, answered)

    async def say(self, key: str, token: str, text: str) -> Answer:
        said = {"text": text, "custom_id": uuid.uuid4().hex, "attempt": "0"}
        return await self.post(f"/w/{key}/events", token, **said)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as ends:
        processes = [SandboxProcess(), SandboxProcess()]
        for process in processes:
            ends.callback(process.stop)
        dal, fra = (Sandbox(process.url) for process in processes)
        fra.settings(region="fra")
        port, directory = free_port(), tmp_path_factory.mktemp("server")
        environment = os.environ | {
            "DJANGO_SECRET_KEY": "only for tests " * 4,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATA_DIR": str(directory),
            "DATABASE_URL": f"sqlite:///{directory / 'db.sqlite3'}",
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
            "LIMITS": "0",
            "SECURE_SSL_REDIRECT": "0",
            "LIVECHAT_API_URL": API_URL,
            "LIVECHAT_ACCOUNTS_URL": dal.url,
        }
        seed(environment, dal)
        ports = [str(process.port) for process in processes]
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.config.regions", str(port), *ports],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        ends.callback(end, server)
        wait_until(lambda: is_served(port), START_LIMIT)
        yield House(port, dal, fra)


def seed(environment: dict[str, str], dal: Sandbox) -> None:
    """A widget in one region; three of strangers to each other in the other, and a crowd there."""
    app = {name: dal.config[name] for name in ("client_id", "redirect_uri")}
    here = {"key": "dal", "organization_id": dal.config["organization_id"], "region": "dal"}
    there = [
        {"key": f"fra-{number}", "organization_id": str(uuid.uuid4()), "region": "fra"}
        for number in range(3)
    ]
    widgets = [app | widget for widget in (here, *there)]
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", SEED],
        cwd=ROOT,
        env=environment,
        input=json.dumps({"widgets": widgets, "crowd": CROWD}),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def end(server: "subprocess.Popen[Any]") -> None:
    """Whoever still waits for a LiveChat that hangs is not waited for."""
    server.kill()
    server.wait(10)


@pytest.mark.night  # by day without sockets: chatproxy/test_turns.py
async def test_a_region_that_hangs_leaves_workers_for_everybody_else(house: House) -> None:
    """Who finds no place in the crowd is told at once, as if LiveChat had failed."""
    introduced = await house.post("/w/dal/customer")
    token = introduced.headers.partition(b"X-Chat-Token: ")[2].split(b"\r\n")[0].decode()
    house.fra.fault("latency", seconds=60)
    crowd = [
        asyncio.create_task(house.say(f"fra-{number % 3}", f"token-{number}", "Hello"))
        for number in range(CROWD)
    ]
    try:
        async with asyncio.timeout(HANG):
            first = islice(asyncio.as_completed(crowd), CROWD - SHARE)
            turned_away = [await each for each in first]
        assert {each.status for each in turned_away} == {200}
        assert all(UNREACHABLE in each.body for each in turned_away)
        assert sum(not each.done() for each in crowd) == SHARE
        began = time.monotonic()
        said = await house.say("dal", token, "I+get+through")
        assert said.status == 204
        assert time.monotonic() - began < IN_NORMAL_TIME
        agent = Agent(house.dal)
        chat = agent.chat(agent.chats()[0]["id"])
        assert [event.get("text") for event in chat["thread"]["events"]][-1] == "I get through"
    finally:
        for each in crowd:
            each.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        house.fra.clear_faults()
