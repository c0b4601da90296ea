"""The first page and the list: all widgets, what they have to do, and their figures."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.chatproxy.people import stored_customer
from tests.widget.owners.admin import LIST, add_widget, page
from widget.models import Tally
from widget.statistics import last_seen

pytestmark = pytest.mark.django_db


def test_the_list_says_where_a_widget_appears_and_whether_it_is_on(superuser: Client) -> None:
    add_widget(allowed_origins=["https://shop.example"], enabled=False)
    html = page(superuser, LIST)
    assert "https://shop.example" in html
    assert "Off</span>" in html


def test_the_first_page_says_whose_today_it_counts(superuser: Client) -> None:
    add_widget()
    assert "<dt>Chats today (UTC)</dt>" in page(superuser, "/admin/")


class CountingCache:
    """Stands for `cache` in one module."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        return getattr(cache, name)


def times_asked(client: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the database, and the cache of where widgets were seen, are asked for a page."""
    counting = CountingCache()
    monkeypatch.setattr("widget.statistics.last_seen.cache", counting)
    with CaptureQueriesContext(connection) as queries:
        page(client, url)
    return len(queries) + counting.asked


@pytest.mark.parametrize("url", ["/admin/", LIST])
def test_many_widgets_are_asked_for_at_once(
    superuser: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(key: str) -> None:
        add_widget(key=key, allowed_origins=["https://shop.example"])
        stored_customer(widget_key=key, token=key).admit("https://shop.example")

    add("shop")
    page(superuser, url)  # what is asked for once only
    for_one = times_asked(superuser, url, monkeypatch)
    for number in range(9):
        add(f"shop-{number}")
    assert times_asked(superuser, url, monkeypatch) == for_one


@pytest.mark.parametrize("url", ["/admin/", LIST])
def test_each_widget_has_its_own_figures(superuser: Client, url: str) -> None:
    today = timezone.now().date()
    for number in (1, 2):
        origin = f"https://shop-{number}.example"
        widget = add_widget(key=f"shop-{number}", allowed_origins=[origin])
        last_seen.remember(widget, origin)
        Tally.objects.create(widget=widget, day=today, what=Tally.What.CHAT, count=40 + number)
    add_widget()
    html = page(superuser, url)
    assert html.count("Not yet") == 1
    if url == "/admin/":
        assert re.findall(r"<dt>Chats today \(UTC\)</dt><dd>(\d+)", html) == ["41", "42", "0"]
        assert re.findall(r"<dd>(https://shop-.)", html) == ["https://shop-1", "https://shop-2"]


def test_the_first_page_shows_some_of_many_widgets_and_leads_to_all(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.owners.home.MOST", 2)
    for number in range(2):
        add_widget(key=f"shop-{number}", name=f"Shop {number}")
    assert "Show all" not in page(superuser, "/admin/")
    add_widget(name="Shop 2")
    html = page(superuser, "/admin/")
    assert "Shop 1" in html
    assert "Shop 2" not in html
    assert f'<a class="button quiet" href="{LIST}">Show all</a>' in html


def test_who_wrote_before_midnight_still_waits_after_it(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = add_widget()
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for day, what, count in (
        (midnight - timedelta(hours=30), Tally.What.CHAT, 9),
        (midnight - timedelta(minutes=5), Tally.What.CHAT, 3),
        (midnight - timedelta(minutes=5), Tally.What.FIRST_REPLY, 1),
        (midnight, Tally.What.CHAT, 1),
    ):
        Tally.objects.create(widget=widget, day=day.date(), what=what, count=count)
    clock = SimpleNamespace(now=lambda: midnight + timedelta(minutes=5))
    monkeypatch.setattr("widget.statistics.figures.timezone", clock)
    html = page(superuser, "/admin/")
    assert "<dt>Chats today (UTC)</dt><dd>1</dd>" in html
    assert (
        '<dt>No reply yet (today and yesterday)</dt><dd><span class="state due">3</span></dd>'
        in html
    )


def test_the_first_page_calls_roles_what_they_are(superuser: Client) -> None:
    assert re.findall(r"Roles|Memberships", page(superuser, "/admin/")) == ["Roles"]
