"""Several tabs of one new visitor are one customer, however soon after each other they act."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.e2e.hosts import Host
from tests.e2e.rig import OpenShop, never_after, wait_for
from tests.e2e.test_loader_chatting import TOKEN, panel, say
from tests.sandbox_rig import Agent

NEWS = 1500  # ms in which the panel lets other tabs hear of the token it has been given
NewContext = Callable[..., BrowserContext]

# What comes later than it does elsewhere: released by `letThrough()`.
HOLD = """(name, holds) => {
    const held = [];
    const hold = (event) => {
        if (!holds(event)) return;
        event.stopImmediatePropagation();
        held.push(event);
    };
    addEventListener(name, hold, true);
    window.letThrough = () => {
        removeEventListener(name, hold, true);
        for (const event of held) dispatchEvent(new event.constructor(event.type, event));
    };
}"""
HOLD_THE_NEWS = f"({HOLD})('storage', () => true)"
HOLD_THE_GREETING = f"""if (parent !== window)
    ({HOLD})("message", ({{ data }}) => data?.chat === "hello")"""


def test_two_tabs_that_act_at_once_are_one_customer(
    open_shop: OpenShop, new_context: NewContext, agent: Agent
) -> None:
    context = new_context()
    context.add_init_script(never_after(NEWS))
    chats = [open_shop(context.new_page()).open_chat() for _ in range(2)]
    held: list[Route] = []
    context.route("**/w/demo/customer", lambda route: held.append(route), times=1)
    for number, chat in enumerate(chats):
        chat.send(f"From tab {number}")
        wait_for(chat.page, lambda: held)
        expect(chat.panel.locator("#pending > *")).to_have_count(1)
    held[0].continue_()
    for chat in chats:
        expect(chat.messages("customer")).to_have_count(2)
    assert len(agent.chats()) == 1


def test_a_tab_that_acts_before_it_hears_of_the_token_is_the_same_customer(
    open_shop: OpenShop, new_context: NewContext, agent: Agent
) -> None:
    context = new_context()
    context.add_init_script(never_after(NEWS))
    first, second = context.new_page(), context.new_page()
    second.add_init_script(HOLD_THE_NEWS)
    here, there = [open_shop(page).open_chat() for page in (first, second)]
    here.send("From the first")
    expect(here.messages("customer")).to_have_count(1)
    wait_for(first, lambda: first.evaluate(TOKEN))
    there.send("From the second")
    expect(there.panel.locator("#pending > *")).to_have_count(1)
    second.evaluate("letThrough()")
    expect(there.messages("customer")).to_have_count(2)
    assert len(agent.chats()) == 1


def test_a_tab_that_has_only_its_launcher_meanwhile_is_the_same_customer(
    host: Host, agent: Agent
) -> None:
    host.visit()
    other = Host(host.page.context.new_page(), host.site, host.websites)
    other.visit()
    expect(other.launcher).to_be_visible()
    say(host, "From the first")
    other.open()
    expect(panel(other).messages("customer")).to_have_count(1)
    panel(other).send("From the second")
    expect(panel(other).messages("customer")).to_have_count(2)
    assert len(agent.chats()) == 1


@pytest.mark.night  # rare
def test_a_panel_that_is_written_to_before_its_page_has_greeted_it_knows_who_it_is(
    host: Host, agent: Agent
) -> None:
    host.visit()
    say(host, "From the first")
    page = host.page.context.new_page()
    page.add_init_script(never_after(NEWS))
    page.add_init_script(HOLD_THE_GREETING)
    other = Host(page, host.site, host.websites)
    other.visit()
    other.open()
    chat = panel(other)
    chat.send("From the second")
    expect(chat.panel.locator("#pending > *")).to_have_count(1)
    other.panel.evaluate("letThrough()")
    expect(chat.messages("customer")).to_have_count(2)
    assert len(agent.chats()) == 1
