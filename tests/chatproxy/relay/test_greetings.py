"""A greeting is over once the chat that it led to has begun."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatproxy.acting import ActingCustomer, ShownGreeting
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import IncomingGreeting
from chatproxy.models import Customer
from chatproxy.relay import live
from chatproxy.relay.relay import Relay
from tests.chatproxy.people import Watcher, has_left, in_thread
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually

PAGE = "https://shop.example/"


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
