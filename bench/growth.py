"""Costs that may grow: with known customers, widgets, invitations, a chat's length, open tabs.

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
from widget.models import InvitationTally, Tally, Widget  # noqa: E402
from widget.options.invitations import MOST  # noqa: E402
from widget.rendering.locale import Locale  # noqa: E402
from widget.rendering.pushes import html_of  # noqa: E402

KEY = "growth"
FEW_CUSTOMERS, FEW_EVENTS = 1_000, 50
FEW_WIDGETS, LISTED = 10, 100  # the second is a page of the admin's list
DAYS = 90  # of statistics, the most an owner may ask for
TABS = 20  # of one customer
TABS_SEEN = 100  # of as many customers, which one query is for
ARRIVES = 10  # seconds until the last push must be shown
ROUNDS = 100
FORGOTTEN, DUE = 500, 50_000  # customers: those of one batch, and those of a month
LEVEL = 2.0  # times as much is level: an index is one step deeper
LINE = 1.5  # times as much for each is still a line, on a machine that others use
PAGE_ROUNDS = 5
INDEXED = 10  # pages PostgreSQL reads for a row that it finds by an index, and one it points at

FILL_CUSTOMERS = """
INSERT INTO chatproxy_customer (widget_key, subject, organization_id, entity_id, chat_id, cid, cst,
    access_token, fresh_until, created_at, last_seen_at, consent_version)
SELECT widget_key, 's' || n, organization_id, 'e' || n, chat_id, cid, cst, access_token,
    now() - interval '1 day', now(), now(), ''
FROM chatproxy_customer, generate_series(%s, %s) AS n WHERE entity_id = 'first'
"""
FILL_TOKENS = """
INSERT INTO chatproxy_bearertoken (customer_id, token_hash, website, created_at, used_at)
SELECT id, encode(sha256(('token-' || entity_id)::bytea), 'hex'), '', now(), now()
FROM chatproxy_customer WHERE entity_id LIKE 'e%%' AND id NOT IN
    (SELECT customer_id FROM chatproxy_bearertoken)
"""

FILL_TALLIES = """
INSERT INTO widget_tally (widget_id, day, what, count, seconds)
SELECT widget_widget.id, current_date - days, what, 10, 0
FROM widget_widget, generate_series(0, %s) AS days, unnest(%s::text[]) AS what
WHERE substring(key from 2)::int BETWEEN %s AND %s
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
    """How many pages PostgreSQL looks at: a count, whatever else the machine does.

    For the dearest of the queries that the code itself asks, noted while it works.
    """
    reset_queries()  # a full log notes nothing
    with CaptureQueriesContext(connection) as asked:
        work()
    selects = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert selects, asked.captured_queries
    return max(map(pages_read, selects))


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
    organization = Widget.objects.get(key=KEY).organization
    pk = Customer.objects.get(widget_key=KEY, entity_id=f"e{numbers[1]}").pk
    of_ours, subject = Customer.objects, f"s{numbers[2]}"
    hashes = [hash_of(f"token-e{number}") for number in numbers]
    return {
        "a token": pages_of(lambda: find(f"token-e{numbers[0]}")),
        "who is signed in": pages_of(lambda: of_ours.welcome_signed_in(KEY, organization, subject)),
        "whom a session remembers": pages_of(lambda: of_ours.find_remembered(KEY, pk)),
        f"each of {TABS_SEEN} open tabs": pages_of(lambda: see(hashes)) / TABS_SEEN,
    }


def cost_of_customers(known: range) -> dict[str, float]:
    """Milliseconds of what is done for one of so many."""
    numbers = random.sample(known, 600)
    tokens = iter([f"token-e{number}" for number in numbers] * 2)
    hashes = [hash_of(f"token-e{number}") for number in numbers[:TABS_SEEN]]
    return {
        "whose token this is": milliseconds(lambda: find(next(tokens))),
        f"{TABS_SEEN} open tabs seen": milliseconds(lambda: see(hashes), 20),
    }


def forget(due: int) -> float:
    """Milliseconds for each of so many customers who are forgotten."""
    known = Customer.objects.filter(entity_id__startswith="e").values_list("pk", flat=True)
    gone = Customer.objects.filter(pk__in=random.sample(list(known), due))
    long_ago = timezone.now() - dt.timedelta(days=90)
    assert gone.update(last_seen_at=long_ago) == due
    since = long_ago + dt.timedelta(days=1)
    began = time.perf_counter()
    assert Customer.objects.filter(widget_key=KEY).forget_unseen(since) == due
    return (time.perf_counter() - began) * 1000 / due


def measure_customers(many: int) -> None:
    widget(KEY)
    now = timezone.now()
    place = {"widget_key": KEY, "organization_id": "o", "chat_id": "c"}
    tokens = {"cid": "c", "cst": "s", "access_token": "dal:" + secrets.token_hex(16)}
    Customer.objects.create(entity_id="first", fresh_until=now, **place, **tokens)
    fill_customers(0, FEW_CUSTOMERS)
    few, rest = range(1, FEW_CUSTOMERS + 1), range(FEW_CUSTOMERS + 1, many + 1)
    few_pages = pages_of_customers(few)
    small, forgetting = cost_of_customers(few), forget(FORGOTTEN)
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
    of_many, due = forget(FORGOTTEN), min(DUE, many // 4)
    compare(f"one forgotten of {FEW_CUSTOMERS} and {many} customers", forgetting, of_many, LEVEL)
    compare(f"one of {FORGOTTEN} and of {due} forgotten", of_many, forget(due), LINE)


# Widgets


def widget(key: str) -> None:
    where = {"organization_id": "o", "client_id": "c", "redirect_uri": "http://127.0.0.1/"}
    Widget.objects.create(key=key, name=key, **where)


def fill_widgets(known: int, count: int) -> None:
    where = {"organization_id": "o", "client_id": "c", "redirect_uri": "http://127.0.0.1/"}
    Widget.objects.bulk_create(
        Widget(key=f"w{number}", name=f"w{number}", **where) for number in range(known, count)
    )


def page(owner: Client, address: str) -> float:
    """Milliseconds of one page."""

    def show() -> None:
        assert owner.get(address).status_code == 200

    return milliseconds(show, PAGE_ROUNDS)


def list_of_widgets(owner: Client) -> float:
    address = reverse("admin:widget_widget_changelist")
    cost, count = page(owner, address), Widget.objects.count()
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        owner.get(address)
    print(f"the admin's list of {count} widgets: {cost:.0f} ms, {len(queries)} queries")
    return cost


def fill_tallies(known: int, count: int) -> None:
    """Of every day, for the widgets from `known` to `count`."""
    with connection.cursor() as cursor:
        cursor.execute(FILL_TALLIES, [DAYS - 1, Tally.What.values, known, count - 1])
        cursor.execute("VACUUM ANALYZE")


def invite(pk: int) -> None:
    """As many invitations as a widget may have, each with something to count on every day."""
    ids = [f"{number:08x}" for number in range(MOST)]
    widget = Widget.objects.get(pk=pk)
    widget.invitations = [{"id": each, "name": each, "text": "May we help?"} for each in ids]
    widget.save()
    today = timezone.now().date()
    InvitationTally.objects.bulk_create(
        InvitationTally(
            widget=widget, day=today - dt.timedelta(days), invitation=each, variant="a", what=what
        )
        for days in range(DAYS)
        for each in ids
        for what in InvitationTally.What.values
    )


def measure_widgets(many: int) -> None:
    user = get_user_model().objects.create_superuser("owner", password=secrets.token_hex())
    owner = Client(headers={"host": "localhost"})
    owner.force_login(user)
    lists, known = [], 0
    for count in (FEW_WIDGETS, LISTED, many):
        fill_widgets(known, count)
        lists.append(list_of_widgets(owner))
        known = count
    machine.judge(f"list of {many} widgets / of {LISTED}", lists[2] / lists[1], LEVEL)
    pages = pages_of(lambda: Widget.objects.find(f"w{many - 1}"))
    machine.judge(f"pages read for a widget, of {many}", pages, INDEXED)
    measure_statistics(owner, many // 10)


def measure_statistics(owner: Client, in_use: int) -> None:
    """The page of one widget: beside others that have statistics, and with invitations."""
    pk = Widget.objects.get(key="w0").pk
    address = f"{reverse('admin:widget_statistics', args=[pk])}?days={DAYS}"
    fill_tallies(0, FEW_WIDGETS)
    few = page(owner, address)
    fill_tallies(FEW_WIDGETS, in_use)
    many = page(owner, address)
    compare(f"statistics of one widget of {FEW_WIDGETS} and {in_use}", few, many, LEVEL)
    embed = reverse("widget:embed", args=["w0"])
    loader = page(owner, embed)
    invite(pk)
    compare(f"statistics with 0 and {MOST} invitations", many, page(owner, address), MOST)
    compare(f"the loader with 0 and {MOST} invitations", loader, page(owner, embed), LEVEL)


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
    few = cost_of_history(FEW_EVENTS)
    for events in (options.events // 10, options.events):
        name = f"one event of a chat of {FEW_EVENTS} and {events}"
        compare(name, few, cost_of_history(events), LINE)
    measure_tabs()
    measure_customers(options.customers)


if __name__ == "__main__":
    main()
