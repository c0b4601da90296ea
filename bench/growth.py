"""Costs that may grow: with known customers, widgets, the length of a chat, tabs of one customer.

Each is measured small and large in the same run; what is to stay level, or to be no worse than a
line, is judged. `tests/with_services.sh python -m bench.growth [--customers 1000000]
[--widgets 10000] [--events 50000]`: in an empty PostgreSQL, which it fills.
"""

import argparse
import asyncio
import os
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

import datetime as dt  # noqa: E402
import random  # noqa: E402

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import browsers, livechat, machine, processes  # noqa: E402
from chatproxy.livechat.structures import Thread  # noqa: E402
from chatproxy.models import BearerToken, Customer, hash_of  # noqa: E402
from chatproxy.relay.updates import Conversation, Snapshot  # noqa: E402
from widget.models import Widget  # noqa: E402
from widget.rendering.locale import Locale  # noqa: E402
from widget.rendering.pushes import html_of  # noqa: E402

KEY = "growth"
FEW_CUSTOMERS, FEW_EVENTS = 1_000, 50
FEW_WIDGETS = 100  # a page of the admin's list
TABS = 20  # of one customer
TABS_SEEN = 100  # of as many customers, which one query is for
ARRIVES = 10  # seconds until the last push must be shown
ROUNDS = 100
FORGOTTEN = 500  # customers
LEVEL = 2.0  # times as much is level: an index is one step deeper
LINE = 1.5  # times as much for each is still a line, on a machine that others use
PAGE_ROUNDS = 5
INDEXED = 10  # pages PostgreSQL reads for a row that it finds by an index, and one it points at

FILL_CUSTOMERS = """
INSERT INTO chatproxy_customer (widget_key, subject, organization_id, entity_id, chat_id, cid, cst,
    access_token, fresh_until, created_at, last_seen_at, consent_version)
SELECT widget_key, '', organization_id, 'e' || n, chat_id, cid, cst, access_token,
    now() - interval '1 day', now(), now(), ''
FROM chatproxy_customer, generate_series(%s, %s) AS n WHERE entity_id = 'first'
"""
FILL_TOKENS = """
INSERT INTO chatproxy_bearertoken (customer_id, token_hash, website, created_at, used_at)
SELECT id, encode(sha256(('token-' || entity_id)::bytea), 'hex'), '', now(), now()
FROM chatproxy_customer WHERE entity_id LIKE 'e%%' AND id NOT IN
    (SELECT customer_id FROM chatproxy_bearertoken)
"""


def milliseconds(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """The median of so many."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def compare(name: str, small: float, large: float, goal: float) -> None:
    """Print what it costs small and large, and judge how it grows."""
    print(f"{name}: {small:.3f} ms, {large:.3f} ms", flush=True)
    machine.judge(f"{name}, large / small", large / small, goal)


# Known customers


def fill_customers(known: int, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL_CUSTOMERS, [known + 1, count])
        cursor.execute(FILL_TOKENS)
        cursor.execute("VACUUM ANALYZE")


def pages_of(work: Callable[[], Any]) -> int:
    """How many pages PostgreSQL looks at for what is read: a count, whatever else the machine does.

    What is read is what the code itself asks for, noted while it works.
    """
    reset_queries()  # a full log notes nothing
    with CaptureQueriesContext(connection) as asked:
        work()
    selects = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert selects, asked.captured_queries
    return sum(map(pages_read, selects))


def pages_read(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    first = re.search(r"shared(?: hit=(\d+))?(?: read=(\d+))?", plan)
    assert first, plan
    return int(first[1] or 0) + int(first[2] or 0)


def find(token: str) -> BearerToken:
    found = BearerToken.objects.find(KEY, token)
    assert found, token
    return found


def see(hashes: list[str]) -> None:
    assert len(BearerToken.objects.still_there(hashes)) == len(hashes)


def pages_of_customers(known: range) -> dict[str, float]:
    """Pages that are read for one of so many."""
    numbers = random.sample(known, TABS_SEEN)
    hashes = [hash_of(f"token-e{number}") for number in numbers]
    return {
        "a token": pages_of(lambda: find(f"token-e{numbers[0]}")),
        f"each of {TABS_SEEN} open tabs": pages_of(lambda: see(hashes)) / TABS_SEEN,
    }


def cost_of_customers(known: range) -> dict[str, float]:
    """Milliseconds of what is done for one of so many."""
    numbers = random.sample(known, 600)
    tokens = iter([f"token-e{number}" for number in numbers] * 2)
    hashes = [hash_of(f"token-e{number}") for number in numbers[:TABS_SEEN]]
    long_ago = timezone.now() - dt.timedelta(days=90)
    names = [f"e{number}" for number in numbers[:FORGOTTEN]]
    gone = Customer.objects.filter(entity_id__in=names)
    costs = {
        "whose token this is": milliseconds(lambda: find(next(tokens))),
        f"{TABS_SEEN} open tabs seen": milliseconds(lambda: see(hashes), 20),
    }
    assert gone.update(last_seen_at=long_ago) == len(names)
    since = long_ago + dt.timedelta(days=1)
    began = time.perf_counter()
    assert Customer.objects.filter(widget_key=KEY).forget_unseen(since) == len(names)
    costs["one customer forgotten"] = (time.perf_counter() - began) * 1000 / len(names)
    return costs


def measure_customers(many: int) -> None:
    widget(KEY)
    now = timezone.now()
    place = {"widget_key": KEY, "organization_id": "o", "chat_id": "c"}
    tokens = {"cid": "c", "cst": "s", "access_token": "dal:" + secrets.token_hex(16)}
    Customer.objects.create(entity_id="first", fresh_until=now, **place, **tokens)
    fill_customers(0, FEW_CUSTOMERS)
    few, rest = range(1, FEW_CUSTOMERS + 1), range(FEW_CUSTOMERS + 1, many + 1)
    few_pages = pages_of_customers(few)
    small = cost_of_customers(few)
    fill_customers(FEW_CUSTOMERS, many)
    many_pages = pages_of_customers(rest)
    for name, pages in few_pages.items():
        print(f"pages read for {name}: {pages:.1f} of {FEW_CUSTOMERS} customers")
        machine.judge(f"pages read for {name}, of {many} customers", many_pages[name], INDEXED)
    large = cost_of_customers(rest)
    for name, cost in small.items():
        print(
            f"{name}, of {FEW_CUSTOMERS} and {many} customers: {cost:.3f} ms, {large[name]:.3f} ms"
        )
    name = "one customer forgotten"
    machine.judge(f"{name}, {many} customers / {FEW_CUSTOMERS}", large[name] / small[name], LEVEL)


# Widgets


def widget(key: str) -> None:
    where = {"organization_id": "o", "client_id": "c", "redirect_uri": "http://127.0.0.1/"}
    Widget.objects.create(key=key, name=key, **where)


def fill_widgets(known: int, count: int) -> None:
    where = {"organization_id": "o", "client_id": "c", "redirect_uri": "http://127.0.0.1/"}
    Widget.objects.bulk_create(
        Widget(key=f"w{number}", name=f"w{number}", **where) for number in range(known, count)
    )


def cost_of_widgets(owner: Client) -> dict[str, float]:
    def show() -> None:
        assert owner.get(reverse("admin:widget_widget_changelist")).status_code == 200

    with CaptureQueriesContext(connection) as queries:
        show()
    print(f"the admin's list of {Widget.objects.count()} widgets: {len(queries)} queries")
    return {"its admin list": milliseconds(show, PAGE_ROUNDS)}


def measure_widgets(many: int) -> None:
    user = get_user_model().objects.create_superuser("owner", password=secrets.token_hex())
    owner = Client(headers={"host": "localhost"})
    owner.force_login(user)
    fill_widgets(0, FEW_WIDGETS)
    small = cost_of_widgets(owner)
    fill_widgets(FEW_WIDGETS, many)
    large = cost_of_widgets(owner)
    pages = pages_of(lambda: Widget.objects.get(key="w1"))
    machine.judge(f"pages read for a widget, of {many}", pages, INDEXED)
    for name, cost in small.items():
        compare(f"{name}, of {FEW_WIDGETS} and {many} widgets", cost, large[name], LEVEL)


# The length of a chat, all in one thread


def cost_of_history(events: int) -> float:
    """Milliseconds to parse and render each of so many events."""
    thread = {
        "id": livechat.THREAD,
        "active": True,
        "created_at": "2026-03-18T09:21:39.900000Z",
        "user_ids": [],
        "events": [livechat.event(n, f"Message number {n}") for n in range(1, events + 1)],
    }

    def show() -> None:
        parsed = (Thread.parse(thread),)
        html_of(Snapshot(Conversation("c"), parsed), Locale("en", "UTC"))

    return milliseconds(show, 5 if events > FEW_EVENTS else ROUNDS) / events


# Tabs of one customer


async def cost_of_tabs(port: int, upstream: int, tabs: int, child: Any) -> float:
    """Milliseconds of processor time for one push that all tabs of a customer show."""
    crowd = browsers.Crowd()
    token = processes.tokens(1)[0]
    await browsers.gather(crowd, port, browsers.panel(port, processes.KEY), [token] * tabs)
    await crowd.until_ready(tabs, 60)
    await show(crowd, upstream, tabs, 2)
    before = processes.cpu_seconds(child)
    pushes = await show(crowd, upstream, tabs, 6)
    return (processes.cpu_seconds(child) - before) / pushes * 1000


async def show(crowd: browsers.Crowd, upstream: int, tabs: int, seconds: float) -> int:
    """Push for so long, until each tab has shown each push once; how many there were."""
    crowd.took.clear()
    pushes = int(await asyncio.to_thread(processes.ask, upstream, f"push/50/{seconds}"))
    async with asyncio.timeout(ARRIVES):
        while len(crowd.took) < tabs * pushes:
            await asyncio.sleep(0.05)
    assert len(crowd.took) == tabs * pushes, (tabs, pushes, len(crowd.took))
    return pushes


def measure_tabs() -> None:
    costs = []
    for tabs in (1, TABS):
        with (
            tempfile.TemporaryDirectory() as name,
            processes.livechat(Path(name)) as (_, upstream),
            processes.server(Path(name), f"http://127.0.0.1:{upstream}", 1) as (child, port),
        ):
            costs.append(uvloop.run(cost_of_tabs(port, upstream, tabs, child)))
    compare(f"a push, one tab and {TABS}", costs[0], costs[1], TABS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--widgets", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=50_000)
    options = parser.parse_args()
    machine.describe()
    call_command("migrate", verbosity=0)
    measure_widgets(options.widgets)
    few, many = cost_of_history(FEW_EVENTS), cost_of_history(options.events)
    name = f"one event of a chat of {FEW_EVENTS} and {options.events}"
    compare(name, few, many, LINE)
    measure_tabs()
    measure_customers(options.customers)


if __name__ == "__main__":
    main()
