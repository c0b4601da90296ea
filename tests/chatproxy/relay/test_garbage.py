"""Whoever has left is gone at once: the garbage collector looks at everything but seldom."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from chatproxy.livechat.organization import Organization
from chatproxy.livechat.rtm import Connection, Visit
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State, Update
from tests.sandbox_rig import Sandbox
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def without_collector(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.WARNING, "chatproxy")  # pytest keeps what is logged, errors and all
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def are_gone(*left: weakref.ref[Any]) -> None:
    await eventually(lambda: not any(each() for each in left))


def parts_of(connection: Connection | None) -> tuple[weakref.ref[Any], ...]:
    assert connection
    protocol = connection._socket.protocol
    return weakref.ref(connection), weakref.ref(connection._socket), weakref.ref(protocol)


async def test_a_customer_who_has_left_is_not_kept(
    watch: Any, relay: Relay, customer: Customer
) -> None:
    tab = await watch()
    live = relay._live[customer.pk]
    left = weakref.ref(live), *parts_of(live.connection)
    del live
    tab.leave()
    await are_gone(*left)


class Request:
    """What a worker has in its context while it answers one."""


current_request: ContextVar[Request] = ContextVar("current_request")


@pytest.mark.parametrize("method", [pytest.param("expect", marks=pytest.mark.night), "attach"])
async def test_a_request_that_led_to_a_connection_is_not_kept(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, method: str
) -> None:
    (await watch()).leave()
    await eventually(lambda: not relay._live)

    async def show(_update: Update) -> None:
        """To nobody."""

    async def open_tab() -> weakref.ref[Any]:
        request = Request()
        current_request.set(request)
        if method == "expect":
            await asyncio.to_thread(relay.expect, customer, organization, Visit())
        else:
            relay.attach(customer, organization, Visit(), show)
        return weakref.ref(request)

    request = await asyncio.create_task(open_tab())
    tab = await watch()
    await are_gone(request)
    assert tab.state is State.LIVE


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("fault", "more"),
    [
        pytest.param("disconnect", {"reason": "connection_timeout"}, marks=pytest.mark.night),
        ("drop", {}),
    ],
)
async def test_a_connection_that_is_over_is_not_kept(
    watch: Any, relay: Relay, customer: Customer, sandbox: Sandbox, fault: str, more: dict[str, str]
) -> None:
    tab = await watch()
    left = parts_of(relay._live[customer.pk].connection)
    sandbox.fault(fault, **more)
    await tab.snapshot(2)
    await are_gone(*left)
