"""The customer's socket, from a real LiveChat to the fragments a browser gets."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.test import AsyncClient
from pytest_django import Settings

from chatproxy.relay.updates import State, Update
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import PATIENCE, eventually
from tests.widget.browser_socket import BrowserSocket
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.visitor import Visitor, answers_to, events_of
from widget.customers import consumers
from widget.rendering.locale import Locale
from widget.running import Running

pytestmark = pytest.mark.django_db(transaction=True)

HELLO = {
    "page": {"url": "https://shop.example/pots", "title": "Pots", "referrer": ""},
    "zone": "Europe/Warsaw",
    "language": "en",
    "event": "",
}


async def wait_until_shown(socket: BrowserSocket, text: str) -> str:
    """The first fragment that contains this."""
    while True:
        fragment: str = await socket.receive_from()
        if text in fragment:
            return fragment


async def refusal(socket: BrowserSocket) -> int:
    """The code with which an accepted socket is closed again."""
    connected, _ = await socket.connect()
    assert connected
    message = await socket.receive_output()
    assert message["type"] == "websocket.close"
    return int(message["code"])


async def say_hello(socket: BrowserSocket, **changes: Any) -> None:
    connected, protocol = await socket.connect()
    assert (connected, protocol) == (True, "chat")
    await socket.send_json_to({"hello": HELLO | changes})


async def test_an_unknown_token_is_told_not_to_come_back(
    visitor: Visitor, open_socket: OpenSocket
) -> None:
    assert await refusal(open_socket("unknown")) == 4401


async def test_another_website_may_not_listen(customer: Visitor, open_socket: OpenSocket) -> None:
    socket = open_socket(customer.token, origin="https://evil.example")
    assert await refusal(socket) == 4403


async def test_a_host_that_is_not_ours_is_refused(
    customer: Visitor, open_socket: OpenSocket, settings: Settings
) -> None:
    """As for pages: else a name of somebody else's that leads here would be its own website."""
    settings.ALLOWED_HOSTS = ["chat.example"]
    socket = open_socket(customer.token, origin="http://evil.example", host="evil.example")
    connected, _code = await socket.connect()
    assert not connected


async def test_a_socket_waits_for_no_thread_of_the_project(
    customer: Visitor, open_socket: OpenSocket
) -> None:
    """All sockets of a project share one, where it does not say otherwise."""
    has_begun, is_over = threading.Event(), threading.Event()

    def take_long() -> None:
        has_begun.set()
        is_over.wait()

    project = asyncio.create_task(sync_to_async(take_long)())
    try:
        await asyncio.to_thread(has_begun.wait)
        connected, _protocol = await open_socket(customer.token).connect()
        assert connected
    finally:
        is_over.set()
        await project


async def test_a_socket_waits_for_no_other_socket(
    customer: Visitor, open_socket: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that waits for Redis, or for the database."""
    has_begun, is_over = threading.Event(), threading.Event()

    def wait_before(kind: str, widget_key: str, address: str, who: str) -> int:
        if who == "unlucky":
            has_begun.set()
            is_over.wait()
        return 0

    monkeypatch.setattr(consumers, "wait_before", wait_before)
    unlucky = asyncio.create_task(open_socket("unlucky").connect())
    try:
        await asyncio.to_thread(has_begun.wait)
        connected, _protocol = await open_socket(customer.token).connect()
        assert connected
    finally:
        is_over.set()
        await unlucky


async def test_the_first_thing_shown_is_the_conversation_as_it_is(
    customer: Visitor, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Before the socket")
    socket = open_socket(customer.token)
    await say_hello(socket)
    assert "Before the socket" in await wait_until_shown(socket, "hx-upsert")


async def stream_of(visitor: Visitor) -> AsyncGenerator[str, None]:
    """The same where no websocket comes through."""
    headers = {"Authorization": f"Bearer {visitor.token}"}
    answer: Any = await AsyncClient().get("/w/shop/stream", headers=headers)
    async for fragment in answer.streaming_content:
        yield fragment.decode()


async def chats_one_after_another(visitor: Visitor, agent: Agent, *texts: str) -> None:
    for text in texts:
        for chat in await database_sync_to_async(agent.chats)():
            await database_sync_to_async(agent.close)(chat["id"])
        await database_sync_to_async(visitor.send)(text)


async def test_earlier_chats_are_shown_to_nobody_if_the_owner_does_not_want_them(
    add_widget: AddWidget, agent: Agent, open_socket: OpenSocket
) -> None:
    """On a shared computer, to whoever uses it next."""
    await database_sync_to_async(add_widget)(history=False)
    visitor = Visitor()
    await database_sync_to_async(visitor.introduce)()
    await chats_one_after_another(visitor, agent, "The first chat", "The second chat")
    socket = open_socket(visitor.token)
    await say_hello(socket)
    assert "The first chat" not in await wait_until_shown(socket, "The second chat")


async def test_earlier_chats_are_streamed_to_nobody_either(
    add_widget: AddWidget, agent: Agent, process: Running
) -> None:
    await database_sync_to_async(add_widget)(history=False)
    visitor = Visitor()
    await database_sync_to_async(visitor.introduce)()
    await chats_one_after_another(visitor, agent, "The first chat", "The second chat")
    async with aclosing(stream_of(visitor)) as stream:
        shown = ""
        while "The second chat" not in shown:
            shown += await anext(stream)
    assert "The first chat" not in shown
    await process.relay.close()


async def test_a_tab_that_shows_the_last_chat_sees_how_it_ended_after_a_gap(
    add_widget: AddWidget, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(add_widget)(history=False)
    visitor = Visitor()
    await database_sync_to_async(visitor.introduce)()
    await chats_one_after_another(visitor, agent, "The first chat", "The second chat")
    last = (await database_sync_to_async(events_of)(agent))[-1]["id"]
    await chats_one_after_another(visitor, agent, "The third chat")
    socket = open_socket(visitor.token)
    await say_hello(socket, event=last)
    shown = await wait_until_shown(socket, "The third chat")
    assert ["The first chat" in shown, "The second chat" in shown] == [False, True]


async def test_a_panel_that_was_expected_gets_what_was_asked_for_meanwhile(
    customer: Visitor, open_socket: OpenSocket, sandbox: Sandbox, process: Running
) -> None:
    await database_sync_to_async(customer.send)("Before the socket")
    first = open_socket(customer.token)
    await say_hello(first)
    await wait_until_shown(first, "Before the socket")
    await first.disconnect()
    await process.relay.close()

    answer = await database_sync_to_async(customer.ask)("post", "expected", HELLO["page"])
    assert answer.status_code == 204
    await eventually(lambda: process.relay.states() == {State.LIVE: 1})
    sandbox.fault("error", type="internal")  # LiveChat is asked for nothing more
    second = open_socket(customer.token)
    await say_hello(second)
    assert "Before the socket" in await wait_until_shown(second, "hx-upsert")


@pytest.mark.parametrize("token", ["", "unknown"])
def test_nobody_is_expected_whom_we_do_not_know(visitor: Visitor, token: str) -> None:
    visitor.token = token
    assert visitor.ask("post", "expected", HELLO["page"]).status_code == 401


async def test_what_the_agent_says_is_shown_in_every_tab(
    customer: Visitor, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    tabs = [open_socket(customer.token) for _ in range(2)]
    for tab in tabs:
        await say_hello(tab)
        await wait_until_shown(tab, "Hello")
    await database_sync_to_async(agent.send)(agent.chats()[0]["id"], "How can I help?")
    for tab in tabs:
        assert "is-new" in await wait_until_shown(tab, "How can I help?")


async def test_times_are_on_the_customer_s_clock(
    customer: Visitor, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    socket = open_socket(customer.token)
    await say_hello(socket, language="ar", zone="Asia/Tokyo")
    fragment = await wait_until_shown(socket, "Hello")
    assert "<time" in fragment
    assert " PM<" not in fragment
    assert " AM<" not in fragment


async def page_of_the_customer(agent: Agent, chat_id: str) -> str:
    """The last page the agent sees, once it is not the first one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            users = (await database_sync_to_async(agent.chat)(chat_id))["users"]
            pages = next(user["visit"]["last_pages"] for user in users if "visit" in user)
            if len(pages) > 1:
                url: str = pages[-1]["url"]
                return url


async def test_the_agent_sees_the_customer_s_page(
    customer: Visitor, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(socket, "Hello")
    await socket.send_json_to({"page": {"url": "https://shop.example/cart", "title": "Cart"}})
    chat_id = agent.chats()[0]["id"]
    assert await page_of_the_customer(agent, chat_id) == "https://shop.example/cart"


async def test_what_was_seen_is_told_to_the_agent(
    customer: Visitor, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    chat_id = agent.chats()[0]["id"]
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(socket, "Hello")
    await database_sync_to_async(agent.send)(chat_id, "Look")
    at = (await wait_until_shown(socket, "Look")).split('data-at="')[1].split('"')[0]
    await socket.send_json_to({"seen": {"chat": chat_id, "at": at}})
    assert f'data-seen="{at}"' in await wait_until_shown(socket, f'data-seen="{at}"')


async def test_a_customer_s_new_name_is_shown(
    customer: Visitor, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(socket, "Hello")
    await database_sync_to_async(customer.ask)("post", "details", {"name": "Nora"})
    await wait_until_shown(socket, 'data-name="Nora"')


async def test_that_the_connection_is_well_is_said_once(
    customer: Visitor, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(
        socket, 'hx-target="#connection-state" hx-swap="innerHTML"></hx-partial>'
    )
    await wait_until_shown(socket, "Hello")
    await database_sync_to_async(agent.send)(agent.chats()[0]["id"], "Guten Tag")
    while "Guten Tag" not in (fragment := await socket.receive_from()):
        assert "connection-state" not in fragment


async def test_the_socket_tells_when_nobody_is_there_any_more(
    customer: Visitor, agent: Agent, sandbox: Sandbox, open_socket: OpenSocket
) -> None:
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(socket, "hx-upsert")
    everybody = {each["id"]: "not_accepting_chats" for each in sandbox.config["agents"]}
    await database_sync_to_async(sandbox.settings)(agents=everybody)
    await wait_until_shown(socket, 'data-availability="offline"')


async def test_a_message_left_while_nobody_is_there_is_thanked_for(
    customer: Visitor, sandbox: Sandbox, open_socket: OpenSocket
) -> None:
    everybody = {each["id"]: "not_accepting_chats" for each in sandbox.config["agents"]}
    await database_sync_to_async(sandbox.settings)(agents=everybody, forms={"ticket": True})
    form = await database_sync_to_async(customer.ask)("get", "welcome")
    answers = answers_to(form.content.decode())
    await database_sync_to_async(customer.ask)("post", "forms/ticket", answers)
    socket = open_socket(customer.token)
    await say_hello(socket)
    left = await wait_until_shown(socket, "Thank you. We have your message.")
    assert "nora@example.com" in left
    assert "This chat has ended" not in left
    await database_sync_to_async(customer.send)("One more thing")
    assert 'class="left unanswered"' in await wait_until_shown(socket, 'data-status="chatting"')


async def test_an_event_is_shown_again_when_its_properties_change(
    customer: Visitor, agent: Agent, open_socket: OpenSocket
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    chat_id = agent.chats()[0]["id"]
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(socket, "Hello")
    event_id = await database_sync_to_async(agent.send)(chat_id, "Guten Tag")
    await wait_until_shown(socket, "Guten Tag")
    where = {"chat_id": chat_id, "thread_id": event_id.rpartition("_")[0], "event_id": event_id}
    translation = {"translation": {"target_message": "Good day"}}
    change = database_sync_to_async(agent.call)
    await change("update_event_properties", **where, properties=translation)
    assert f'id="event-{event_id}"' in await wait_until_shown(socket, "Good day")
    await change("delete_event_properties", **where, properties={"translation": ["target_message"]})
    assert f'id="event-{event_id}"' in await wait_until_shown(socket, "Guten Tag")


async def test_a_tab_that_could_not_be_shown_something_comes_back_for_it(
    customer: Visitor, agent: Agent, open_socket: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    socket = open_socket(customer.token)
    await say_hello(socket)
    await wait_until_shown(socket, "Hello")

    def fail(_update: Update, _locale: Locale) -> str:
        raise ValueError

    monkeypatch.setattr("widget.rendering.heavy.html_of", fail)
    await database_sync_to_async(agent.send)(agent.chats()[0]["id"], "How can I help?")
    while (said := await socket.receive_output())["type"] == "websocket.send":
        pass
    assert said["code"] == 1011


async def test_a_stream_that_could_not_be_shown_something_ends(
    customer: Visitor, process: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_update: Update, _locale: Locale) -> str:
        raise ValueError

    monkeypatch.setattr("widget.rendering.heavy.html_of", fail)
    assert [fragment async for fragment in stream_of(customer)] == []
    await process.relay.close()


@pytest.mark.parametrize("nonsense", ["{", "[]", '{"hello": 1}', '{"seen": null}', '{"x": 1}'])
async def test_nonsense_is_ignored(
    customer: Visitor, open_socket: OpenSocket, nonsense: str
) -> None:
    await database_sync_to_async(customer.send)("Hello")
    socket = open_socket(customer.token)
    await socket.connect()
    await socket.send_to(text_data=nonsense)
    await socket.send_json_to({"hello": HELLO})
    assert await wait_until_shown(socket, "Hello")


async def test_a_quiet_socket_says_that_it_lives(
    customer: Visitor, open_socket: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "HEARTBEAT", 0.2)
    socket = open_socket(customer.token)
    await say_hello(socket)
    for _ in range(2):
        assert await wait_until_shown(socket, consumers.ALIVE) == consumers.ALIVE
