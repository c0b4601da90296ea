"""What is news, what is missing, and how long to wait for it: decided without waiting."""

from __future__ import annotations

import pytest

from chatproxy.livechat.pushes import EventDeleted, IncomingChat, IncomingEvent
from chatproxy.livechat.structures import Chat, Event, Thread
from chatproxy.relay.gaps import LONGEST, PATIENCE, Gaps, Step, last_after, later, step_to

LAST = Event(id="T_3", created_at="2026-03-18T09:00:03.000000Z")


def message(event_id: str) -> IncomingEvent:
    thread_id = event_id.rpartition("_")[0]
    return IncomingEvent(chat_id="C", thread_id=thread_id, event=Event(id=event_id))


@pytest.mark.parametrize(
    ("event_id", "step"),
    [
        ("T_4", Step.NEXT),
        ("T_3", Step.NEXT),
        ("T_5", Step.SKIPS),
        ("T_900", Step.LOST),
        ("U_1", Step.NEXT),
        ("U_2", Step.LOST),
        ("V_1", Step.LOST),
        ("no number", Step.NEXT),
    ],
)
def test_an_event_follows_skips_or_shows_that_much_was_lost(event_id: str, step: Step) -> None:
    assert step_to(Event(id=event_id), LAST, thread_id="U") is step


def test_up_to_the_last_event_nothing_is_news() -> None:
    gaps = Gaps()
    assert gaps.is_past(message("T_3"), LAST)
    assert not gaps.is_past(message("T_4"), LAST)


def test_what_was_passed_over_is_news_when_it_comes_late_and_only_once() -> None:
    gaps = Gaps()
    gaps.skip(Event(id="T_6"), LAST)
    assert gaps.missing == {"T_4", "T_5"}
    assert not gaps.is_past(message("T_5"), Event(id="T_6"))
    gaps.hear(message("T_5"))
    assert gaps.is_past(message("T_5"), Event(id="T_6"))


def test_what_was_deleted_meanwhile_is_not_waited_for() -> None:
    gaps = Gaps()
    gaps.skip(Event(id="T_5"), LAST)
    gaps.hear(EventDeleted(chat_id="C", thread_id="T", event_id="T_4"))
    assert gaps.is_past(message("T_4"), Event(id="T_5"))


def test_a_thread_that_began_before_the_last_event_is_past() -> None:
    thread = Thread(id="T", created_at="2026-03-18T09:00:00.000000Z", events=(LAST,))
    push = IncomingChat(chat_id="C", thread_id="T", chat=Chat(id="C", thread=thread))
    assert Gaps().is_past(push, LAST)
    assert not Gaps().is_past(push, Event())


def test_who_whispers_is_asked_after_less_and_less_often() -> None:
    gaps, patience = Gaps(), []
    for _ in range(6):
        patience.append(gaps.patience)
        gaps.skip(Event(id="T_5"), LAST)
        gaps.read([Thread(id="T", events=(LAST, Event(id="T_5")))])
    assert patience[0] == PATIENCE
    assert patience == sorted(patience)
    assert patience[-1] == LONGEST


def test_a_push_that_was_really_lost_makes_us_quick_again() -> None:
    gaps = Gaps()
    gaps.skip(Event(id="T_5"), LAST)
    gaps.read([Thread(id="T", events=(LAST, Event(id="T_5")))])
    gaps.skip(Event(id="T_7"), Event(id="T_5"))
    gaps.read([Thread(id="T", events=(Event(id="T_6"), Event(id="T_7")))])
    assert gaps.patience == PATIENCE
    assert not gaps.missing


def test_the_last_event_moves_forward_only() -> None:
    assert last_after(message("T_4"), LAST).id == "T_4"
    assert last_after(message("T_2"), LAST) is LAST


def test_after_a_reading_the_higher_number_of_a_thread_is_the_last() -> None:
    assert later(LAST, Event(id="T_2"), heard=False) is LAST
    assert later(LAST, Event(id="T_4"), heard=True).id == "T_4"


def test_of_two_threads_the_one_heard_of_during_the_reading_is_the_last() -> None:
    assert later(Event(id="U_1"), LAST, heard=True).id == "U_1"
    assert later(Event(id="S_9"), LAST, heard=False) is LAST
