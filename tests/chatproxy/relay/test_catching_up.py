"""After a gap, or from a browser that slept, nothing is missing."""

from __future__ import annotations

from typing import Any

import pytest

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import GroupsStatusUpdated
from chatproxy.livechat.structures import Thread
from chatproxy.models import Customer
from chatproxy.relay.reading import PAGES_BACK
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Snapshot, State
from tests.chatproxy.people import Watcher, delete_event, has_begun, in_thread
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually


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
