"""Limits that hold for a whole license, over all tokens and apps."""

import pytest

from tests.sandbox.agents import AgentRtm
from tests.sandbox.clients import Customer, Failed
from tests.sandbox_rig import Agent, Refused, Sandbox


def test_a_license_has_a_quota_that_all_its_tokens_share(
    sandbox: Sandbox, agent: Agent, customer: Customer, stranger: Customer
) -> None:
    sandbox.settings(license_requests_per_second=0.1, license_request_burst=4)  # the login is one
    agent.chats()
    assert customer.request("list_chats", {}).ok
    with stranger.connect() as rtm:
        rtm.call("list_chats")
        refused = customer.request("list_chats", {})
        assert refused.status_code == 429
        assert refused.json()["error"]["type"] == "too_many_requests"
        wait = int(refused.headers["Retry-After"])
        assert 0 < wait <= 10
        with pytest.raises(Failed):
            rtm.call("list_chats")
        sandbox.advance(wait)
        assert customer.request("list_chats", {}).ok


def test_agents_logins_count_too(sandbox: Sandbox, agent: Agent) -> None:
    sandbox.settings(license_requests_per_second=0.1, license_request_burst=1)
    AgentRtm(sandbox, agent.authorization).stack.close()
    with pytest.raises(Refused, match="too_many_requests"):
        agent.chats()


def test_an_agents_login_is_refused_when_nothing_is_left(sandbox: Sandbox, agent: Agent) -> None:
    sandbox.settings(license_requests_per_second=0.1, license_request_burst=1)
    agent.chats()
    with pytest.raises(AssertionError, match="Too many requests"):
        AgentRtm(sandbox, agent.authorization)


def test_what_belongs_to_an_agents_connection_counts_too(sandbox: Sandbox, agent: Agent) -> None:
    sandbox.settings(license_requests_per_second=0.1, license_request_burst=2)
    desk = AgentRtm(sandbox, agent.authorization)
    desk.call("set_away_status", away=True)
    with pytest.raises(AssertionError, match="Too many requests"):
        desk.call("set_away_status", away=False)
    desk.stack.close()


def test_tokens_do_not_count(sandbox: Sandbox, agent: Agent, customer: Customer) -> None:
    sandbox.settings(license_requests_per_second=0.1, license_request_burst=1)
    agent.chats()
    assert customer.grant().ok


def test_without_one_nobody_is_counted(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.settings(requests_per_second=None)
    assert all(customer.request("list_chats", {}).ok for _ in range(150))
