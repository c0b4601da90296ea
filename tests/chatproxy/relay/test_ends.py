"""How a connection ends, and whether and how it comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.errors import (
    CustomerBanned,
    LicenseExpired,
    LicenseNotFound,
    LiveChatError,
    UnsupportedVersion,
)
from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.relay.observers import Nobody
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State
from tests.chatproxy.people import Watcher, in_thread
from tests.sandbox_rig import Agent, Sandbox


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


@pytest.mark.parametrize(
    "reason", ["too_many_connections", "logged_out_remotely", "customer_banned"]
)
async def test_a_customer_sent_away_stays_away_and_is_told(
    watch: Any, sandbox: Sandbox, soon: None, reason: str
) -> None:
    tab = await watch()
    sandbox.fault("disconnect", reason=reason)
    await tab.until(lambda: tab.state is State.REFUSED)
    await asyncio.sleep(0.3)  # `soon`: another try would have begun by now
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
    await asyncio.sleep(0.3)  # it would have connected by now
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
