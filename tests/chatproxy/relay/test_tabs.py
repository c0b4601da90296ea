"""Every tab of a customer shows everything, once and in order, for as long as it is there."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import pytest

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import EventsSeen, Typing
from chatproxy.livechat.rtm import Visit
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Snapshot, State, Update
from tests.chatproxy.people import has_left, in_thread
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually


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
