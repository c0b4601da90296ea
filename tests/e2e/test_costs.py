"""What a customer's doings cost: each request to LiveChat is paid for, and LiveChat counts.

docs/costs.md has the same figures for people. Who needs one more here has found a reason to
change both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.rig import Chat, Shop, Site, chat_id, wait_for
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import wait_until

QUIET = 600  # ms in which whatever was asked for in vain would have been asked for
READ_LATER = 9_000  # ms after which a customer who does not answer is told to have read
WHO_IS_THERE = "get_dynamic_configuration"

HELD = re.compile(r'^chat_customers\{state="[^"]*"\} ([1-9]\S*)', re.MULTILINE)


@pytest.fixture(scope="module")
def site(
    site: Site, new_site: Callable[[str], Site], demo_fields: dict[str, Any]
) -> Iterator[Site]:
    """A server of its own, which lets go of those who have gone sooner: the next test waits for it.

    Customers of the other tests' server would log in again at the same LiveChat.
    """
    wait_until_nobody_stays(site)
    own = new_site("costs")
    own.environment["RELAY_LINGER"] = "1"
    own.add_widget("demo", **demo_fields | {"allowed_origins": [own.shop_url]})
    own.start()
    yield own
    own.close()


@pytest.fixture(autouse=True)
def nobody_else(site: Site, sandbox: Sandbox) -> None:
    """Customers of earlier tests have gone, and what they cost is forgotten."""
    wait_until_nobody_stays(site)
    sandbox.control("requests", method="DELETE")


def wait_until_nobody_stays(site: Site) -> None:
    """Returns when the server holds no customer's connection to LiveChat."""
    wait_until(lambda: not HELD.search(site.get("/metrics").body.decode()), 60)


def costs(sandbox: Sandbox) -> Counter[str]:
    """What customers have cost since the test began.

    Whether somebody is there is asked once a minute for each widget in use, those of earlier tests
    among them, whoever comes: tests/widget/embed/test_who_is_there.py counts that.
    """
    asked = Counter(sandbox.requests())
    del asked[WHO_IS_THERE]
    return asked


def open_chat(shop: Shop) -> Chat:
    """The panel, once it says that somebody is there: nothing is asked for that any more."""
    chat = shop.open_chat()
    expect(chat.panel.locator("#availability .status")).to_be_visible()
    return chat


def say(chat: Chat, text: str) -> None:
    """Send it, and wait until LiveChat has it."""
    before = chat.messages("customer").count()
    chat.send(text)
    expect(chat.messages("customer")).to_have_count(before + 1)


def hear(chat: Chat, agent: Agent, text: str) -> None:
    before = chat.messages("agent").count()
    agent.send(chat_id(agent), text)
    expect(chat.messages("agent")).to_have_count(before + 1)


AVAILABILITY = Counter({"get_configuration": 1})  # if not cached
BEGINNING = Counter({"token": 1, "login": 1, "start_chat": 1})


def test_a_visitor_who_does_not_open_the_chat_costs_nothing(shop: Shop, sandbox: Sandbox) -> None:
    shop.page.wait_for_timeout(QUIET)
    assert costs(sandbox) == Counter()


def test_opening_one_message_and_ending(shop: Shop, sandbox: Sandbox, agent: Agent) -> None:
    chat = open_chat(shop)
    say(chat, "Hello")
    chat.end()
    wait_for(shop.page, lambda: costs(sandbox)["get_form"])  # else the next test may count it
    shop.page.wait_for_timeout(QUIET)
    found = costs(sandbox)
    allowed = AVAILABILITY + BEGINNING + Counter({"deactivate_chat": 1, "get_form": 1})
    assert found <= allowed
    assert found.total() <= 6


@pytest.mark.night  # by day what everybody does is counted: to come, to talk and to end
def test_a_rating_is_one_request(shop: Shop, sandbox: Sandbox, agent: Agent) -> None:
    chat = open_chat(shop)
    say(chat, "Hello")
    before = costs(sandbox)
    chat.panel.get_by_role("button", name="More").click()
    chat.panel.get_by_role("button", name="Rate this chat").click()
    good = chat.panel.get_by_role("button", name="Good", exact=True)
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    assert costs(sandbox) - before == Counter({"update_thread_properties": 1})


def test_three_messages_and_three_answers(shop: Shop, sandbox: Sandbox, agent: Agent) -> None:
    chat = open_chat(shop)
    for number in range(3):
        say(chat, f"Question {number}")
        hear(chat, agent, f"Answer {number}")
    shop.page.wait_for_timeout(READ_LATER)
    found = costs(sandbox)
    assert found <= AVAILABILITY + BEGINNING + Counter({"send_event": 2, "mark_events_as_seen": 1})
    assert found.total() <= 7


@pytest.mark.night  # long, and rare
def test_whispers_of_agents_cost_one_look_and_no_more(
    shop: Shop, sandbox: Sandbox, agent: Agent
) -> None:
    chat = open_chat(shop)
    for number in range(3):
        say(chat, f"Question {number}")
        agent.send(chat_id(agent), "He wants it cheaper", recipients="agents")
        hear(chat, agent, f"Answer {number}")
    shop.page.wait_for_timeout(READ_LATER)
    found = costs(sandbox)
    expected = BEGINNING + Counter({"send_event": 2, "mark_events_as_seen": 1, "get_chat": 1})
    assert found <= AVAILABILITY + expected


@pytest.mark.night  # rare
def test_a_second_tab_costs_nothing_but_its_page(
    shop: Shop, open_shop: Callable[..., Shop], sandbox: Sandbox, agent: Agent
) -> None:
    chat = open_chat(shop)
    say(chat, "Hello")
    hear(chat, agent, "Good morning")
    wait_for(shop.page, lambda: shop.page.evaluate("localStorage['livechat-widget:demo']"))
    before = costs(sandbox)
    second = open_shop(shop.page.context.new_page()).open_chat()
    expect(second.messages("agent")).to_have_count(1)
    expect(second.live).to_be_visible()
    second.page.wait_for_timeout(QUIET)
    assert costs(sandbox) - before <= Counter({"mark_events_as_seen": 1})


@pytest.mark.night  # rare
def test_a_lost_connection_costs_a_login_and_one_look(
    shop: Shop, sandbox: Sandbox, agent: Agent
) -> None:
    chat = open_chat(shop)
    say(chat, "Hello")
    before = costs(sandbox)
    sandbox.fault("drop")
    wait_for(shop.page, lambda: costs(sandbox)["get_chat"] > before["get_chat"])
    shop.page.wait_for_timeout(QUIET)
    assert costs(sandbox) - before == Counter({"login": 1, "get_chat": 1})
