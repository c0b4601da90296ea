"""A message goes over the customer's own connection or the Web API, and exactly once over both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import pytest_asyncio

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say, say_again
from chatproxy.livechat import rtm
from chatproxy.livechat.errors import Invalid, NotConnected, Unreachable
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.structures import Json
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State
from tests.sandbox_rig import Sandbox
from tests.waiting import eventually

from .people import Watcher, has_begun

Saying = Callable[[Callable[..., None], Json], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def soon_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may still arrive does so in half a second; the event loop may begin late."""
    monkeypatch.setattr(conversation, "SETTLED", 0.5)
    monkeypatch.setattr(conversation, "LOOK_EVERY", 0.1)
    monkeypatch.setattr("chatproxy.relay.relay.BEGINS", 30.0)


@pytest_asyncio.fixture
async def tab(api: ActingCustomer, watch: Any) -> Watcher:
    """A tab of a customer who has said "Hello"."""
    await asyncio.to_thread(say, api, message("Hello", "m-0"))
    opened: Watcher = await watch()
    await opened.shows("Hello")
    return opened


@pytest.fixture
def live(relay: Relay, customer: Customer, organization: Organization) -> Saying:
    """`await live(say, event)`: as another request to the process that holds the connection."""

    def work(how: Callable[..., None], event: Json) -> None:
        stored = Customer.objects.get(pk=customer.pk)
        how(ActingCustomer(stored, organization, relay=relay), event)

    async def act(how: Callable[..., None], event: Json) -> None:
        await asyncio.to_thread(work, how, event)

    return act


@pytest.fixture
def elsewhere(again: Callable[[], ActingCustomer]) -> Saying:
    """`await elsewhere(say, event)`: as a request to a process that does not hold it."""

    async def act(how: Callable[..., None], event: Json) -> None:
        await asyncio.to_thread(lambda: how(again(), event))

    return act


def ways(sandbox: Sandbox) -> list[str]:
    """Over what each message went that LiveChat was sent into an open thread."""
    journal = sandbox.control("requests?side=customer&method=send_event", method="GET")
    return [entry["transport"] for entry in journal]


# Which way


async def test_it_goes_over_the_connection_that_is_there(
    tab: Watcher, live: Saying, sandbox: Sandbox
) -> None:
    await live(say, message("Once", "m-1"))
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == ["rtm"]


async def test_it_goes_over_the_web_where_the_connection_is_not(
    tab: Watcher, elsewhere: Saying, sandbox: Sandbox
) -> None:
    await elsewhere(say, message("Once", "m-1"))
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == ["web"]


async def test_it_goes_over_the_web_while_too_much_is_asked_over_the_connection(
    tab: Watcher, live: Saying, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtm, "PENDING_LIMIT", 0)
    await live(say, message("Once", "m-1"))
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == ["web"]


@pytest.mark.parametrize("refusal", ["authentication", "too_many_requests", "misdirected_request"])
async def test_what_the_web_has_a_remedy_for_goes_there(
    tab: Watcher, live: Saying, sandbox: Sandbox, refusal: str
) -> None:
    sandbox.fault("error", transport="rtm", method="send_event", type=refusal, count=1)
    await live(say, message("Once", "m-1"))
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == ["rtm", "web"]


async def test_a_customer_who_became_somebody_else_is_not_spoken_for(
    tab: Watcher, relay: Relay, customer: Customer, organization: Organization
) -> None:
    stranger = await asyncio.to_thread(Customer.objects.get, pk=customer.pk)
    stranger.entity_id = "somebody else"
    with pytest.raises(NotConnected):
        await asyncio.to_thread(relay.act_from_thread, stranger, "list_chats", {})


async def test_what_livechat_does_not_take_is_told_and_sent_once(
    tab: Watcher, live: Saying, sandbox: Sandbox
) -> None:
    with pytest.raises(Invalid):
        await live(say, message("x" * 20_000, "m-1"))
    assert ways(sandbox) == ["rtm"]


async def test_an_event_loop_that_comes_too_late_sends_nothing(
    tab: Watcher, relay: Relay, customer: Customer
) -> None:
    """The request has gone on over the web by then."""
    live = relay._live[customer.pk]
    with pytest.raises(NotConnected):
        await live.act_by(time.monotonic() - 0.1, "list_chats", {})


# Exactly once


@pytest.mark.parametrize(
    "kind", ["reset_after", pytest.param("malformed", marks=pytest.mark.night)]
)
async def test_what_was_taken_before_the_connection_was_lost_is_found(
    tab: Watcher, live: Saying, sandbox: Sandbox, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtm, "ANSWER_TIMEOUT", 1.0)
    sandbox.fault(kind, transport="rtm", method="send_event", count=1)
    await live(say, message("Once", "m-1"))
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == ["rtm"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("rtm", "web"), pytest.param("web", "rtm", marks=pytest.mark.night)],
)
async def test_what_was_lost_over_one_way_arrives_once_over_the_other(
    tab: Watcher, live: Saying, elsewhere: Saying, sandbox: Sandbox, first: str, second: str
) -> None:
    over = {"rtm": live, "web": elsewhere}
    sandbox.fault("reset_before", transport=first, method="send_event", count=1)
    with pytest.raises(Unreachable):
        await over[first](say, message("Once", "m-1"))
    await over[second](say_again, message("Once", "m-1"))
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == [first, second]


@pytest.mark.night  # by day of a lost request: test_exactly_once.py
async def test_what_livechat_takes_late_from_a_lost_connection_is_not_sent_over_the_web(
    tab: Watcher,
    live: Saying,
    elsewhere: Saying,
    api: ActingCustomer,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The customer tries again at once, and LiveChat takes the first try a moment later."""
    monkeypatch.setattr(conversation, "SETTLED", 16.0)
    sandbox.fault("reset_before", transport="rtm", method="send_event", count=1)
    with pytest.raises(Unreachable):
        await live(say, message("Once", "m-1"))
    searches = sandbox.requests().count("list_threads")
    trying_again = asyncio.create_task(elsewhere(say_again, message("Once", "m-1")))
    await eventually(lambda: sandbox.requests().count("list_threads") > searches)
    chat_id = (await asyncio.to_thread(api.list_chats))[0].id
    await asyncio.to_thread(api.send_event, chat_id, message("Once", "m-1"))
    await trying_again
    await tab.shows("Hello", "Once")
    assert ways(sandbox) == ["rtm", "web"]


async def test_a_connection_that_gave_no_answer_is_not_used_again(
    tab: Watcher, live: Saying, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be dead without our knowing, and each message would wait for it."""
    sandbox.fault("silent")
    with monkeypatch.context() as impatient:
        impatient.setattr(rtm, "ANSWER_TIMEOUT", 0.3)
        with pytest.raises(Unreachable):
            await live(say, message("Once", "m-1"))
    await tab.until(lambda: State.WAITING in tab.states)
    await live(say_again, message("Once", "m-1"))
    await tab.until(lambda: "Once" in tab.texts)
    assert tab.texts == ["Hello", "Once"]


async def test_the_same_message_over_both_ways_at_once_is_sent_once(
    tab: Watcher, live: Saying, elsewhere: Saying, sandbox: Sandbox
) -> None:
    event = message("Once", "m-1")
    await asyncio.gather(*(how(say, event) for how in (live, elsewhere) * 3))
    await tab.shows("Hello", "Once")
    assert len(ways(sandbox)) == 1


async def test_a_process_that_ends_hears_what_became_of_it_first(
    tab: Watcher, relay: Relay, live: Saying, sandbox: Sandbox
) -> None:
    sandbox.fault(
        "latency", transport="rtm", method="send_event", seconds=1, when="before", count=1
    )
    saying = asyncio.create_task(live(say, message("Once", "m-1")))
    await eventually(lambda: has_begun(sandbox))
    await relay.close()
    await saying
    assert ways(sandbox) == ["rtm"]


async def test_what_comes_while_a_connection_closes_goes_over_the_web(
    tab: Watcher, relay: Relay, customer: Customer
) -> None:
    closing = relay._live[customer.pk]
    await relay.close()
    with pytest.raises(NotConnected):
        await closing.act_by(time.monotonic() + 60, "list_chats", {})
