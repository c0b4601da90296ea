"""Several processes behind nginx, as documented, and a long run, both in short forms."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.processes import certificate_in
from bench.soak import Run
from bench.visitors import Visitors
from tests.config.conftest import add_widget, customer, shop_widget, visitor
from tests.sandbox_rig import ROOT, Agent, Sandbox
from tests.widget.visitor import Visitor

__all__ = ["add_widget", "customer", "shop_widget", "visitor"]

LONGEST = 600  # seconds: two slow cores that have other things to do


def run(*command: str) -> str:
    """What a command printed. It must succeed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def watched(sandbox: Sandbox, tmp_path: Path) -> Visitors:
    """The counting of one customer's chat."""
    certificate, _key = certificate_in(tmp_path)
    return Visitors(0, sandbox.url, certificate, 1)


@pytest.mark.night  # by day tests/chaos has two processes that die, without nginx
@pytest.mark.timeout(LONGEST)
def test_two_processes_share_the_customers_and_lose_nothing_when_they_die_and_come_back() -> None:
    said = run("tests/with_services.sh", sys.executable, "-m", "bench.scale", "--short")
    held = re.search(r"2 processes: \[(\d+), (\d+)\] customers", said)
    assert held, said
    first, second = map(int, held.groups())
    assert first + second == 100
    assert min(first, second) > 20
    assert re.search(r"of [1-9]\d* events lost 0, doubled 0", said), said
    assert re.search(r"[1-9]\d* sockets lost and back", said), said


@pytest.mark.timeout(LONGEST)
def test_memory_does_not_grow_under_steady_load() -> None:
    said = run(sys.executable, "-m", "bench.soak", "--minutes", "1", "--customers", "60")
    assert re.search(r"1\.0 minutes: [1-9]\d* pushes, [1-9]\d* messages sent", said), said


@pytest.mark.night
@pytest.mark.timeout(2 * LONGEST)
def test_memory_does_not_grow_in_ten_minutes() -> None:
    command = (sys.executable, "-m", "bench.soak", "--minutes", "10")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * LONGEST)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_leak_would_be_noticed() -> None:
    leaking = Run(memory=[(float(second), 90_000 + 20 * second) for second in range(600)])
    assert leaking.growth() > leaking.limit()


def test_what_each_visit_leaves_behind_would_be_noticed_in_a_minute() -> None:
    visits, kept = 250, 20  # KiB
    leaking = Run(
        memory=[(float(second), 90_000 + visits * kept * second // 60) for second in range(60)],
        pushes=5_500,
        sent=500,
        visits=visits,
    )
    assert leaking.growth() > leaking.limit()


def test_memory_that_only_warms_up_is_no_leak() -> None:
    warming = Run(memory=[(float(second), 90_000 + 50 * min(second, 200)) for second in range(600)])
    assert warming.growth() <= warming.limit()


def test_what_is_missing_on_a_screen_would_be_noticed(
    customer: Visitor, watched: Visitors, agent: Agent
) -> None:
    customer.send("customer-0-0")
    watched.count()
    assert (watched.lost, watched.doubled) == (1, 0)
    event = agent.chat(agent.chats()[0]["id"])["thread"]["events"][-1]
    watched.visitors[0].screen[event["id"]] = "customer-0-0"
    watched.count()
    assert (watched.lost, watched.doubled) == (0, 0)


def test_a_message_that_livechat_never_got_would_be_noticed(
    customer: Visitor, watched: Visitors, agent: Agent
) -> None:
    customer.send("customer-0-0")
    event = agent.chat(agent.chats()[0]["id"])["thread"]["events"][-1]
    watched.visitors[0].screen[event["id"]] = "customer-0-0"
    watched.visitors[0].said = ["customer-0-0", "customer-0-1"]
    watched.count()
    assert watched.lost == 1


def test_a_message_that_livechat_has_twice_would_be_noticed(
    customer: Visitor, watched: Visitors
) -> None:
    customer.send("customer-0-0")
    customer.send("customer-0-0")
    watched.count()
    assert watched.doubled == 1
