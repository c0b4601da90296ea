"""What is known of a chat after each push."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chatproxy.livechat.pushes import (
    _PARSERS,
    CustomerUpdated,
    IncomingGreeting,
    PropertiesDeleted,
    PropertiesUpdated,
    parse_push,
)
from chatproxy.livechat.structures import (
    Chat,
    ChatSummary,
    Event,
    Greeting,
    Queue,
    Thread,
    User,
)
from chatproxy.relay.updates import ConnectionState, Conversation, Happened, Snapshot, State
from tests.chatproxy.json_values import PAYLOADS

NORA = User(id="nora", type="customer", name="Nora")
PIOTR = User(id="piotr", type="agent", name="Piotr", present=True)
BEFORE = Conversation(customer_id="nora", chat_id="C", thread_id="T", active=True).with_users(
    (NORA, PIOTR)
)


def after(action: str, conversation: Conversation = BEFORE, **payload: Any) -> Conversation:
    push = parse_push(action, {"chat_id": "C", "thread_id": "T", **payload})
    assert push is not None
    return conversation.after(push)


@given(st.lists(st.tuples(st.sampled_from(sorted(_PARSERS)), PAYLOADS), max_size=5))
def test_no_push_is_too_strange_to_be_taken_into_account(told: list[Any]) -> None:
    conversation = BEFORE
    for action, payload in told:
        if push := parse_push(action, payload):
            conversation = conversation.after(push)
    assert conversation.customer_id == "nora"


def test_a_new_chat_brings_its_thread_people_and_queue() -> None:
    thread = {"id": "T2", "active": True, "queue": {"position": 2, "wait_time": 90}}
    users = [{"id": "anna", "type": "agent", "name": "Anna", "present": True}]
    known = after("incoming_chat", chat={"id": "C", "thread": thread, "users": users})
    assert (known.chat_id, known.thread_id, known.active) == ("C", "T2", True)
    assert known.queue == Queue(2, 90)
    assert known.people["anna"].name == "Anna"


def test_a_deactivated_chat_is_over() -> None:
    assert not after("chat_deactivated").active


def test_the_end_of_an_earlier_thread_does_not_end_the_present_one() -> None:
    assert after("chat_deactivated", thread_id="T0").active


def test_who_joins_ends_the_queue_if_it_is_an_agent() -> None:
    queued = after("queue_position_updated", queue={"position": 1, "wait_time": 5})
    joined = after("user_added_to_chat", queued, user={"id": "anna", "type": "agent"})
    assert queued.queue == Queue(1, 5)
    assert joined.queue is None


def test_who_left_stays_known_but_is_not_present() -> None:
    known = after("user_removed_from_chat", user_id="piotr")
    assert known.people["piotr"].name == "Piotr"
    assert not known.people["piotr"].present


def test_a_stranger_who_leaves_changes_nothing() -> None:
    assert after("user_removed_from_chat", user_id="nobody") == BEFORE


def test_the_agent_is_the_one_who_is_present() -> None:
    known = after("user_added_to_chat", user={"id": "a", "type": "agent", "present": False})
    assert known.agent == PIOTR


def test_when_nobody_is_present_the_agent_is_the_last_one_who_was() -> None:
    known = after("user_removed_from_chat", user_id="piotr")
    assert known.agent
    assert known.agent.id == "piotr"


def test_a_chat_without_agents_has_none() -> None:
    assert Conversation(customer_id="nora").agent is None


def test_a_seen_mark_never_goes_backwards() -> None:
    late = after("events_marked_as_seen", user_id="piotr", seen_up_to="2026-03-18T09:00:00.2Z")
    same = after(
        "events_marked_as_seen", late, user_id="piotr", seen_up_to="2026-03-18T09:00:00.1Z"
    )
    assert same.seen_by_agent_up_to == "2026-03-18T09:00:00.2Z"


def test_who_writes_has_seen_what_came_before() -> None:
    event = {"author_id": "piotr", "created_at": "2026-03-18T09:00:00.2Z", "type": "message"}
    assert after("incoming_event", event=event).seen_by_agent_up_to == "2026-03-18T09:00:00.2Z"


def test_the_customers_own_mark_is_not_the_agents() -> None:
    known = after("events_marked_as_seen", user_id="nora", seen_up_to="2026-03-18T09:00:00.2Z")
    assert known.seen_by_agent_up_to == ""


def test_a_listed_chat_is_as_its_last_thread_is() -> None:
    threads = (Thread(id="T1"), Thread(id="T2", active=True, queue=Queue(1, 0)))
    known = Conversation(customer_id="nora").with_chat(ChatSummary(id="C"), threads)
    assert (known.thread_id, known.active, known.queue) == ("T2", True, Queue(1, 0))


def test_a_listed_chat_without_threads_is_as_its_summary_says() -> None:
    summary = ChatSummary(id="C", active=True, last_thread_id="T9")
    known = Conversation(customer_id="nora").with_chat(summary, ())
    assert (known.thread_id, known.active) == ("T9", True)


def test_a_chat_that_comes_without_a_thread_keeps_the_one_known() -> None:
    assert Chat.parse({"id": "C"}).thread is None
    assert after("incoming_chat", chat={"id": "C"}).thread_id == "T"


def test_every_tab_may_keep_what_it_rendered_on_the_update() -> None:
    push = parse_push("event_deleted", {"event_id": "T_1"})
    assert push
    for update in (Snapshot(BEFORE), Happened(push, BEFORE), ConnectionState(State.LIVE)):
        update.rendered["en"] = "<p>"
        assert update.rendered == {"en": "<p>"}


def test_two_updates_do_not_share_what_was_rendered() -> None:
    first, second = Snapshot(BEFORE), Snapshot(BEFORE)
    first.rendered["en"] = "<p>"
    assert second.rendered == {}


def test_a_customer_s_new_name_leaves_the_e_mail_as_it_was() -> None:
    known = BEFORE.after(CustomerUpdated(name="", email="nora@example.com"))
    customer = known.after(CustomerUpdated(name="Nora", email="")).customer
    assert (customer.name, customer.email) == ("Nora", "nora@example.com")


def test_the_rating_of_an_older_thread_changes_nothing_of_the_last_one() -> None:
    known = replace(BEFORE, thread_id="NEW", rating={"score": 1})
    where = {"chat_id": "C", "thread_id": "OLD", "event_id": ""}
    assert known.after(PropertiesUpdated(**where, properties={"rating": {"score": 0}})) == known
    assert known.after(PropertiesDeleted(**where, properties={"rating": ["score"]})) == known


def test_a_rating_survives_its_comment_and_goes_when_it_is_taken_back() -> None:
    known = Conversation("nora", chat_id="C", thread_id="T")
    where: dict[str, Any] = {"chat_id": "C", "thread_id": "T", "event_id": ""}
    known = known.after(PropertiesUpdated(**where, properties={"rating": {"score": 1}}))
    known = known.after(PropertiesUpdated(**where, properties={"rating": {"comment": "Quick!"}}))
    assert known.rating == {"score": 1, "comment": "Quick!"}
    known = known.after(PropertiesDeleted(**where, properties={"rating": ["score", "comment"]}))
    assert known.rating == {}


def filled_form(form_type: str) -> dict[str, Any]:
    form = {"id": "T_2", "custom_id": "c-2", "type": "filled_form", "author_id": "nora"}
    return {**form, "properties": {"lc2": {"form_type": form_type}}}


@pytest.mark.parametrize(("form_type", "answer"), [("postchat", "c-2"), ("prechat", "")])
def test_a_survey_is_answered_whether_it_is_heard_or_read(form_type: str, answer: str) -> None:
    thread = Thread.parse({"id": "T", "events": [filled_form(form_type)]})
    heard = after("incoming_event", event=filled_form(form_type))
    read = Conversation("nora").with_chat(ChatSummary(id="C"), (thread,))
    assert heard.survey_answer == read.survey_answer == answer


def test_the_next_chat_has_a_survey_of_its_own() -> None:
    answered = after("incoming_event", event=filled_form("postchat"))
    late = after("incoming_event", thread_id="T0", event=filled_form("postchat"))
    resumed = after("incoming_chat", answered, chat={"id": "C", "thread": {"id": "T2"}})
    assert resumed.survey_answer == late.survey_answer == ""


GREETING = IncomingGreeting(greeting=Greeting(id=1, unique_id="UNIQUE", event=Event(), agent=PIOTR))
GREETED = Conversation("nora").after(GREETING)


@pytest.mark.parametrize(
    ("thread", "stands"),
    [
        (Thread(id="T", properties={"lc2": {"greeting_unique_id": "UNIQUE"}}), False),
        (Thread(id="T", properties={"lc2": {"greeting_unique_id": "ANOTHER"}}), True),
        (Thread(id="T", active=True), False),
        (Thread(id="T"), True),
    ],
)
def test_a_greeting_that_has_led_to_a_chat_we_did_not_hear_of_is_over(
    thread: Thread, stands: bool
) -> None:
    read = GREETED.with_chat(ChatSummary(id="C"), (thread,))
    assert bool(read.greeting) == stands


def test_a_greeting_that_a_chat_has_ended_does_not_come_back() -> None:
    """LiveChat may tell of it in the next login."""
    over = GREETED.with_chat(ChatSummary(id="C", active=True), ())
    assert over.with_greeting(GREETING.greeting).greeting is None
    another = replace(GREETING.greeting, unique_id="ANOTHER")
    assert over.with_greeting(another).greeting == another


THREADS = tuple(Thread(id=name, events=(Event(id=f"{name}_1"),)) for name in ("R", "S", "T"))
WHOLE = Snapshot(BEFORE, THREADS, "older")


def test_only_a_tab_that_shows_what_is_older_begins_anew() -> None:
    known = ("", "R_1", "S_1", "T_7")  # the last one has been deleted
    assert [WHOLE.after(event_id) for event_id in known] == [WHOLE] * 4
    anew = WHOLE.after("Q_1")
    assert (anew.begins_anew, anew.threads, anew.earlier_page_id) == (True, THREADS, "older")


def test_a_tab_keeps_what_it_shows_of_a_chat_that_is_not_found() -> None:
    assert not Snapshot(BEFORE).after("Q_1").begins_anew


def test_without_earlier_chats_the_latest_is_left_and_what_the_tab_shows() -> None:
    left = {event_id: WHOLE.without_earlier(event_id) for event_id in ("", "S_1", "Q_1")}
    assert left[""].threads == left["Q_1"].threads == THREADS[2:]
    assert left["S_1"].threads == THREADS[1:]
    assert {snapshot.earlier_page_id for snapshot in left.values()} == {""}


def test_a_snapshot_for_one_tab_shares_no_rendering_with_that_for_all() -> None:
    assert WHOLE.after("Q_1").rendered is not WHOLE.rendered
    assert WHOLE.without_earlier("").rendered is not WHOLE.rendered
