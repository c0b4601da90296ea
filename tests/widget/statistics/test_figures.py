"""What an owner reads of the last days."""

import csv
import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.widget.owners.admin import OTHER, add_widget, signed_in
from widget.models import Membership, Presence, Tally, Trouble, Widget
from widget.statistics.figures import days_of, duration, figures_of
from widget.statistics.prices import price_of

What = Tally.What

pytestmark = pytest.mark.django_db


@pytest.fixture
def widget() -> Widget:
    """A widget on which something happened today and three days ago."""
    widget = add_widget()
    today = timezone.now().date()
    for days_ago, what, count, seconds in (
        (0, What.OPENING, 10, 0),
        (3, What.OPENING, 30, 0),
        (0, What.CHAT, 4, 0),
        (0, What.FIRST_REPLY, 2, 180),
        (3, What.FIRST_REPLY, 1, 30),
        (3, What.GOOD, 5, 0),
    ):
        day = today - dt.timedelta(days=days_ago)
        Tally.objects.create(widget=widget, day=day, what=what, count=count, seconds=seconds)
    return widget


def viewer(client: Client) -> Client:
    return signed_in(client, Membership.Role.VIEWER)


def address(widget: Widget, suffix: str = "/") -> str:
    return f"/admin/widget/widget/{widget.pk}/statistics{suffix}"


def test_figures_add_up_the_days(widget: Widget) -> None:
    opened, chats, *_ = figures_of(widget, days_of(widget, 7))
    assert (opened.total, chats.total, chats.note) == ("40", "4", "10% of those who opened it")


def test_the_mean_wait_counts_every_reply_alike(widget: Widget) -> None:
    reply = figures_of(widget, days_of(widget, 7))[3]
    assert (reply.total, reply.note) == ("1 min", "average of 3")


def test_an_owner_reads_what_a_chat_takes_and_a_month_costs(client: Client, widget: Widget) -> None:
    today = timezone.now().date()
    long_ago = today - dt.timedelta(days=100)
    Tally.objects.create(widget=widget, day=long_ago, what=What.OPENING, count=1)
    Tally.objects.create(widget=widget, day=today, what=What.REQUEST, count=3_100)
    html = viewer(client).get(address(widget), {"days": "30"}).content.decode()
    assert "3,100" in html
    assert "about $0.84 a month, 775.0 for each chat" in html
    assert "$0.27 for a thousand" in html


def test_a_month_of_a_young_widget_is_like_the_days_there_were(widget: Widget) -> None:
    """The first of them was three days ago."""
    today = timezone.now().date()
    Tally.objects.create(widget=widget, day=today, what=What.REQUEST, count=4_000)
    for period in (7, 30):
        requests = figures_of(widget, days_of(widget, period))[-1]
        assert requests.note.startswith("about $8.10 a month")


@pytest.mark.parametrize(
    ("requests", "dollars"), [(0, 0), (1000, 0.27), (2_000_000, 490), (11_000_000, 2420)]
)
def test_more_requests_cost_less_each(requests: int, dollars: float) -> None:
    assert price_of(requests) == pytest.approx(dollars)


def test_days_outside_the_period_do_not_count(widget: Widget) -> None:
    Tally.objects.filter(day=timezone.now().date()).update(day=dt.date(2020, 1, 1))
    assert figures_of(widget, days_of(widget, 7))[0].total == "30"


def test_the_highest_day_fills_the_plot_and_others_are_in_proportion(widget: Widget) -> None:
    bars = figures_of(widget, days_of(widget, 7))[0].bars
    assert [bar.height for bar in bars] == [0, 0, 0, 60, 0, 0, 20]


def test_a_widget_on_which_nothing_happened_has_empty_plots() -> None:
    widget = add_widget()
    figures = figures_of(widget, days_of(widget, 7))
    assert {bar.height for figure in figures for bar in figure.bars} == {0}


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (5400, "1.5 h")]
)
def test_waits_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_viewer_reads_figures_troubles_and_who_is_live(client: Client, widget: Widget) -> None:
    now = timezone.now()
    Trouble.objects.create(
        widget=widget, kind="Unreachable", advice="Cannot be reached.", count=12,
        first_at=now, last_at=now,
    )  # fmt: skip
    Presence.objects.create(widget=widget, process="a", customers=2, told_at=now)
    Presence.objects.create(widget=widget, process="b", customers=3, told_at=now)
    html = viewer(client).get(address(widget)).content.decode()
    assert "5 live now" in html
    assert "Cannot be reached." in html
    assert "12 times" in html


def test_the_file_has_a_line_for_each_day(client: Client, widget: Widget) -> None:
    response = viewer(client).get(address(widget, ".csv"), {"days": "7"})
    assert response["Content-Type"].startswith("text/csv")
    header, *rows = csv.reader(response.content.decode().splitlines())
    assert len(rows) == 7
    today = dict(zip(header, rows[-1], strict=True))
    assert (today["Chat opened"], today["First replies"]) == ("10", "2")
    assert today["Mean wait for the first reply in seconds"] == "90"


@pytest.mark.parametrize("suffix", ["/", ".csv"])
def test_nobody_reads_another_organizations_figures(client: Client, suffix: str) -> None:
    strangers = add_widget(key="theirs", organization_id=OTHER)
    assert viewer(client).get(address(strangers, suffix)).status_code == 404


@pytest.mark.parametrize("suffix", ["/", ".csv"])
def test_who_is_not_signed_in_reads_nothing(client: Client, widget: Widget, suffix: str) -> None:
    assert client.get(address(widget, suffix)).status_code == 302


def test_the_list_and_the_form_lead_there(client: Client, widget: Widget) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    for page in ("/admin/widget/widget/", f"/admin/widget/widget/{widget.pk}/change/"):
        assert address(widget) in client.get(page).content.decode()


def test_the_page_has_nothing_inline(client: Client, widget: Widget) -> None:
    html = viewer(client).get(address(widget)).content.decode()
    assert 'style="' not in html
    assert "<style" not in html
