"""When somebody is there again."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from tests.sandbox_rig import Sandbox
from tests.stopped_clock import Calendar
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor
from widget.options.hours import next_opening, spans_of

WEEK = "Mon-Fri 9:00-17:00\nSaturday 10:00 – 14:00"
WARSAW = "Europe/Warsaw"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-03-{text}+01:00")  # the 16th is a Monday


def at_utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("16T08:59:00", "16T09:00:00"),
        ("16T17:00:00", "17T09:00:00"),
        ("20T18:00:00", "21T10:00:00"),
        ("21T14:00:00", "23T09:00:00"),
        ("22T12:00:00", "23T09:00:00"),
    ],
)
def test_the_next_opening_is_found(now: str, opens: str) -> None:
    assert next_opening(WEEK, WARSAW, at(now)) == at(opens)


@pytest.mark.parametrize("now", ["16T09:00:00", "16T16:59:00", "21T13:00:00"])
def test_while_it_is_open_there_is_nothing_to_wait_for(now: str) -> None:
    assert next_opening(WEEK, WARSAW, at(now)) is None


@pytest.mark.parametrize("end", ["24:00", "23:59"])
def test_a_night_has_no_gap_at_midnight(end: str) -> None:
    night = f"Fri 22:00-{end}\nSat 0:00-6:00"
    for now in ("20T23:59:00", "20T23:59:59", "21T00:00:00"):
        assert next_opening(night, WARSAW, at(now)) is None
    assert next_opening(night, WARSAW, at("21T06:00:00")) == at("27T22:00:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-29T00:30:00", "2026-03-29T01:30:00"),  # 2:30 is left out
        ("2026-10-25T00:45:00", None),  # the first 2:45
        ("2026-10-25T01:45:00", None),  # the second
    ],
)
def test_hours_in_the_night_clocks_change(now: str, opens: str | None) -> None:
    found = next_opening("Sun 2:30-5:00", WARSAW, at_utc(now))
    # By their seconds: what the clocks leave out equals nothing else.
    seconds = [time and time.timestamp() for time in (found, opens and at_utc(opens))]
    assert seconds[0] == seconds[1]


def test_without_hours_nobody_is_promised_anything() -> None:
    assert next_opening("", WARSAW, at("16T08:00:00")) is None


def test_a_break_at_noon_is_two_lines() -> None:
    text = "Mon 9:00-12:00\nMon 13:00-17:00"
    assert next_opening(text, WARSAW, at("16T12:30:00")) == at("16T13:00:00")


def test_the_clock_is_the_shops() -> None:
    opens = next_opening("Mon 9:00-17:00", "Asia/Tokyo", at("15T23:00:00"))
    assert opens == dt.datetime.fromisoformat("2026-03-16T09:00:00+09:00")


def test_days_may_go_over_the_end_of_a_week() -> None:
    assert sorted(span.weekday for span in spans_of("Sat-Mon 9:00-17:00")) == [0, 5, 6]


@pytest.mark.parametrize(
    "line",
    [
        "always",
        "Mon 9-17",
        "Xyz 9:00-17:00",
        "Mon 25:00-26:00",
        "Mon 17:00-9:00",
        "Mon",
        "Mon 9:00-24:01",
        "Mon 24:00-24:00",
    ],
)
def test_a_line_that_says_no_hours_is_named(line: str) -> None:
    with pytest.raises(ValidationError, match="is not a period"):
        spans_of(f"Tue 9:00-17:00\n{line}")


def test_customers_read_it_on_their_own_clock_when_nobody_is_there(
    add_widget: AddWidget, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.models.settings.timezone", Calendar(at("16T12:00:00")))
    add_widget(opening_hours="Mon-Sun 0:00-0:01", opening_zone=WARSAW)
    nobody = {agent["id"]: "not_accepting_chats" for agent in sandbox.config["agents"]}
    sandbox.settings(agents=nobody)
    headers = {"X-Chat-Zone": "Etc/GMT-14"}
    answer = Visitor().client.get("/w/shop/welcome", headers=headers).content.decode()
    assert "We are back: " in answer
    assert "1:00 PM" in answer  # midnight in Warsaw


def test_while_somebody_is_there_hours_are_not_shown(add_widget: AddWidget) -> None:
    add_widget(opening_hours="Mon 9:00-9:01", opening_zone=WARSAW)
    assert "We are back" not in Visitor().client.get("/w/shop/welcome").content.decode()
