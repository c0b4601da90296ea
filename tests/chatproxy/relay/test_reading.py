"""What LiveChat is asked for a chat: no more than the tabs need."""

from __future__ import annotations

from typing import Any

from chatproxy.livechat.structures import LoginAnswer
from chatproxy.relay.reading import PAGES_BACK, Reading

LOGIN = LoginAnswer(chat_ids=("C",), threads_count=4)
LATEST = ("list_threads", {"chat_id": "C", "min_events_count": 25})


def thread(name: str, events: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": name, "events": [{"id": f"{name}_{n + 1}"} for n in range(events)], **fields}


def chat(**latest: Any) -> dict[str, Any]:
    return {"id": "C", "users": [], "thread": latest or None}


def page(*names: str, next_page_id: str = "") -> dict[str, Any]:
    return {"threads": [thread(name) for name in names], "next_page_id": next_page_id}


SUMMARY = {"chats_summary": [{"id": "C", "active": True}]}


def test_who_has_no_chat_is_not_asked_about() -> None:
    reading = Reading(LoginAnswer(chat_ids=()), "", set(), history=True)
    assert reading.questions() == []
    assert reading.chat is None


def test_a_chat_of_one_thread_is_one_question() -> None:
    login = LoginAnswer(chat_ids=("C",), threads_count=1)
    reading = Reading(login, "", set(), history=True)
    assert reading.questions() == [("get_chat", {"chat_id": "C"})]
    reading.take([chat(**thread("T"))])
    assert reading.questions() == []
    assert [each.id for each in reading.threads] == ["T"]
    assert reading.next_page_id == ""


def test_a_chat_with_a_past_is_two_questions_at_once() -> None:
    reading = Reading(LOGIN, "", set(), history=True)
    assert reading.questions() == [("list_chats", {}), LATEST]
    reading.take([SUMMARY, page("T", "S", next_page_id="older")])
    assert reading.questions() == []
    assert reading.next_page_id == "older"


def test_after_a_gap_the_latest_thread_is_enough_if_the_tabs_know_it() -> None:
    reading = Reading(LOGIN, "", {"T_1"}, history=False)
    reading.take([chat(**thread("T", 3, previous_thread_id="S"))])
    assert reading.questions() == []
    assert reading.next_page_id is None


def test_after_a_longer_gap_the_pages_are_turned_back_to_what_the_tabs_know() -> None:
    reading = Reading(LOGIN, "", {"R_2"}, history=False)
    reading.take([chat(**thread("T", previous_thread_id="S"))])
    assert reading.questions() == [LATEST]
    reading.take([page("T", "S", next_page_id="older")])
    assert reading.questions() == [("list_threads", {"chat_id": "C", "page_id": "older"})]
    reading.take([page("R", next_page_id="oldest")])
    assert reading.questions() == []
    assert [each.id for each in reading.threads] == ["T", "S", "R"]


def test_nobody_reads_for_ever_to_find_an_event_that_is_gone() -> None:
    reading = Reading(LOGIN, "", {"gone"}, history=True)
    reading.take([SUMMARY, page("T", next_page_id="p")])
    pages = 1
    while reading.questions():
        reading.take([page(f"S{pages}", next_page_id="p")])
        pages += 1
    assert pages == PAGES_BACK <= 4
    assert reading.next_page_id == "p"


def test_where_livechat_does_not_say_the_chats_are_listed() -> None:
    reading = Reading(LoginAnswer(), "", set(), history=False)
    assert reading.questions() == [("list_chats", {})]
    reading.take([SUMMARY])
    assert reading.questions() == [LATEST]


def test_a_chat_under_another_id_is_read_instead() -> None:
    reading = Reading(LoginAnswer(), "OLD", set(), history=True)
    reading.take([SUMMARY, page("SOMEBODYS")])
    assert reading.questions() == [LATEST]
    assert reading.threads == []


def test_a_chat_that_is_not_found_is_looked_for_once_more() -> None:
    reading = Reading(LOGIN, "OLD", set(), history=True)
    assert reading.lose()
    assert reading.questions() == [("list_chats", {})]
    reading.take([{"chats_summary": []}])
    assert reading.questions() == []
    assert reading.chat is None


def test_a_chat_that_is_listed_but_not_found_is_not_looked_for_again_and_again() -> None:
    reading = Reading(LOGIN, "OLD", set(), history=True)
    assert reading.lose()
    reading.take([SUMMARY])
    assert not reading.lose()
