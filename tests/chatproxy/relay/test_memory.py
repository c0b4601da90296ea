"""What was read last is shown again without asking, for as long as it is whole."""

from __future__ import annotations

from chatproxy.livechat.pushes import IncomingChat, IncomingEvent, Typing
from chatproxy.livechat.structures import Chat, Event, Message, Thread
from chatproxy.relay.memory import MOST_PUSHES, Memory
from chatproxy.relay.updates import Conversation, Snapshot

HELLO = Message(id="T_1", type="message", text="Hello")
READ = Snapshot(Conversation("nora", chat_id="C"), (Thread(id="T", events=(HELLO,)),), "older")


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
