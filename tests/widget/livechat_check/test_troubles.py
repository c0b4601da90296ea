"""What is wrong is a sentence to act on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.livechat_check.run import FAILED, MISUSED, Run, configure

Changes = dict[str, Any]  # of the command's arguments


def mistype_the_client_id(sandbox: Sandbox, agent: Agent) -> Changes:
    return {"client_id": "0" * 32}


def name_another_redirect_uri(sandbox: Sandbox, agent: Agent) -> Changes:
    client_id = sandbox.config["strict_client"]["client_id"]
    return {"client_id": client_id, "redirect_uri": "https://elsewhere.example/"}


def name_another_organization(sandbox: Sandbox, agent: Agent) -> Changes:
    return {"organization": "00000000-0000-4000-8000-000000000000"}


def trust_another_domain(sandbox: Sandbox, agent: Agent) -> Changes:
    sandbox.settings(trusted_domains=["other.example"])
    return {"page": "https://shop.example/"}


def send_everybody_home(sandbox: Sandbox, agent: Agent) -> Changes:
    sandbox.settings(agents={agent.id: "offline"})
    return {}


def name_another_group(sandbox: Sandbox, agent: Agent) -> Changes:
    return {"group": 9}


def ban_our_address(sandbox: Sandbox, agent: Agent) -> Changes:
    configure(agent, "ban_customer", "3.7", ip="127.0.0.1", seconds=60)
    return {}


# What is wrong, the step that says so, and what of its words one can act on.
TROUBLES: list[tuple[Callable[[Sandbox, Agent], Changes], str, str]] = [
    (mistype_the_client_id, "grant", "Copy it again from your app"),
    (name_another_redirect_uri, "grant", "Add exactly this address"),
    (name_another_organization, "availability", "Copy it again, all of it"),
    (trust_another_domain, "availability", "Add its domain to the trusted domains"),
    (send_everybody_home, "groups", "switch “Accept chats” on"),
    (name_another_group, "availability", "There is no group with this number"),
    (ban_our_address, "grant", "monitoring.ip_mask"),
]


@pytest.mark.parametrize(
    ("spoil", "step", "words"), TROUBLES, ids=lambda each: getattr(each, "__name__", "")
)
def test_what_is_wrong_is_a_sentence_to_act_on(
    sandbox: Sandbox,
    agent: Agent,
    arguments: list[str],
    spoil: Callable[[Sandbox, Agent], Changes],
    step: str,
    words: str,
) -> None:
    named = dict(zip(("organization", "client_id", "redirect_uri"), arguments, strict=True))
    changed = named | spoil(sandbox, agent)
    run = Run(*(changed.pop(name) for name in named), agent_token="unused", **changed)
    assert run.outcome(step).startswith("FAILED ")
    assert words in run.outcome(step)
    assert run.outcome("start") == "not made"
    assert run.code == FAILED


def test_another_region_is_followed_and_named(sandbox: Sandbox, settings: Any) -> None:
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    other = sandbox.config["other_organization"]
    token = other["agents"][0]["token"]
    run = Run(other["organization_id"], other["client_id"], "https://a.example/", agent_token=token)
    assert "lives in the region “fra”" in run.outcome("grant")
    assert run.outcome("refused").startswith("ok ")


def test_a_wrong_call_says_how_it_is_called() -> None:
    assert Run("only-an-organization").code == MISUSED
