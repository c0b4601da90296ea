"""What is on screen goes when LiveChat no longer has it: a customer forgotten, a chat erased."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.structures import LoginAnswer
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Snapshot, Update
from tests.chatproxy.people import Watcher
from tests.sandbox_rig import Sandbox
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def chat(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))


async def test_a_customer_whom_livechat_forgot_sees_nothing_of_the_one_before(
    watch: Any, sandbox: Sandbox
) -> None:
    tab = await watch()
    body = '{"identity_exception": "identity_lost"}'
    sandbox.fault("status", transport="accounts", status=401, body=body, count=1)
    sandbox.fault("token_revoked")
    after = await tab.snapshot(2)
    assert after.begins_anew
    assert not after.threads
    sandbox.fault("drop")
    assert not (await tab.snapshot(3)).begins_anew


async def test_a_connection_that_breaks_as_it_is_told_does_not_keep_another_customers_chat(
    watch: Any, relay: Relay, customer: Customer, sandbox: Sandbox
) -> None:
    watcher = await watch()
    live = relay._live[customer.pk]
    [tab] = live.tabs
    show, is_told = tab.show, asyncio.Event()

    async def show_for_ever(update: Update) -> None:
        if isinstance(update, Snapshot):
            is_told.set()
            await asyncio.sleep(3600)

    tab.show = show_for_ever
    live._begin_anew()
    live._catch_up_soon()
    async with asyncio.timeout(PATIENCE):
        await is_told.wait()
    tab.show = show
    sandbox.fault("drop")
    assert (await watcher.snapshot(2)).begins_anew


async def test_a_chat_that_was_erased_goes_from_every_tab(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(LoginAnswer, "parse", lambda _answer: LoginAnswer())  # it names none
    tab = await watch()
    relay._live[customer.pk].memory.forget()
    sandbox.fault("error", method="list_threads", type="not_found", count=1)
    second = Watcher(relay, customer, organization)
    await second.snapshot()
    assert (await tab.snapshot(2)).begins_anew
    second.leave()
