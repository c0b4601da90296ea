"""Every tab of a customer shows everything, once and in order, whatever breaks in between."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from chatproxy.acting import ActingCustomer, ShownGreeting
from chatproxy.conversation import message, say
from chatproxy.livechat.errors import (
    UNKNOWN_CHAT,
    CustomerBanned,
    LicenseExpired,
    LicenseNotFound,
    LiveChatError,
    NotConnected,
    UnsupportedVersion,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import (
    EventsSeen,
    GroupsStatusUpdated,
    IncomingEvent,
    IncomingGreeting,
    Typing,
)
from chatproxy.livechat.rtm import Disconnected, Visit
from chatproxy.livechat.structures import LoginAnswer, Thread
from chatproxy.models import Customer
from chatproxy.relay import live, tabs
from chatproxy.relay.memory import Memory
from chatproxy.relay.observers import Nobody
from chatproxy.relay.reactions import Reaction, reaction_to
from chatproxy.relay.reading import PAGES_BACK
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Snapshot, State, Update
from tests.chatproxy.people import Watcher, delete_event
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually

Again = Callable[[], ActingCustomer]


@pytest.fixture
def chat_id(api: ActingCustomer) -> str:
    say(api, message("Hello", "m-1"))
    return api.customer.chat_id


async def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


async def has_left(customer: Customer, agent: Agent) -> bool:
    """Whether LiveChat holds the customer for offline."""
    seen = await in_thread(lambda: agent.call("get_customer", id=customer.entity_id))
    return not seen["online"]


def has_begun(sandbox: Sandbox) -> bool:
    """Whether the one request that a fault waits for has come."""
    return not sandbox.control("faults", method="GET")["faults"]


# A tab from its beginning to its end


async def test_a_tab_first_sees_the_chat_as_it_is(watch: Any, chat_id: str, agent: Agent) -> None:
    await in_thread(agent.send, chat_id, "Hello Nora")
    tab = await watch()
    assert isinstance(next(u for u in tab.updates if not hasattr(u, "state")), Snapshot)
    assert tab.texts == ["Hello", "Hello Nora"]
    assert tab.conversation.active
    assert tab.conversation.agent.name == "Piotr"


async def test_a_chat_we_knew_by_another_id_is_found(
    watch: Any, customer: Customer, chat_id: str
) -> None:
    customer.chat_id = "SOMEBODYS"
    tab = await watch()
    assert tab.conversation.chat_id == chat_id
    assert tab.texts == ["Hello"]


async def test_a_customer_without_a_chat_sees_an_empty_snapshot(watch: Any) -> None:
    tab = await watch()
    assert tab.snapshots[0].threads == ()
    assert tab.conversation.chat_id == ""


async def test_who_has_said_who_they_are_is_known_before_there_is_a_chat(
    watch: Any, api: ActingCustomer
) -> None:
    await in_thread(partial(api.update_customer, name="Nora", email="nora@example.com"))
    customer = (await watch()).conversation.customer
    assert (customer.name, customer.email, customer.type) == (
        "Nora",
        "nora@example.com",
        "customer",
    )


async def test_a_tab_hears_once_of_each_state(watch: Any) -> None:
    tab = await watch()
    await tab.until(lambda: tab.state is State.LIVE)
    assert tab.states == [State.CONNECTING, State.RESUMING, State.LIVE]


async def test_what_an_agent_writes_arrives(watch: Any, chat_id: str, agent: Agent) -> None:
    tab = await watch()
    await in_thread(agent.send, chat_id, "Here I am")
    await tab.shows("Hello", "Here I am")


async def test_the_first_message_of_all_arrives(watch: Any, api: ActingCustomer) -> None:
    tab = await watch()
    await in_thread(say, api, message("Hello", "m-1"))
    await tab.shows("Hello")
    assert tab.conversation.active


async def test_typing_and_seen_marks_arrive(watch: Any, chat_id: str, agent: Agent) -> None:
    tab = await watch()
    newest = tab.snapshots[0].threads[-1].events[-1].created_at
    await in_thread(agent.type, chat_id)
    await in_thread(agent.see, chat_id, newest)
    await tab.until(lambda: tab.heard(Typing) and tab.heard(EventsSeen))
    assert tab.conversation.seen_by_agent_up_to == newest


async def test_the_end_of_a_chat_and_its_resumption_arrive(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent
) -> None:
    tab = await watch()
    await in_thread(agent.close, chat_id)
    await tab.until(lambda: not tab.conversation.active)
    await in_thread(say, api, message("Once more", "m-2"))
    await tab.shows("Hello", "Once more")
    assert tab.conversation.active


async def test_two_tabs_see_the_same(watch: Any, chat_id: str, agent: Agent) -> None:
    first, second = await watch(), await watch()
    await in_thread(agent.send, chat_id, "To all of you")
    await first.shows("Hello", "To all of you")
    await second.shows("Hello", "To all of you")


async def test_tabs_share_one_connection(
    watch: Any, chat_id: str, sandbox: Sandbox, relay: Relay
) -> None:
    sandbox.settings(connections_per_customer=1)
    first, second = await watch(), await watch()
    assert State.REFUSED not in first.states + second.states
    assert len(relay._live) == 1


# A tab that is still being loaded


@pytest_asyncio.fixture
async def expect(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, settings: Any
) -> Callable[[], None]:
    """`expect()` says that a tab will come; nobody is there yet. It is waited for to no end."""
    (await watch()).leave()
    await eventually(lambda: not relay._live)
    settings.CHAT_RELAY_LINGER = 3600
    return lambda: relay.expect(customer, organization, Visit(url="https://shop.example/"))


async def test_what_an_expected_tab_needs_is_there_before_it_comes(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, expect: Callable[[], None]
) -> None:
    expect()
    await eventually(lambda: relay.states() == {State.LIVE: 1})
    live = relay._live[customer.pk]
    tab = await watch(url="https://shop.example/")
    assert tab.texts == ["Hello"]
    assert tab.states == [State.LIVE]
    assert relay._live[customer.pk] is live


async def test_a_tab_that_comes_before_its_chat_was_read_sees_it_once(
    watch: Any, chat_id: str, expect: Callable[[], None]
) -> None:
    expect()
    tab = await watch()
    assert tab.texts == ["Hello"]
    assert len(tab.snapshots) == 1


async def test_what_is_said_before_and_after_an_expected_tab_comes_is_shown_once_in_order(
    watch: Any, relay: Relay, chat_id: str, agent: Agent, expect: Callable[[], None]
) -> None:
    expect()
    await eventually(lambda: relay.states() == {State.LIVE: 1})
    await in_thread(agent.send, chat_id, "Before")
    tab = await watch()
    await in_thread(agent.send, chat_id, "After")
    await tab.shows("Hello", "Before", "After")
    assert len(tab.heard(IncomingEvent)) + len(tab.snapshots[0].threads[0].events) == len(
        tab.threads[tab.conversation.thread_id]
    )


async def test_a_tab_that_shows_something_already_is_not_the_expected_one(
    watch: Any, relay: Relay, chat_id: str, expect: Callable[[], None]
) -> None:
    expect()
    await eventually(lambda: relay.states() == {State.LIVE: 1})
    tab = await watch(since=f"{chat_id}_1")
    assert tab.snapshots[0].threads
    assert relay.tabs() == 2


async def test_who_is_expected_and_does_not_come_is_let_go(
    relay: Relay, customer: Customer, agent: Agent, sandbox: Sandbox, expect: Callable[[], None],
    settings: Any,
) -> None:  # fmt: skip
    sandbox.settings(offline_grace=0)
    settings.CHAT_RELAY_LINGER = 0.2
    expect()
    await asyncio.sleep(0)
    assert relay._live
    await eventually(lambda: not relay._live)
    await eventually(lambda: has_left(customer, agent))


async def test_who_is_here_already_is_not_expected_once_more(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, chat_id: str
) -> None:
    tab = await watch()
    relay.expect(customer, organization, Visit())
    await asyncio.sleep(0)
    assert relay.tabs() == 1
    assert tab.state is State.LIVE


async def test_tabs_share_what_was_rendered(watch: Any, chat_id: str, agent: Agent) -> None:
    first, second = await watch(), await watch()
    await in_thread(agent.send, chat_id, "Render me once")
    await first.shows("Hello", "Render me once")
    await second.shows("Hello", "Render me once")
    assert first.updates[-1].rendered is second.updates[-1].rendered


async def test_a_tab_that_fails_does_not_disturb_the_others(
    watch: Any, relay: Relay, customer: Customer, organization: Organization,
    chat_id: str, agent: Agent,
) -> None:  # fmt: skip
    async def fail(update: Update) -> None:
        raise RuntimeError("this tab is broken")

    healthy = await watch()
    broken = relay.attach(customer, organization, Visit(), fail)
    await in_thread(agent.send, chat_id, "Anybody?")
    await healthy.shows("Hello", "Anybody?")
    relay.detach(customer.pk, broken)


async def test_a_tab_whose_browser_has_gone_is_no_error(
    watch: Any, relay: Relay, customer: Customer, organization: Organization,
    chat_id: str, agent: Agent, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    async def gone(update: Update) -> None:
        raise OSError("the browser has gone")

    healthy = await watch()
    relay.attach(customer, organization, Visit(), gone)
    await in_thread(agent.send, chat_id, "Anybody?")
    await healthy.shows("Hello", "Anybody?")
    await eventually(lambda: relay.tabs() == 1)
    ours = [record for record in caplog.records if record.name.startswith("chatproxy")]
    assert [record for record in ours if record.levelname == "ERROR"] == []


async def test_the_connection_outlives_the_last_tab_for_a_moment(
    watch: Any, relay: Relay, customer: Customer
) -> None:
    tab = await watch()
    live = relay._live[customer.pk]
    tab.leave()
    again = await watch()
    assert relay._live[customer.pk] is live
    assert again.states == [State.LIVE]


async def test_the_connection_goes_after_the_last_tab(
    watch: Any, relay: Relay, customer: Customer, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(offline_grace=0)
    tab = await watch()
    assert not await has_left(customer, agent)
    tab.leave()
    await eventually(lambda: has_left(customer, agent))
    assert not relay._live


async def test_leaving_politely_closes_every_connection(
    watch: Any, relay: Relay, customer: Customer, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(offline_grace=0)
    tab = await watch()
    await relay.close()
    assert tab.state is State.CLOSED
    await eventually(lambda: has_left(customer, agent))


# Acting over the connection


async def test_the_customers_acts_go_over_the_connection(
    watch: Any, relay: Relay, customer: Customer, chat_id: str
) -> None:
    tab = await watch()
    newest = tab.snapshots[0].threads[-1].events[-1].created_at
    payload = {"chat_id": chat_id, "seen_up_to": newest}
    assert await relay.act(customer.pk, "mark_events_as_seen", payload) == {}


async def test_nobody_acts_who_is_not_live(relay: Relay) -> None:
    with pytest.raises(NotConnected):
        await relay.act(4711, "list_chats", {})


async def test_agents_follow_the_customer_from_page_to_page(
    watch: Any, relay: Relay, customer: Customer, agent: Agent
) -> None:
    await watch(url="https://shop.example/", title="Shop")
    await relay.move(customer.pk, "https://shop.example/cart", "Cart")
    seen = await in_thread(lambda: agent.call("get_customer", id=customer.entity_id))
    assert seen["visit"]["last_pages"][-1]["title"] == "Cart"


async def test_the_page_of_another_tab_is_passed_on(
    watch: Any, customer: Customer, agent: Agent
) -> None:
    await watch(url="https://shop.example/", title="Shop")
    await watch(url="https://shop.example/cart", title="Cart")

    def is_in_the_cart() -> bool:
        visit = agent.call("get_customer", id=customer.entity_id)["visit"]
        return bool(visit["last_pages"][-1]["title"] == "Cart")

    await eventually(lambda: in_thread(is_in_the_cart))


async def test_after_a_reconnect_the_page_is_the_latest(
    watch: Any, relay: Relay, customer: Customer, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    tab = await watch(url="https://shop.example/", title="Shop")
    await relay.move(customer.pk, "https://shop.example/cart", "Cart")
    sandbox.fault("drop")
    await tab.snapshot(2)
    assert relay._live[customer.pk].visit.title == "Cart"


# Gaps


async def test_what_was_said_while_the_connection_was_lost_arrives(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    tab = await watch()
    sandbox.fault("push_lost")
    sandbox.fault("drop")
    await in_thread(agent.send, chat_id, "Into the gap")
    await tab.snapshot(2)
    assert tab.states[-4:] == [State.WAITING, State.CONNECTING, State.RESUMING, State.LIVE]
    await tab.shows("Hello", "Into the gap")


async def test_edits_and_deletions_in_a_gap_arrive(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    card = {"type": "rich_message", "template_id": "cards"}
    buttons = [{"text": "Yes", "postback_id": "yes", "user_ids": []}]
    card_id = await in_thread(
        agent.send_event, chat_id, {**card, "elements": [{"title": "?", "buttons": buttons}]}
    )
    thread_id = card_id.rpartition("_")[0]
    tab = await watch()
    assert tab.texts == ["Hello"]
    sandbox.fault("push_lost")
    press = {"id": "yes", "toggled": True}
    await in_thread(api.send_rich_message_postback, chat_id, thread_id, card_id, press)
    await in_thread(delete_event, api, chat_id, thread_id, f"{thread_id}_1")
    sandbox.fault("drop")
    await tab.snapshot(2)
    assert tab.texts == []
    assert tab.threads[thread_id][card_id].elements[0].buttons[0].user_ids


async def test_a_thread_that_ended_and_a_new_one_in_a_gap_arrive(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    tab = await watch()
    sandbox.fault("push_lost")
    await in_thread(agent.close, chat_id)
    await in_thread(say, api, message("New thread", "m-2"))
    await in_thread(agent.send, chat_id, "I am back")
    sandbox.fault("drop")
    await tab.snapshot(2)
    await tab.shows("Hello", "New thread", "I am back")
    assert tab.conversation.active


async def test_who_is_there_is_told_after_a_gap_to_a_customer_without_a_chat(
    watch: Any, sandbox: Sandbox, soon: None
) -> None:
    tab = await watch()
    sandbox.fault("push_lost")
    nobody = {agent["id"]: "not_accepting_chats" for agent in sandbox.config["agents"]}
    sandbox.settings(agents=nobody)
    sandbox.clear_faults()
    sandbox.fault("drop")
    await tab.snapshot(2)
    await tab.until(lambda: len(tab.heard(GroupsStatusUpdated)) == 2)
    before, after = tab.heard(GroupsStatusUpdated)
    assert (before.statuses[0], after.statuses[0]) == ("online", "offline")


async def test_a_rating_in_a_gap_arrives(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    tab = await watch()
    sandbox.fault("push_lost")
    thread_id = tab.conversation.thread_id
    rating = {"rating": {"score": 1}}
    await in_thread(api.update_thread_properties, chat_id, thread_id, rating)
    sandbox.fault("drop")
    snapshot = await tab.snapshot(2)
    assert snapshot.threads[-1].properties["rating"]["score"] == 1


async def test_a_gap_of_many_pages_is_read_back_to_its_beginning(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    sandbox.settings(requests_per_second=None)
    tab = await watch()
    sandbox.fault("push_lost")
    expected = ["Hello"]

    def fill_the_gap() -> None:
        for thread in range(4):
            agent.close(chat_id)
            say(api, message(f"thread {thread}", f"t-{thread}"))
            expected.append(f"thread {thread}")
            for number in range(12):
                agent.send(chat_id, f"{thread}.{number}")
                expected.append(f"{thread}.{number}")

    await in_thread(fill_the_gap)
    sandbox.fault("drop")
    snapshot = await tab.snapshot(2)
    assert len(snapshot.threads) > 2
    await tab.shows(*expected)


async def test_a_browser_that_slept_gets_all_since_the_last_event_it_shows(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    """It left with the first thread on screen, and comes back to the fifth."""
    sandbox.settings(requests_per_second=None)
    asleep: Watcher = await watch()
    last = max(asleep.threads[asleep.conversation.thread_id])
    asleep.leave()

    def go_on() -> None:
        for thread in range(4):
            agent.close(chat_id)
            say(api, message(f"thread {thread}", f"t-{thread}"))
            for number in range(10):
                agent.send(chat_id, f"{thread}.{number}")

    await in_thread(go_on)
    awake: Watcher = await watch(since=last)
    assert asleep.conversation.thread_id in awake.threads
    assert len(awake.threads) == 5


async def test_a_new_browser_gets_the_latest_and_where_to_read_on(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(requests_per_second=None)

    def talk() -> None:
        for thread in range(3):
            agent.close(chat_id)
            say(api, message(f"thread {thread}", f"t-{thread}"))
            for number in range(12):
                agent.send(chat_id, f"{thread}.{number}")

    await in_thread(talk)
    tab = await watch()
    assert len(tab.snapshots[0].threads) == 2
    earlier = await in_thread(
        lambda: api.list_threads(chat_id, page_id=tab.snapshots[0].earlier_page_id)
    )
    assert "thread 0" in [getattr(event, "text", "") for event in earlier.threads[0].events]


def words_of(thread: Thread) -> list[str]:
    return [getattr(event, "text", "") for event in thread.events]


@pytest.fixture
def talkative(chat_id: str, agent: Agent, sandbox: Sandbox) -> None:
    """A chat of more pages than are read to bridge a gap."""
    sandbox.settings(requests_per_second=None)
    agent.close(chat_id)
    for thread in range(2 * PAGES_BACK):
        said = [{"type": "message", "text": f"{thread}.{number}"} for number in range(25)]
        agent.call("resume_chat", chat={"id": chat_id, "thread": {"events": said}})
        agent.close(chat_id)


@pytest.mark.parametrize("since", ["MADEUP_1", "made up"])
async def test_a_made_up_event_costs_few_pages(
    watch: Any, talkative: None, sandbox: Sandbox, since: str
) -> None:
    await watch(since=since)
    assert sandbox.requests().count("list_threads") == PAGES_BACK


async def test_a_tab_that_shows_what_is_too_old_begins_anew_and_learns_where_to_read_on(
    watch: Any, talkative: None, api: ActingCustomer, chat_id: str
) -> None:
    first = await in_thread(lambda: [*api.all_threads(chat_id)][-1])
    tab = await watch(since=first.events[0].id)
    snapshot = tab.snapshots[0]
    assert snapshot.begins_anew
    assert f"{2 * PAGES_BACK - 1}.24" in words_of(snapshot.threads[-1])
    assert f"{PAGES_BACK}.0" in words_of(snapshot.threads[0])
    earlier = await in_thread(lambda: api.list_threads(chat_id, page_id=snapshot.earlier_page_id))
    assert f"{PAGES_BACK - 1}.0" in words_of(earlier.threads[0])


async def test_a_tab_whose_last_event_is_there_goes_on_beside_one_that_begins_anew(
    watch: Any, talkative: None, api: ActingCustomer, chat_id: str
) -> None:
    latest = await in_thread(lambda: api.list_threads(chat_id, events=1).threads[0])
    known, unknown = await watch(since=latest.events[0].id), await watch(since="MADEUP_1")
    assert [tab.snapshots[0].begins_anew for tab in (known, unknown)] == [False, True]


async def test_the_last_event_shown_may_have_been_deleted(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent
) -> None:
    first: Watcher = await watch()
    thread_id = first.conversation.thread_id
    first.leave()
    await in_thread(delete_event, api, chat_id, thread_id, f"{thread_id}_1")
    again = await watch(since=f"{thread_id}_1")
    assert again.texts == []
    assert len(again.snapshots[0].threads) == 1


async def test_what_happens_while_the_snapshot_is_read_is_told_after_it(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, relay: Relay,
    customer: Customer, organization: Organization,
) -> None:  # fmt: skip
    await watch()
    relay._live[customer.pk].memory.forget()
    sandbox.fault("latency", method="get_chat", seconds=0.5, when="before", count=1)
    late = Watcher(relay, customer, organization)
    await eventually(lambda: in_thread(has_begun, sandbox))
    await in_thread(agent.send, chat_id, "Meanwhile")
    await late.shows("Hello", "Meanwhile")
    assert isinstance(late.updates[0], Snapshot)
    late.leave()


# Greetings


@pytest.fixture
def greet(sandbox: Sandbox) -> None:
    """LiveChat greets whoever comes to a page."""
    sandbox.settings(greetings={"1": {"enabled": True, "delay": 0}})


async def take_up(tab: Watcher, api: ActingCustomer) -> None:
    """Begin a chat from the greeting."""
    await tab.until(lambda: tab.conversation.greeting)
    greeting = tab.conversation.greeting
    assert greeting
    api.greeting = ShownGreeting(greeting.id, greeting.unique_id)
    await in_thread(say, api, message("Yes, please", "yes"))
    await tab.until(lambda: tab.conversation.active)


PAGE = "https://shop.example/"


async def test_another_tab_does_not_see_a_greeting_after_the_chat_it_led_to(
    watch: Any, api: ActingCustomer, greet: None
) -> None:
    await take_up(await watch(url=PAGE), api)
    second = await watch()
    assert second.conversation.greeting is None
    assert second.heard(IncomingGreeting) == []


async def test_who_comes_back_does_not_see_a_greeting_after_the_chat_it_led_to(
    watch: Any, api: ActingCustomer, agent: Agent, sandbox: Sandbox, greet: None
) -> None:
    sandbox.settings(offline_grace=0)
    tab = await watch(url=PAGE)
    await take_up(tab, api)
    await in_thread(agent.close, api.customer.chat_id)
    await tab.until(lambda: not tab.conversation.active)
    tab.leave()
    await eventually(lambda: has_left(api.customer, agent))
    assert (await watch()).conversation.greeting is None


async def test_a_greeting_that_another_chat_has_ended_is_not_seen_after_a_reconnect(
    watch: Any, api: ActingCustomer, agent: Agent, sandbox: Sandbox, greet: None, soon: None
) -> None:
    tab = await watch(url=PAGE)
    await tab.until(lambda: tab.conversation.greeting)
    await in_thread(say, api, message("Something else", "m-1"))
    await tab.until(lambda: tab.conversation.active)
    await in_thread(agent.close, api.customer.chat_id)
    await tab.until(lambda: not tab.conversation.active)
    sandbox.fault("drop")
    assert (await tab.snapshot(2)).conversation.greeting is None


async def test_a_greeting_and_its_chat_that_come_while_the_chat_is_read_are_over_after_it(
    watch: Any, chat_id: str, api: ActingCustomer, agent: Agent, relay: Relay, greet: None,
    customer: Customer, organization: Organization, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await in_thread(agent.close, chat_id)
    tab = await watch()
    relay._live[customer.pk].memory.forget()
    asked, go_on = asyncio.Event(), asyncio.Event()
    answers = live.LiveCustomer._answers

    async def late_answers(self: live.LiveCustomer, questions: Any) -> Any:
        asked.set()
        await go_on.wait()
        return await answers(self, questions)

    monkeypatch.setattr(live.LiveCustomer, "_answers", late_answers)
    late = Watcher(relay, customer, organization)
    await asked.wait()
    await relay.move(customer.pk, PAGE, "Shop")
    await take_up(tab, api)
    go_on.set()
    await late.snapshot()
    assert late.conversation.greeting is None
    assert late.heard(IncomingGreeting) == []
    late.leave()


async def test_a_push_that_got_lost_is_noticed_by_the_next_one(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("push_lost", method="incoming_event", count=1)
    await in_thread(agent.send, chat_id, "Lost")
    await in_thread(agent.send, chat_id, "Found")
    await tab.shows("Hello", "Lost", "Found")


async def test_a_thread_whose_beginning_got_lost_is_noticed(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    await in_thread(agent.close, chat_id)
    await tab.until(lambda: not tab.conversation.active)
    sandbox.fault("push_lost", method="incoming_chat", count=1)
    await in_thread(say, api, message("Unheard", "m-2"))
    tab.threads = {thread_id: tab.threads[thread_id] for thread_id in tab.threads}
    await in_thread(agent.send, chat_id, "What is it?")
    await tab.shows("Hello", "Unheard", "What is it?")


@pytest.mark.parametrize("kind", ["push_doubled", "push_reordered", "push_delayed"])
async def test_pushes_that_come_twice_late_or_out_of_order_change_nothing(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, kind: str
) -> None:
    tab = await watch()
    details = {"seconds": 0.2, "jitter": 0.2} if kind == "push_delayed" else {}
    sandbox.fault(kind, share=0.5, method="incoming_event", **details)
    for number in range(8):
        await in_thread(agent.send, chat_id, f"{number}")
    await tab.shows("Hello", *map(str, range(8)))


async def test_the_beginning_of_a_thread_that_comes_late_hides_nothing(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    await in_thread(agent.close, chat_id)
    await tab.until(lambda: not tab.conversation.active)
    sandbox.fault("push_delayed", method="incoming_chat", seconds=1, count=1)
    await in_thread(say, api, message("Again", "m-2"))
    await in_thread(agent.send, chat_id, "One")
    await in_thread(agent.send, chat_id, "Two")
    await tab.shows("Hello", "Again", "One", "Two")
    sandbox.fault("push_delayed", method="incoming_event", seconds=1, count=1)
    await in_thread(agent.send, chat_id, "After what came late")
    await tab.shows("Hello", "Again", "One", "Two", "After what came late")


async def test_an_event_that_comes_late_does_not_undo_its_deletion(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("push_delayed", method="incoming_event", seconds=1, count=1)
    await in_thread(say, api, message("A slip", "m-2"))
    await in_thread(agent.send, chat_id, "Pardon?")
    await tab.shows("Hello", "A slip", "Pardon?")
    thread_id = tab.conversation.thread_id
    await in_thread(delete_event, api, chat_id, thread_id, f"{thread_id}_2")
    await tab.shows("Hello", "Pardon?")
    sandbox.fault("push_delayed", method="incoming_event", seconds=1, count=1)
    await in_thread(agent.send, chat_id, "After what came late")
    await tab.shows("Hello", "Pardon?", "After what came late")


async def test_too_many_pushes_for_one_snapshot_are_fetched_instead(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, relay: Relay,
    customer: Customer, organization: Organization, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(tabs, "HELD_LIMIT", 3)
    await watch()
    relay._live[customer.pk].memory.forget()
    sandbox.fault("latency", method="get_chat", seconds=0.8, when="after", count=1)
    late = Watcher(relay, customer, organization)
    await eventually(lambda: in_thread(has_begun, sandbox))
    texts = [f"{number}" for number in range(9)]
    for text in texts:
        await in_thread(agent.send, chat_id, text)
        for tab in relay._live[customer.pk].tabs:
            assert tab.held is None or len(tab.held) <= 3
    await late.shows("Hello", *texts)
    late.leave()


async def test_many_tabs_come_back_with_one_reading(
    watch: Any, chat_id: str, sandbox: Sandbox, soon: None
) -> None:
    """LiveChat would refuse the eleventh request that is unanswered."""
    tabs = [await watch() for _ in range(15)]
    sandbox.fault("drop")
    for tab in tabs:
        await tab.snapshot(2)
    assert len({id(tab.snapshots[1]) for tab in tabs}) == 1
    assert all(tab.states.count(State.WAITING) == 1 for tab in tabs)


async def test_a_chat_that_cannot_be_read_is_tried_again(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None,
) -> None:  # fmt: skip
    sandbox.fault("error", method="get_chat", type="internal", count=3)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert State.WAITING not in tab.states
    tab.leave()


async def test_when_nothing_can_be_read_for_long_everything_begins_anew(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None,
) -> None:  # fmt: skip
    sandbox.fault("error", method="get_chat", type="internal", count=4)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert State.WAITING in tab.states
    tab.leave()


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
async def test_a_chat_that_livechat_no_longer_has_is_forgotten_whatever_livechat_calls_it(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str, sandbox: Sandbox,
    called: type[LiveChatError], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await in_thread(customer.remember_chat, "GONEGONE00")
    monkeypatch.setattr(LoginAnswer, "parse", lambda _answer: LoginAnswer())  # it names none
    sandbox.fault("error", method="list_threads", type=called.type, count=1)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert (await in_thread(Customer.objects.get)).chat_id == chat_id
    tab.leave()


async def test_of_a_chat_that_livechat_has_after_all_the_last_event_is_known(
    watch: Any, chat_id: str, sandbox: Sandbox, relay: Relay, customer: Customer, soon: None
) -> None:
    """Else what gets lost next would not be missed."""
    tab = await watch()
    last = relay._live[customer.pk].last_event
    sandbox.fault("error", method="get_chat", type="not_found", count=1)
    sandbox.fault("drop")
    await tab.snapshot(2)
    assert relay._live[customer.pk].last_event.id == last.id != ""


async def test_a_chat_that_must_not_be_read_is_asked_for_again_when_the_customer_acts(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None,
) -> None:  # fmt: skip
    for method in ("get_chat", "list_threads"):
        sandbox.fault("error", method=method, type="authorization")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.state is State.REFUSED)
    assert tab.states == [State.CONNECTING, State.RESUMING, State.REFUSED]
    assert tab.connection_state.advice == LiveChatError.advice
    sandbox.clear_faults()
    relay.wake(customer.pk)
    await tab.shows("Hello")
    tab.leave()


async def test_a_chat_that_cannot_be_read_is_asked_for_ever_less_often(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """However long it took to find out."""
    seen: list[int] = []

    def note(end: Disconnected | LiveChatError, tries: int) -> Reaction:
        seen.append(tries)
        return reaction_to(end, tries)

    monkeypatch.setattr(live, "reaction_to", note)
    monkeypatch.setattr(live, "STEADY_AFTER", 0.0)
    sandbox.fault("error", method="get_chat", type="internal")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.states.count(State.WAITING) == 3)
    assert seen == [0, 1, 2]
    tab.leave()


# Endings


@pytest.mark.parametrize("ends", ["token_expired", "token_revoked"])
async def test_a_token_that_ended_is_renewed_and_nothing_is_lost(
    watch: Any, customer: Customer, chat_id: str, agent: Agent, sandbox: Sandbox, ends: str
) -> None:
    tab = await watch()
    before = customer.access_token
    sandbox.fault(ends)
    await tab.snapshot(2)
    await in_thread(agent.send, chat_id, "Still you?")
    await tab.shows("Hello", "Still you?")
    assert (await in_thread(Customer.objects.get)).access_token != before


async def test_a_token_that_is_refused_twice_is_refused(
    relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.fault("error", method="login", type="authentication")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.state is State.REFUSED)
    assert tab.connection_state.advice
    tab.leave()


async def test_a_customer_in_another_region_is_followed_there(
    watch: Any, organization: Organization, chat_id: str, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.settings(region="fra")
    sandbox.fault("disconnect", reason="misdirected_connection", data={"region": "fra"})
    await tab.snapshot(2)
    assert await in_thread(lambda: organization.current_region) == "fra"


class AwayCache:
    def get(self, *_entry: Any) -> None:
        raise ConnectionError

    set = get


async def test_a_customer_is_followed_to_another_region_while_the_cache_is_away(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await watch()
    monkeypatch.setattr("chatproxy.regions.cache", AwayCache())
    sandbox.settings(region="fra")
    sandbox.fault("disconnect", reason="misdirected_connection", data={"region": "fra"})
    await tab.snapshot(2)
    await in_thread(agent.send, chat_id, "Here I am")
    await tab.shows("Hello", "Here I am")


async def test_a_customer_logs_in_in_the_region_that_their_token_names(
    transactional_db: None, relay: Relay, organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.settings(region="fra")
    customer, _token = await in_thread(Customer.objects.welcome, "shop", organization)
    tab = Watcher(relay, customer, organization)
    await tab.snapshot()
    assert State.WAITING not in tab.states


async def test_regions_that_send_a_customer_to_and_fro_are_not_run_between(
    relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("chatproxy.relay.reactions.random.uniform", lambda *_: 3600.0)
    sandbox.fault("wrong_region", transport="rtm", region="fra")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.states.count(State.WAITING) == 2)
    await asyncio.sleep(0.3)
    assert tab.state is State.WAITING
    tab.leave()


@pytest.mark.parametrize(
    "reason", ["too_many_connections", "logged_out_remotely", "customer_banned"]
)
async def test_a_customer_sent_away_stays_away_and_is_told(
    watch: Any, sandbox: Sandbox, soon: None, reason: str
) -> None:
    tab = await watch()
    sandbox.fault("disconnect", reason=reason)
    await tab.until(lambda: tab.state is State.REFUSED)
    await asyncio.sleep(0.3)
    assert tab.state is State.REFUSED
    assert tab.connection_state.advice


class Failures(Nobody):
    """Keeps the kinds of what has failed."""

    def __init__(self) -> None:
        self.kinds: list[type[LiveChatError]] = []

    def fail(self, customer: Customer, error: LiveChatError) -> None:
        self.kinds.append(type(error))


@pytest.mark.parametrize(
    "error", [CustomerBanned, LicenseExpired, LicenseNotFound, UnsupportedVersion]
)
async def test_an_end_that_would_be_a_refusal_of_the_login_is_a_failure_too(
    customer: Customer, organization: Organization, sandbox: Sandbox, error: type[LiveChatError]
) -> None:
    failures = Failures()
    relay = Relay(failures)
    tab = Watcher(relay, customer, organization)
    await tab.snapshot()
    sandbox.fault("disconnect", reason=error.type)
    await tab.until(lambda: tab.state in (State.REFUSED, State.WAITING))
    assert failures.kinds == [error]
    await relay.close()


async def test_a_connection_that_was_lost_is_no_failure(
    customer: Customer, organization: Organization, sandbox: Sandbox
) -> None:
    failures = Failures()
    relay = Relay(failures)
    tab = Watcher(relay, customer, organization)
    await tab.snapshot()
    sandbox.fault("drop")
    await tab.until(lambda: tab.state is State.WAITING)
    assert failures.kinds == []
    await relay.close()


async def test_a_new_tab_after_a_refusal_tries_again(
    watch: Any, chat_id: str, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("disconnect", reason="logged_out_remotely")
    await tab.until(lambda: tab.state is State.REFUSED)
    await watch()
    await tab.snapshot(2)


async def test_an_act_of_an_inactive_customer_brings_the_connection_back(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("disconnect", reason="inactivity_timeout")
    await tab.until(lambda: tab.state is State.REFUSED)
    await relay.move(customer.pk, "https://shop.example/cart", "Cart")
    await tab.snapshot(2)


async def test_an_inactive_customer_who_writes_hears_the_answer(
    watch: Any, relay: Relay, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("disconnect", reason="inactivity_timeout")
    await tab.until(lambda: tab.state is State.REFUSED)

    def write() -> None:
        relay.wake(api.customer.pk)
        say(api, message("Still here", "m-2"))

    await in_thread(write)
    await in_thread(agent.send, chat_id, "So am I")
    await tab.shows("Hello", "Still here", "So am I")


async def test_a_new_tab_learns_the_state_of_the_connection(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("disconnect", reason="customer_temporarily_blocked", data={"timeout": 60})
    await tab.until(lambda: tab.state is State.WAITING)
    second = Watcher(relay, customer, organization)
    await second.until(lambda: second.state is State.WAITING)
    await asyncio.sleep(0.3)
    assert second.states == [State.WAITING]
    second.leave()


async def test_a_customer_who_was_erased_is_not_logged_in_again(
    watch: Any, customer: Customer, soon: None
) -> None:
    tab = await watch()
    await in_thread((await in_thread(Customer.objects.get)).forget)
    await tab.until(lambda: tab.state is State.REFUSED)
    assert not await in_thread(Customer.objects.exists)


async def test_a_customer_livechat_forgot_begins_again_with_an_empty_chat(
    watch: Any, chat_id: str, sandbox: Sandbox
) -> None:
    tab = await watch()
    body = '{"identity_exception": "identity_lost"}'
    sandbox.fault("status", transport="accounts", status=401, body=body, count=1)
    sandbox.fault("token_revoked")
    await tab.until(lambda: len(tab.snapshots) == 2)
    assert tab.conversation.chat_id == ""
    assert tab.conversation.customer_id != tab.snapshots[0].conversation.customer_id


async def test_a_bug_of_ours_is_logged_and_the_customer_comes_back(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    soon: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    real, failures = Customer.fresh_token, [ZeroDivisionError()]

    def fail_once(self: Customer, organization: Organization) -> str:
        if failures:
            raise failures.pop()
        return real(self, organization)

    monkeypatch.setattr(Customer, "fresh_token", fail_once)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert "ended by a bug" in caplog.text
    tab.leave()


async def test_a_bug_in_reading_is_logged_and_the_tabs_are_told_again(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str, agent: Agent,
    soon: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    real, failures = Memory.keep, [ZeroDivisionError()]

    def fail_once(self: Memory, snapshot: Snapshot) -> None:
        if failures:
            raise failures.pop()
        real(self, snapshot)

    monkeypatch.setattr(Memory, "keep", fail_once)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    await in_thread(agent.send, chat_id, "Here I am")
    await tab.shows("Hello", "Here I am")
    assert "ended by a bug" in caplog.text
    tab.leave()


# Many customers


async def test_logins_at_once_are_bounded(
    organization: Organization, transactional_db: None, settings: Any, sandbox: Sandbox
) -> None:
    settings.CHAT_RELAY_LOGINS_AT_ONCE = 2
    sandbox.settings(unauthorized_connections_per_ip=2)
    sandbox.fault("latency", method="login", seconds=0.05, when="before")
    relay = Relay()
    welcome = Customer.objects.welcome
    crowd = [(await in_thread(welcome, "shop", organization))[0] for _ in range(8)]
    tabs = [Watcher(relay, customer, organization) for customer in crowd]
    for tab in tabs:
        await tab.snapshot()
    assert all(State.WAITING not in tab.states for tab in tabs)
    await relay.close()


async def test_a_flood_for_one_customer_does_not_delay_another(
    watch: Any, relay: Relay, organization: Organization, chat_id: str, agent: Agent,
    sandbox: Sandbox,
) -> None:  # fmt: skip
    sandbox.settings(requests_per_second=None)
    flooded = await watch()
    other, _token = await in_thread(Customer.objects.welcome, "shop", organization)
    other_api = ActingCustomer(other, organization)
    await in_thread(say, other_api, message("Me too", "m-1"))
    tab = Watcher(relay, other, organization)
    await tab.snapshot()
    is_over = threading.Event()

    def flood() -> None:
        while not is_over.is_set():
            agent.send(chat_id, "x" * 1000)

    flooding = asyncio.create_task(in_thread(flood))
    try:
        await flooded.until(lambda: len(flooded.texts) > 20)
        await in_thread(Agent(sandbox).send, other.chat_id, "Quick")
        await tab.shows("Me too", "Quick")
    finally:
        is_over.set()
        await flooding
    tab.leave()


async def test_one_customers_failing_upstream_does_not_delay_another(
    watch: Any, relay: Relay, customer: Customer, organization: Organization,
    chat_id: str, agent: Agent, sandbox: Sandbox,
) -> None:  # fmt: skip
    stuck, _token = await in_thread(Customer.objects.welcome, "shop", organization)
    sandbox.fault("silent", when="connect", customer=stuck.entity_id)
    sandbox.fault("latency", method="login", seconds=600, customer=stuck.entity_id)
    waiting = Watcher(relay, stuck, organization)
    tab = await watch()
    await in_thread(agent.send, chat_id, "Quick")
    await tab.shows("Hello", "Quick")
    waiting.leave()


async def test_nothing_said_or_secret_is_logged(
    watch: Any, customer: Customer, chat_id: str, agent: Agent, sandbox: Sandbox, soon: None,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    tab = await watch()
    await in_thread(agent.send, chat_id, "my-secret-text")
    await tab.shows("Hello", "my-secret-text")
    sandbox.fault("drop")
    await tab.snapshot(2)
    for secret in ("my-secret-text", customer.access_token, customer.cst):
        assert secret not in caplog.text
