"""What was read last is shown again without asking, for as long as it is whole."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chatproxy.livechat.pushes import (
    ChatDeactivated,
    EventDeleted,
    EventUpdated,
    GreetingAccepted,
    GroupsStatusUpdated,
    IncomingChat,
    IncomingEvent,
    IncomingGreeting,
    PropertiesUpdated,
    Push,
    Typing,
    UserAdded,
    WelcomeMessage,
)
from chatproxy.livechat.structures import Chat, Event, Greeting, Message, Thread, User
from chatproxy.relay.memory import MOST_PUSHES, Memory
from chatproxy.relay.updates import Conversation, Snapshot

HELLO = Message(id="T_1", type="message", text="Hello")
NORAS = Conversation("nora", chat_id="C", thread_id="T", active=True)
PIOTR = User(id="piotr", type="agent")
GREETING = IncomingGreeting(greeting=Greeting(id=1, unique_id="UNIQUE", event=HELLO, agent=PIOTR))
READ = Snapshot(NORAS, (Thread(id="T", events=(HELLO,)),), "older")


def message(number: int) -> IncomingEvent:
    return IncomingEvent(chat_id="C", thread_id="T", event=Event(id=f"T_{number}"))


def remembering() -> Memory:
    memory = Memory()
    memory.begin()
    memory.keep(READ)
    return memory


def test_nothing_is_remembered_before_anything_was_read() -> None:
    memory = Memory()
    memory.hear(message(2))
    assert memory.recall() is None


def recalled_events(memory: Memory) -> list[str]:
    """Ids of what the snapshot holds; nothing is told after it as if it were news."""
    recalled = memory.recall()
    assert recalled
    snapshot, told = recalled
    assert told == []
    return [event.id for thread in snapshot.threads for event in thread.events]


def test_a_snapshot_comes_back_with_what_was_said_since() -> None:
    memory = remembering()
    memory.hear(message(2))
    assert recalled_events(memory) == ["T_1", "T_2"]


def test_what_came_late_stands_in_its_place() -> None:
    memory = remembering()
    memory.hear(message(3))
    memory.hear(message(2))
    assert recalled_events(memory) == ["T_1", "T_2", "T_3"]


def test_what_the_reading_found_already_stands_there_once() -> None:
    memory = Memory()
    memory.begin()
    memory.hear(message(1))
    memory.keep(READ)
    assert recalled_events(memory) == ["T_1"]
    assert memory.find("T_1") == HELLO


def test_a_deletion_in_a_thread_that_was_not_read_is_told() -> None:
    """A tab may show that thread."""
    memory = remembering()
    gone = EventDeleted(chat_id="C", thread_id="OLD", event_id="OLD_1")
    memory.hear(gone)
    assert memory.recall() == (READ, [gone])


def test_a_chat_that_began_since_is_part_of_it() -> None:
    memory = Memory()
    memory.begin()
    memory.keep(Snapshot(Conversation("nora")))
    memory.hear(IncomingChat(chat=Chat(id="C", thread=READ.threads[0])))
    memory.hear(message(2))
    assert recalled_events(memory) == ["T_1", "T_2"]


def test_what_is_said_while_the_chat_is_read_is_remembered_too() -> None:
    memory = Memory()
    memory.begin()
    memory.hear(message(2))
    memory.keep(READ)
    assert recalled_events(memory) == ["T_1", "T_2"]


def test_who_types_is_not_remembered() -> None:
    memory = remembering()
    memory.hear(Typing(chat_id="C", thread_id="T", author_id="piotr", is_typing=True))
    assert memory.recall() == (READ, [])


@pytest.mark.parametrize(
    "push",
    [
        PropertiesUpdated(chat_id="C", event_id="", properties={"rating": {"score": 1}}),
        ChatDeactivated(chat_id="C", thread_id="T", user_id=""),
        UserAdded(chat_id="C", user=PIOTR),
        GREETING,
        WelcomeMessage(id="w", event=HELLO),
    ],
)
def test_the_chat_comes_back_as_it_is_now(push: Push) -> None:
    """Told as it was first, a form that is being filled in would go and come back empty."""
    memory = remembering()
    memory.hear(push)
    conversation = READ.conversation.after(push)
    assert conversation != READ.conversation
    assert memory.recall() == (replace(READ, conversation=conversation), [])


def test_what_has_changed_or_gone_since_comes_back_as_it_is() -> None:
    memory = remembering()
    memory.hear(message(2))
    changed = replace(HELLO, text="Good day")
    memory.hear(EventUpdated(chat_id="C", thread_id="T", event=changed))
    memory.hear(EventDeleted(chat_id="C", thread_id="T", event_id="T_2"))
    assert recalled_events(memory) == ["T_1"]
    assert memory.find("T_1") == changed


def test_what_a_snapshot_has_no_place_for_is_told_after_it() -> None:
    memory = remembering()
    gone = GroupsStatusUpdated(statuses={0: "offline"})
    memory.hear(gone)
    assert memory.recall() == (READ, [gone])


def test_a_greeting_does_not_come_back_after_the_chat_it_led_to() -> None:
    memory = Memory()
    memory.begin()
    memory.keep(Snapshot(Conversation("nora")))
    memory.hear(GREETING)
    memory.hear(GreetingAccepted(unique_id="UNIQUE"))
    memory.hear(IncomingChat(chat=Chat(id="C", thread=READ.threads[0])))
    assert recalled_events(memory) == ["T_1"]
    assert (recalled := memory.recall())
    assert recalled[0].conversation.greeting is None


def test_what_was_heard_of_greetings_while_the_chat_was_read_is_in_the_snapshot() -> None:
    """It may be over by now."""
    memory = Memory()
    memory.begin()
    memory.hear(GREETING)
    memory.keep(READ)
    assert memory.recall() == (READ, [])


def test_too_much_is_read_anew() -> None:
    memory = remembering()
    for number in range(MOST_PUSHES + 1):
        memory.hear(message(number + 2))
    assert memory.recall() is None


def test_an_event_is_found_as_it_is_now() -> None:
    memory = remembering()
    memory.hear(message(2))
    assert memory.find("T_1") == HELLO
    assert memory.find("T_2") == Event(id="T_2")
    assert memory.find("T_3") is None
