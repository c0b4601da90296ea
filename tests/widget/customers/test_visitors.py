"""Visitors LiveChat sees from the page view: what their pages say, are told, and cost."""

import json
from typing import Any

import brotli
import pytest
from channels.db import database_sync_to_async
from django.test import Client

from tests.sandbox_rig import Sandbox
from tests.waiting import eventually
from tests.widget.browser_socket import BrowserSocket
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.customers.test_consumers import refusal
from tests.widget.visitor import Visitor
from widget.running import Running

BUDGET = 8_000  # bytes, brotli, more than the loader
HELLO = {"page": {"url": "https://shop.example/cart", "title": "Cart"}, "language": "en"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tracked(add_widget: AddWidget) -> Visitor:
    """Somebody on a page of a widget that tracks its visitors."""
    add_widget("seen", track_visitors=True)
    visitor = Visitor("seen")
    visitor.introduce()
    return visitor


async def next_news(socket: BrowserSocket) -> dict[str, Any]:
    """The next news."""
    while True:
        news: dict[str, Any] = json.loads(await socket.receive_from())
        if news:
            return news


async def next_greeting(socket: BrowserSocket) -> dict[str, Any]:
    """The first greeting that is shown."""
    while True:
        if greeting := (await next_news(socket))["greeting"]:
            found: dict[str, Any] = greeting
            return found


async def open_page(visitor: Visitor, open_socket: OpenSocket, path: str = "visit") -> Any:
    socket = open_socket(visitor.token, key=visitor.key, path=path)
    connected, _protocol = await socket.connect()
    assert connected
    await socket.send_json_to({"hello": HELLO})
    return socket


async def test_a_visit_costs_a_login_and_each_further_page_one_request(
    tracked: Visitor, open_socket: OpenSocket, sandbox: Sandbox
) -> None:
    sandbox.control("requests", method="DELETE")
    socket = await open_page(tracked, open_socket)
    news = await next_news(socket)
    assert (news["greeting"], news["has_chat"]) == (None, False)
    for page in ("pots", "checkout"):
        await socket.send_json_to({"page": {"url": f"https://shop.example/{page}", "title": ""}})
    await eventually(lambda: sandbox.requests().count("update_customer_page") >= 2)
    assert sandbox.requests() == ["login", *2 * ["update_customer_page"]]


async def test_a_greeting_is_told_as_data_and_answered(
    tracked: Visitor, open_socket: OpenSocket, sandbox: Sandbox
) -> None:
    sandbox.settings(greetings={"3": {"enabled": True, "delay": 0, "url_contains": "/cart"}})
    socket = await open_page(tracked, open_socket)
    greeting = await next_greeting(socket)
    first, second = greeting["cards"]
    assert (greeting["id"], greeting["name"], first["title"]) == (3, "Piotr", "New pots")
    assert first["picture"]["words"] == "A blue pot"
    assert first["buttons"] == [
        {"id": "look", "text": "See them", "type": "url", "link": "https://shop.example/pots"},
        {"id": "call", "text": "Call us", "type": "phone", "link": "tel:+48123456789"},
    ]
    assert second["buttons"] == [{"id": "later", "text": "Not now", "type": "cancel"}]
    unique_id = greeting["uniqueId"]
    await socket.send_json_to({"press": {"unique_id": unique_id, "button": "look"}})
    await socket.send_json_to({"accept": {"unique_id": unique_id, "id": 3}})
    assert (await next_greeting(socket))["accepted"]
    assert {"send_greeting_button_clicked", "accept_greeting"} <= set(sandbox.requests())


async def test_a_page_that_comes_later_is_told_of_the_greeting_that_stands(
    tracked: Visitor, open_socket: OpenSocket, sandbox: Sandbox
) -> None:
    sandbox.settings(greetings={"2": {"enabled": True, "delay": 0}})
    first = await open_page(tracked, open_socket)
    unique_id = (await next_greeting(first))["uniqueId"]
    second = await open_page(tracked, open_socket)
    assert (await next_greeting(second))["uniqueId"] == unique_id
    await second.send_json_to({"cancel": {"unique_id": unique_id}})
    assert (await next_news(first))["greeting"] is None
    assert (await next_news(second))["greeting"] is None


async def test_a_greeting_is_still_there_after_the_connection_was_lost(
    tracked: Visitor, open_socket: OpenSocket, sandbox: Sandbox, process: Running
) -> None:
    sandbox.settings(greetings={"2": {"enabled": True, "delay": 0}})
    first = await open_page(tracked, open_socket)
    unique_id = (await next_greeting(first))["uniqueId"]
    await first.disconnect()
    await process.relay.close()
    second = await open_page(tracked, open_socket)
    assert (await next_greeting(second))["uniqueId"] == unique_id


@pytest.mark.parametrize("content", [None, [], {"unique_id": 5}, {"unique_id": "x", "id": "3"}])
async def test_nonsense_is_nothing(tracked: Visitor, open_socket: OpenSocket, content: Any) -> None:
    socket = await open_page(tracked, open_socket)
    await next_news(socket)
    await socket.send_json_to({"accept": content, "cancel": [content], "press": content})
    await socket.send_json_to({"page": {"url": "https://shop.example/pots", "title": ""}})
    assert await socket.receive_nothing(0.1)


async def test_where_visitors_are_not_tracked_nobody_is_let_in(
    customer: Visitor, open_socket: OpenSocket
) -> None:
    assert await refusal(open_socket(customer.token, path="visit")) == 4403
    for path in ("visitor", "visitors.js"):
        answer = await database_sync_to_async(customer.ask)("get", path)
        assert answer.status_code == 404


def test_what_is_loaded_for_it_fits_its_budget(tracked: Visitor) -> None:
    loaded = [Client().get(f"/w/seen/{path}") for path in ("visitors.js", "visitor", "visitor.js")]
    assert [answer.status_code for answer in loaded] == [200, 200, 200]
    assert sum(len(brotli.compress(answer.content)) for answer in loaded) <= BUDGET
    assert "visitors.js" in Client().get("/w/seen/embed.js").content.decode()


def test_goals_are_checked_for_who_is_not_connected(tracked: Visitor, sandbox: Sandbox) -> None:
    sandbox.control("requests", method="DELETE")
    sale = {"url": "https://shop.example/thanks", "session": '{"orderId": "7"}'}
    assert tracked.ask("post", "goals", sale).status_code == 204
    assert sandbox.requests() == ["update_customer", "check_goals"]
    assert tracked.ask("post", "goals", {"session": "7"}).status_code == 400
    assert Visitor("seen").ask("post", "goals", sale).status_code == 401


async def test_goals_are_not_checked_for_who_is_connected(
    tracked: Visitor, open_socket: OpenSocket, sandbox: Sandbox
) -> None:
    await next_news(await open_page(tracked, open_socket))
    sale = {"url": "https://shop.example/thanks", "session": '{"orderId": "7"}'}
    await database_sync_to_async(tracked.ask)("post", "goals", sale)
    assert "update_customer" in sandbox.requests()
    assert "check_goals" not in sandbox.requests()
