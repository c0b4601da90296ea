"""LiveChat's structures become typed objects, whatever comes over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from msgspec import Struct
from msgspec.structs import fields, replace

from chatproxy.livechat import structures
from chatproxy.livechat.structures import (
    Chat,
    ChatSummary,
    Event,
    File,
    Form,
    FormToFill,
    Greeting,
    Message,
    Queue,
    RichMessage,
    SystemMessage,
    Thread,
    ThreadPage,
    User,
    parse_event,
    parse_group_statuses,
)
from chatproxy.livechat.structures.values import read, read_at_once
from tests.chatproxy.json_values import ANYTHING, CHATS, EVENTS, PAYLOADS, THREADS, USERS
from tests.steps import steps_of


def urls_in(thing: Any) -> Iterator[str]:
    """Every address a template could put into a `src` or `href`."""
    if isinstance(thing, Struct):
        for name in thing.__struct_fields__:
            value = getattr(thing, name)
            if name.endswith("url") or name == "avatar":
                yield value
            yield from urls_in(value)
    elif isinstance(thing, tuple):
        for item in thing:
            yield from urls_in(item)


def assert_only_web_urls(thing: Any) -> None:
    assert [u for u in urls_in(thing) if u and not u.startswith(("https://", "http://"))] == []


STRUCTURES = [
    each
    for each in vars(structures).values()
    if isinstance(each, type) and issubclass(each, Struct)
]


def given_by_name(structure: type[Struct]) -> dict[str, None]:
    """The fields that nothing reads, so that whoever makes one says what they are."""
    hints = get_type_hints(structure, include_extras=True)
    needed = [field.name for field in fields(structure) if field.required]
    return dict.fromkeys(name for name in needed if not hasattr(hints[name], "__metadata__"))


@given(EVENTS)
def test_any_event_is_read_and_its_addresses_are_of_the_web(data: dict[str, Any]) -> None:
    event = parse_event(data)
    assert_only_web_urls(event)
    assert event.sort_key <= event.sort_key


@given(EVENTS)
def test_a_message_is_read_at_once_as_it_is_read_field_by_field(data: dict[str, Any]) -> None:
    assert read_at_once(Message, data) == read(Message, data)


def test_an_ordinary_message_is_read_in_few_steps() -> None:
    """Thousands of times a second."""
    data = {"id": "T_1", "type": "message", "text": "Hi", "custom_id": "c", "properties": {}}
    parse_event(data)
    assert steps_of(lambda: parse_event(data)) < 20


@pytest.mark.parametrize(
    ("names", "is_whisper"),
    [
        ({}, False),
        ({"recipients": "agents"}, True),
        ({"visibility": "agents"}, True),
        ({"recipients": "", "visibility": "agents"}, True),
        ({"recipients": None, "visibility": "agents"}, True),
        ({"recipients": "all", "visibility": "agents"}, False),
    ],
)
def test_a_whisper_is_known_by_either_name(names: dict[str, Any], *, is_whisper: bool) -> None:
    assert parse_event({"type": "message", "text": "Hi"} | names).is_for_agents is is_whisper


@given(USERS)
def test_any_user_is_read_and_the_avatar_is_of_the_web(data: dict[str, Any]) -> None:
    assert_only_web_urls(User.parse(data))


@given(THREADS)
def test_any_thread_is_read_with_its_events_in_order(data: dict[str, Any]) -> None:
    thread = Thread.parse(data)
    assert_only_web_urls(thread)
    assert list(thread.events) == sorted(thread.events, key=lambda event: event.sort_key)


@given(CHATS)
def test_any_chat_and_summary_is_read(data: dict[str, Any]) -> None:
    assert_only_web_urls(Chat.parse(data))
    assert_only_web_urls(ChatSummary.parse(data))


@given(PAYLOADS)
def test_any_greeting_and_page_is_read(data: dict[str, Any]) -> None:
    assert_only_web_urls(Greeting.parse(data))
    assert ThreadPage.parse(data).next_page_id == ""


@given(ANYTHING)
def test_anything_is_a_queue_or_none_and_a_form_with_or_without_fields(data: Any) -> None:
    assert Queue.parse(data) is None or Queue.parse(data)
    assert isinstance(FormToFill.parse(data).fields, tuple)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.__name__)
def test_a_field_that_is_absent_is_read_as_one_that_is_null(structure: type[Struct]) -> None:
    given = given_by_name(structure)
    null = dict.fromkeys(structure.__struct_fields__)
    assert read(structure, {}, **given) == read(structure, null, **given)


def test_a_message_keeps_its_text_and_its_author() -> None:
    event = parse_event(
        {
            "id": "SK7Q2M4XBA_3",
            "type": "message",
            "author_id": "e2a4",
            "custom_id": "m-7f21",
            "created_at": "2026-03-18T09:24:05.118200Z",
            "text": "Has my parcel left?",
        }
    )
    assert event == Message(
        id="SK7Q2M4XBA_3",
        type="message",
        author_id="e2a4",
        custom_id="m-7f21",
        created_at="2026-03-18T09:24:05.118200Z",
        text="Has my parcel left?",
    )


def test_an_event_of_an_unknown_type_is_an_event_and_nothing_more() -> None:
    event = parse_event({"id": "T_1", "type": "hologram", "beam": 7})
    assert event == Event(id="T_1", type="hologram")


def test_events_of_a_thread_stand_in_the_order_of_their_numbers() -> None:
    events = [{"id": f"T_{number}", "type": "message"} for number in (10, 2, 1)]
    thread = Thread.parse({"id": "T", "events": events})
    assert [event.id for event in thread.events] == ["T_1", "T_2", "T_10"]


def test_events_without_a_number_stand_last_by_their_time() -> None:
    events = [
        {"id": "later", "created_at": "2026-03-18T09:24:06.000000Z"},
        {"id": "sooner", "created_at": "2026-03-18T09:24:05.000000Z"},
        {"id": "T_1", "created_at": "2026-03-18T09:24:07.000000Z"},
    ]
    thread = Thread.parse({"id": "T", "events": events})
    assert [event.id for event in thread.events] == ["T_1", "sooner", "later"]


def test_an_event_under_another_id_has_its_place_by_that_one() -> None:
    moved = replace(Event(id="T_4"), id="no place")
    assert (moved.thread_id, moved.number) == ("", None)


def test_an_event_that_is_shared_cannot_be_changed() -> None:
    event = Message(id="T_1", text="Hello")
    with pytest.raises(AttributeError):
        event.text = "Good day"  # type: ignore[misc]


def test_a_picture_without_a_scheme_gets_one() -> None:
    assert User.parse({"avatar": "cdn.example/a.png"}).avatar == "https://cdn.example/a.png"
    assert User.parse({"avatar": "//cdn.example/a.png"}).avatar == "https://cdn.example/a.png"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "java\tscript:x", "blob:x"],
)
def test_an_address_that_is_not_of_the_web_is_dropped(address: str) -> None:
    event = parse_event({"type": "file", "url": address})
    assert isinstance(event, File)
    assert event.url == ""


def test_a_file_with_width_and_height_is_an_image() -> None:
    image = parse_event({"type": "file", "url": "cdn.example/a", "width": 800, "height": 600})
    document = parse_event({"type": "file", "size": 48211})
    assert isinstance(image, File)
    assert isinstance(document, File)
    assert image.is_image
    assert not document.is_image


def test_a_number_without_bounds_is_no_number() -> None:
    event = parse_event({"type": "file", "width": float("inf"), "height": float("nan")})
    assert isinstance(event, File)
    assert event.width is event.height is None


def test_a_group_whose_number_has_too_many_digits_is_none() -> None:
    assert parse_group_statuses({"groups_status": {"9" * 5000: "online", "2": "online"}}) == {
        2: "online"
    }


def test_answers_of_a_form_are_words_in_order() -> None:
    fields = [
        {"type": "name", "label": "Your name", "answer": "Nora"},
        {"type": "radio", "label": "Topic", "answer": {"id": "1", "label": "Delivery"}},
        {"type": "checkbox", "answers": [{"id": "1", "label": "A"}, {"id": "2", "label": "B"}]},
        {"type": "checkbox_for_email", "answer": True},
        {"type": "question", "label": "Left empty"},
    ]
    event = parse_event({"type": "filled_form", "fields": fields})
    assert isinstance(event, Form)
    assert [field.answers for field in event.fields] == [
        ("Nora",),
        ("Delivery",),
        ("A", "B"),
        ("✓",),
        (),
    ]


def test_the_fields_of_a_ticket_form_are_numbered() -> None:
    form = FormToFill.parse({"fields": [{"type": "subject"}, {"type": "email", "id": "7"}]})
    assert [field.id for field in form.fields] == ["0", "7"]


def test_the_kind_of_a_form_is_read_from_its_properties_too() -> None:
    event = parse_event({"type": "filled_form", "properties": {"lc2": {"form_type": "prechat"}}})
    assert isinstance(event, Form)
    assert event.form_type == "prechat"


def test_a_rich_message_keeps_its_buttons() -> None:
    button = {"text": "Follow it", "type": "url", "value": "https://shop.example/t"}
    event = parse_event(
        {"type": "rich_message", "template_id": "cards", "elements": [{"buttons": [button]}]}
    )
    assert isinstance(event, RichMessage)
    assert event.elements[0].buttons[0].value == "https://shop.example/t"


def test_variables_of_a_system_message_are_texts() -> None:
    event = parse_event({"type": "system_message", "text_vars": {"duration": 30}})
    assert isinstance(event, SystemMessage)
    assert event.text_vars == {"duration": "30"}


def test_a_summary_of_the_developer_preview_names_its_last_thread_too() -> None:
    assert ChatSummary.parse({"last_thread_info": {"id": "T7"}}).last_thread_id == "T7"
    assert ChatSummary.parse({"last_thread_id": "T6"}).last_thread_id == "T6"
