"""LiveChat learns from which website a customer comes, whichever way their browser speaks to us."""

import asyncio

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from tests.sandbox_rig import Sandbox
from tests.widget.conftest import OpenSocket
from tests.widget.customers.test_consumers import say_hello, wait_until_shown
from tests.widget.visitor import Visitor
from widget.running import Running

pytestmark = pytest.mark.django_db(transaction=True)

SHOP = "https://shop.example"
PAGE = f"{SHOP}/pots"


def origins(sandbox: Sandbox, method: str) -> list[str]:
    """From where LiveChat was asked for this."""
    asked = sandbox.control(f"requests?method={method}", method="GET")
    return [entry["origin"] for entry in asked]


def test_a_token_is_asked_for_from_the_page_that_the_request_names(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    visitor.ask("post", "customer", **{"X-Chat-Page": PAGE})
    assert origins(sandbox, "token") == [SHOP]


async def test_a_socket_logs_in_from_the_page_it_says_hello_from(
    customer: Visitor, open_socket: OpenSocket, sandbox: Sandbox
) -> None:
    socket = open_socket(customer.token)
    await say_hello(socket, page={"url": PAGE})
    await wait_until_shown(socket, "hx-upsert")
    assert await asyncio.to_thread(origins, sandbox, "login") == [SHOP]


async def test_a_stream_logs_in_from_the_page_in_its_address(
    customer: Visitor, sandbox: Sandbox, process: Running
) -> None:
    headers = {"Authorization": f"Bearer {customer.token}"}
    answer = await AsyncClient().get("/w/shop/stream", {"url": PAGE}, headers=headers)
    assert isinstance(answer, StreamingHttpResponse)
    events = aiter(answer.streaming_content)
    while b"hx-upsert" not in await anext(events):
        pass
    assert await asyncio.to_thread(origins, sandbox, "login") == [SHOP]
    await process.relay.close()
