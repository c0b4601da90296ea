"""What takes long to render keeps nobody waiting."""

import asyncio
from typing import Any

import pytest

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import Chat, Greeting, Thread, User, parse_event
from chatproxy.relay.updates import ConnectionState, Conversation, Happened, Snapshot, State, Update
from widget.customers.consumers import ChatConsumer
from widget.rendering.heavy import LIGHT, Renderer, weight_of
from widget.rendering.locale import Locale
from widget.rendering.pushes import html_of

KNOWN = Conversation(customer_id="nora", chat_id="CHAT", thread_id="THREAD", active=True)
COMMONMARK = {"chats": {"formatting": "commonmark"}}
HOSTILE: dict[str, Any] = {
    "text": "[a\n" * 5400,
    "properties": COMMONMARK,
}  # 0.4 s of markdown-it-py


def data(number: int = 1, **fields: Any) -> dict[str, Any]:
    written = {"id": f"THREAD_{number}", "type": "message", "author_id": "piotr", "text": "Hello"}
    return {**written, "created_at": "2026-03-18T21:24:05.118200Z", **fields}


def arrived(**fields: Any) -> Update:
    event = parse_event(data(**fields))
    return Happened(pushes.IncomingEvent(chat_id="CHAT", thread_id="THREAD", event=event), KNOWN)


def thread_of(count: int, **fields: Any) -> Thread:
    return Thread.parse({"id": "THREAD", "events": [data(n, **fields) for n in range(count)]})


async def test_the_event_loop_goes_on_while_a_hostile_text_is_rendered() -> None:
    rendering = asyncio.create_task(Renderer().html_of(arrived(**HOSTILE), Locale()))
    turns = 0
    while not rendering.done():
        await asyncio.sleep(0)
        turns += 1
    assert rendering.result() == html_of(arrived(**HOSTILE), Locale())
    assert turns > 10


@pytest.mark.parametrize(
    "push",
    [
        pushes.EventUpdated(chat_id="", thread_id="", event=parse_event(data(**HOSTILE))),
        pushes.EventPreview(chat_id="", thread_id="", event=parse_event(data(**HOSTILE))),
        pushes.WelcomeMessage(id="w", event=parse_event(data(**HOSTILE))),
        pushes.IncomingChat(chat=Chat(id="CHAT", thread=thread_of(1, **HOSTILE))),
        pushes.IncomingGreeting(
            greeting=Greeting(
                id=1,
                unique_id="a",
                agent=User(id="piotr", type="agent"),
                event=parse_event(data(**HOSTILE)),
            )
        ),
    ],
)
def test_wherever_it_comes_from(push: pushes.Push) -> None:
    assert weight_of(Happened(push, KNOWN.after(push))) > LIGHT


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "www." + "a" * 16_379},
        {"properties": {"translation": {"target_message": "@ " * 8000}}},
        {"type": "filled_form", "fields": [{"answer": "@ " * 8000}]},
        {"type": "form", "fields": [{"label": "?"}] * 100},
        {
            "type": "rich_message",
            "elements": [{"title": "Fern", "buttons": [{"text": "Buy"}] * 11}] * 10,
        },
    ],
)
def test_whatever_kind_it_is(fields: dict[str, Any]) -> None:
    assert weight_of(arrived(**fields)) > LIGHT


def test_a_greeting_is_as_heavy_in_a_snapshot() -> None:
    welcome = pushes.WelcomeMessage(id="w", event=parse_event(data(**HOSTILE)))
    assert weight_of(Snapshot(KNOWN.after(welcome))) > LIGHT


def test_a_long_history_is_heavy_and_a_page_of_talk_is_not() -> None:
    talk = "Your parcel leaves today and will be with you tomorrow."
    assert weight_of(Snapshot(KNOWN, (thread_of(25, text=talk),))) <= LIGHT
    assert weight_of(Snapshot(KNOWN, (thread_of(100),))) > LIGHT


@pytest.mark.parametrize("update", [arrived(), ConnectionState(State.LIVE)])
async def test_what_is_light_does_not_even_give_way(update: Update) -> None:
    with pytest.raises(StopIteration):
        Renderer().html_of(update, Locale()).send(None)


class Consumer(ChatConsumer):
    """Of one tab, whose browser keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.locale, self.turn, self.renderer = Locale(), asyncio.Lock(), Renderer()
        self.sent: list[str] = []

    async def send(self, text_data: str) -> None:
        self.sent.append(text_data)


async def test_nothing_overtakes_what_is_heavy() -> None:
    consumer = Consumer()
    updates = [arrived(number=1, **HOSTILE), arrived(number=2), arrived(number=3, **HOSTILE)]
    updates += [arrived(number=4), arrived(number=5)]
    shown = [asyncio.create_task(consumer.show(update)) for update in updates[:-1]]
    await shown[0]
    await consumer.show(updates[-1])  # while the others wait
    await asyncio.gather(*shown)
    assert consumer.sent == [html_of(update, Locale()) for update in updates]


async def test_what_is_light_takes_no_turn_where_nothing_waits() -> None:
    consumer = Consumer()
    del consumer.turn
    await consumer.show(arrived())
    assert consumer.sent == [html_of(arrived(), Locale())]
