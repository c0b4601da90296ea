"""LiveChat's pushes become typed objects; what is unknown or broken is nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatproxy.livechat.pushes import (
    _PARSERS,
    ChatDeactivated,
    CustomerDisconnected,
    EventDeleted,
    GroupsStatusUpdated,
    IncomingChat,
    IncomingEvent,
    PropertiesDeleted,
    PropertiesUpdated,
    Push,
    QueuePosition,
    Typing,
    message_in,
    parse_push,
)
from chatproxy.livechat.structures import Message, Queue
from tests.chatproxy.json_values import ANYTHING, EVENTS, PAYLOADS
from tests.steps import steps_of

IN_CHAT = {"chat_id": "C", "thread_id": "T"}
SAID = IN_CHAT | {"event": {"id": "T_1", "type": "message", "text": "Hi", "properties": {}}}


def frame(payload: dict[str, Any], **changed: Any) -> bytes:
    """As LiveChat sends a push."""
    push = {"version": "3.6", "action": "incoming_event", "type": "push", "payload": payload}
    return json.dumps(push | changed).encode()


@given(st.sampled_from(sorted(_PARSERS)) | st.text(max_size=10), PAYLOADS)
def test_any_payload_is_a_push_or_nothing(action: str, payload: dict[str, Any]) -> None:
    push = parse_push(action, payload)
    assert push is None or isinstance(push, Push)


@given(st.sampled_from(sorted(_PARSERS)), st.dictionaries(st.text(max_size=9), ANYTHING))
def test_no_payload_at_all_is_too_strange(action: str, payload: dict[str, Any]) -> None:
    push = parse_push(action, payload)
    assert push is None or isinstance(push, Push)


def test_a_push_of_tomorrow_is_no_error() -> None:
    assert parse_push("hologram_beamed", IN_CHAT) is None


@pytest.mark.parametrize("action", sorted(set(_PARSERS) - {"customer_disconnected"}))
def test_each_push_survives_an_empty_payload(action: str) -> None:
    push = parse_push(action, {})
    assert push is None or push.chat_id == ""


@given(PAYLOADS, EVENTS)
def test_a_message_in_a_frame_is_what_is_made_of_any_other(
    payload: dict[str, Any], event: dict[str, Any]
) -> None:
    for pushed in (payload, payload | {"event": event}, IN_CHAT | {"event": event}):
        if said := message_in(frame(pushed)):
            assert said == parse_push("incoming_event", pushed)


def test_an_ordinary_message_is_read_from_its_frame_in_few_steps() -> None:
    """Thousands of times a second."""
    said = frame(SAID)
    assert message_in(said) == parse_push("incoming_event", SAID)
    assert steps_of(lambda: message_in(said)) < 22


def test_what_a_message_says_as_the_one_before_it_is_kept_once() -> None:
    event = {"id": "SK7_26", "type": "message", "author_id": "piotr", "recipients": "all"}
    said = frame({"chat_id": "SK6", "thread_id": "SK7", "event": event | {"text": "Hello"}})
    one = message_in(said)
    assert one
    other = message_in(said, one)
    assert other
    assert other == one
    for name in ("chat_id", "thread_id"):
        assert getattr(one, name) is getattr(other, name)
    for name in ("thread_id", "type", "author_id", "recipients"):
        assert getattr(one.event, name) is getattr(other.event, name)


@pytest.mark.parametrize(
    "other",
    [
        frame(SAID, type="response"),
        frame(SAID, action="event_updated"),
        frame(IN_CHAT, event="incoming_event"),
        frame(IN_CHAT | {"event": {"type": "file", "name": "a.pdf"}}),
        frame(IN_CHAT | {"event": {"type": "message", "text": None}}),
        frame(IN_CHAT | {"event": {"type": "message", "text": "\ud800"}}),
        frame(SAID | {"chat_id": 7}),
        frame(SAID)[:-1],
        b"",
    ],
)
def test_what_is_no_ordinary_message_is_left_to_whoever_reads_anything(other: bytes) -> None:
    assert message_in(other) is None


def test_an_incoming_event_says_where_it_belongs() -> None:
    push = parse_push("incoming_event", {**IN_CHAT, "event": {"type": "message", "text": "Hi"}})
    assert push == IncomingEvent(
        chat_id="C", thread_id="T", event=Message(type="message", text="Hi")
    )


def test_an_incoming_chat_brings_its_thread() -> None:
    chat = {"id": "C", "thread": {"id": "T", "active": True, "events": []}}
    push = parse_push("incoming_chat", {"chat": chat})
    assert isinstance(push, IncomingChat)
    assert (push.chat_id, push.thread_id) == ("C", "T")
    assert push.chat.thread
    assert push.chat.thread.active


def test_a_chat_closed_by_the_clock_has_no_closer() -> None:
    assert parse_push("chat_deactivated", IN_CHAT) == ChatDeactivated(
        chat_id="C", thread_id="T", user_id=""
    )


def test_an_event_that_vanished_is_named() -> None:
    push = parse_push("event_deleted", {**IN_CHAT, "event_id": "T_4"})
    assert push == EventDeleted(chat_id="C", thread_id="T", event_id="T_4")


def test_typing_says_who_and_whether() -> None:
    payload = {**IN_CHAT, "typing_indicator": {"author_id": "a", "is_typing": False}}
    assert parse_push("incoming_typing_indicator", payload) == Typing(
        chat_id="C", thread_id="T", author_id="a", is_typing=False
    )


def test_a_place_in_the_queue_is_read() -> None:
    payload = {**IN_CHAT, "queue": {"position": 2, "wait_time": 90}}
    push = parse_push("queue_position_updated", payload)
    assert push == QueuePosition(chat_id="C", thread_id="T", queue=Queue(2, 90))


def test_a_place_in_the_queue_is_read_from_the_properties_of_the_thread() -> None:
    payload = {**IN_CHAT, "properties": {"lc2": {"queue_pos": 2, "queue_waiting_time": 90}}}
    push = parse_push("thread_properties_updated", payload)
    assert push == QueuePosition(chat_id="C", thread_id="T", queue=Queue(2, 90))


@pytest.mark.parametrize("lc2", [None, [], {}, {"queue_pos": 0}, {"queue_pos": "x"}, {"other": 1}])
def test_other_properties_of_a_thread_are_no_place_in_the_queue(lc2: Any) -> None:
    payload = {**IN_CHAT, "properties": {"lc2": lc2}}
    push = parse_push("thread_properties_updated", payload)
    assert push == PropertiesUpdated(**IN_CHAT, event_id="", properties={"lc2": lc2})


@pytest.mark.parametrize("name", ["id", "chat_id"])
def test_chat_properties_are_read_under_both_names_of_the_chat(name: str) -> None:
    push = parse_push("chat_properties_updated", {name: "C", "properties": {"a": {"b": 1}}})
    assert isinstance(push, PropertiesUpdated)
    assert push.chat_id == "C"


def test_deleted_properties_are_lists_of_names() -> None:
    payload = {**IN_CHAT, "properties": {"rating": ["score", "comment"]}}
    push = parse_push("thread_properties_deleted", payload)
    assert isinstance(push, PropertiesDeleted)
    assert push.properties == {"rating": ["score", "comment"]}


def test_statuses_of_groups_are_numbered_by_group() -> None:
    push = parse_push("groups_status_updated", {"groups": [{"id": 3, "status": "offline"}]})
    assert push == GroupsStatusUpdated(statuses={3: "offline"})


def test_a_disconnect_without_data_has_a_reason() -> None:
    push = parse_push("customer_disconnected", {"reason": "connection_evicted"})
    assert push == CustomerDisconnected(reason="connection_evicted", data={})


def test_a_disconnect_is_understood_even_with_data_of_another_form() -> None:
    push = parse_push("customer_disconnected", {"reason": "customer_banned", "data": "soon"})
    assert push == CustomerDisconnected(reason="customer_banned", data={})
