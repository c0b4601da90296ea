"""An event's properties after a push that names what changed."""

from chatproxy.livechat.pushes import PropertiesDeleted, PropertiesUpdated
from chatproxy.livechat.structures import Event
from chatproxy.relay.properties import with_properties

EVENT = Event(id="T_1", properties={"chats": {"formatting": "commonmark"}, "test": {"a": 1}})
WHERE = {"chat_id": "C", "thread_id": "T", "event_id": "T_1"}


def test_what_changed_is_added_to_what_was_known() -> None:
    push = PropertiesUpdated(**WHERE, properties={"test": {"b": 2}, "new": {"c": 3}})
    assert with_properties(EVENT, push).properties == {
        "chats": {"formatting": "commonmark"},
        "test": {"a": 1, "b": 2},
        "new": {"c": 3},
    }


def test_what_was_deleted_is_gone() -> None:
    push = PropertiesDeleted(**WHERE, properties={"test": ["a", "unknown"]})
    assert with_properties(EVENT, push).properties == {
        "chats": {"formatting": "commonmark"},
        "test": {},
    }


def test_what_cannot_be_read_changes_nothing() -> None:
    odd = PropertiesUpdated(**WHERE, properties={"test": 7})  # type: ignore[dict-item]
    assert with_properties(EVENT, odd) == EVENT
