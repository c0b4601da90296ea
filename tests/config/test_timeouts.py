"""Whose answer takes too long or breaks off, and whom that does not concern, over real sockets."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead

import pytest

from tests.config.test_server import ENVIRONMENT, PATIENCE, serving
from tests.sandbox_rig import ROOT

# One that fails whenever it is looked at, and one that comes after it.
ONE_FAILS = """
import asyncio
from config import server

class Fails:
    def check_timeouts(self):
        raise ZeroDivisionError

class Counts:
    looks = 0
    def check_timeouts(self):
        self.looks += 1

async def look_on(counts):
    looking = server.Server.__new__(server.Server)
    looking.connections = {Fails(): {}, counts: {}}
    checking = asyncio.ensure_future(looking.check_timeouts())
    while counts.looks < 3 and not checking.done():
        await asyncio.sleep(0)
    print(counts.looks, "looks")

server.CHECK_EVERY = 0
asyncio.run(look_on(Counts()))
"""

CLEANING_FAILS = """
import asyncio
from config import server

class Connections:
    looks = 0
    def items(self):
        self.looks += 1
        raise ZeroDivisionError

async def look_on(connections):
    looking = server.Server.__new__(server.Server)
    looking.connections = connections
    looking.application_checker()
    while connections.looks < 3:
        await asyncio.sleep(0)
    print(connections.looks, "looks")

server.CLEAN_EVERY = 0
asyncio.run(look_on(Connections()))
"""

# A goodbye in which what the application does fails, or never ends.
LEAVES_BADLY = """
import asyncio
from config import server

class Leaves(server.Server):
    def __init__(self):
        self.connections = {}

    async def until_quiet(self):
        print("requests had their time")

async def fail():
    raise OSError("the database is away")

async def hang():
    await asyncio.sleep(3600)

async def leave():
    for server_s in fail, hang:
        leaves = Leaves()
        leaves.leave = server_s
        await leaves.goodbye()

server.LEAVE = 0.1
asyncio.run(leave())
"""


@contextmanager
def asking(port: int, path: str) -> Iterator[HTTPResponse]:
    """A browser, for as long as it stays."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as browser:
        browser.request("GET", path)
        yield browser.getresponse()


def test_a_stream_lasts_longer_than_other_answers_may() -> None:
    with serving(REQUEST_TIMEOUT="1") as server, asking(server.port, "/slow") as answer:
        begun = time.monotonic()
        while time.monotonic() < begun + 5:  # the server looks every two seconds
            assert answer.readline() == b"alive\n"


def test_an_answer_that_takes_too_long_is_ended_once_and_not_if_its_browser_has_gone() -> None:
    with serving(REQUEST_TIMEOUT="1") as server:
        with asking(server.port, "/hanging"):
            pass  # gone; the application does not know that yet
        with asking(server.port, "/hanging") as answer:
            assert answer.read().endswith(b"alive\n")
        time.sleep(3)  # both applications go on, and the server looks again
        server.process.kill()
        assert server.process.stderr
        assert "Traceback" not in server.process.stderr.read()


def output_of(program: str) -> str:
    """Of one that has the server's reactor to itself."""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return ran.stdout


@pytest.mark.parametrize(
    "failing", [ONE_FAILS, pytest.param(CLEANING_FAILS, marks=pytest.mark.night)]
)
def test_the_server_looks_at_its_connections_again_whatever_fails(failing: str) -> None:
    assert output_of(failing) == "3 looks\n"


def test_requests_have_their_time_whatever_comes_of_the_application_s_goodbye() -> None:
    assert output_of(LEAVES_BADLY) == 2 * "requests had their time\n"


@pytest.mark.night  # rare
def test_every_answer_that_breaks_is_cut_off_not_only_the_first() -> None:
    with serving() as server:
        for _ in range(2):
            with asking(server.port, "/breaking") as answer, pytest.raises(IncompleteRead):
                answer.read()
