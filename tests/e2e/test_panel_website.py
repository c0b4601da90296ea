"""What the panel takes from the website and from a customer's hands, and what it tells in turn."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.rig import Chat, Console, Shop, Site, begin, chat_id, wait_for
from tests.sandbox_rig import Agent, Sandbox

AddWidget = Callable[..., None]
WRONG_CLOCK = """(() => {
  const RealDate = Date;
  window.Date = class extends RealDate {
    constructor(...values) {
      values.length ? super(...values) : super(RealDate.now() + OFFSET);
    }
    static now() {
      return RealDate.now() + OFFSET;
    }
  };
})()"""
LONG_PASTE = """(message) => {
  message.value = "Log line with “words”.\\n".repeat(2500);
  message.dispatchEvent(new Event("input", { bubbles: true }));
}"""
RECORD = """
window.recorded = [];
addEventListener("livechat:message", ({ detail }) => recorded.push(detail.text));
"""


@pytest.fixture
def sockets(page: Page) -> list[WebSocket]:
    """Every websocket the page has opened."""
    opened: list[WebSocket] = []
    page.on("websocket", lambda socket: opened.append(socket))
    return opened


def wait_for_request(page: Page, sandbox: Sandbox, method: str) -> dict[str, Any]:
    """The first request of this method that LiveChat got from us."""

    def found() -> Any:
        requests = sandbox.control("requests", method="GET")
        return next((dict(each) for each in requests if each["method"] == method), None)

    request: dict[str, Any] = wait_for(page, found)
    return request


def test_an_address_and_a_title_longer_than_a_frame_close_no_socket(
    shop: Shop, agent: Agent, sandbox: Sandbox, sockets: list[WebSocket]
) -> None:
    chat = shop.open_chat()
    begin(chat)
    sandbox.control("requests", method="DELETE")
    shop.page.evaluate(
        """() => {
          document.title = "T".repeat(40000);
          history.pushState(null, "", "#" + "x".repeat(33000));
        }"""
    )
    assert wait_for_request(shop.page, sandbox, "update_customer_page")["status"] == 200
    agent.send(chat_id(agent), "Still here")
    expect(chat.messages("agent")).to_contain_text(["Still here"])
    assert len(sockets) == 1


def test_a_page_with_such_an_address_can_be_chatted_on_from_the_start(
    page: Page, site: Site, agent: Agent, sockets: list[WebSocket]
) -> None:
    page.goto(f"{site.shop_url}/#{'x' * 33_000}")
    chat = Shop(page).open_chat()
    begin(chat)
    agent.send(chat_id(agent), "I read you")
    expect(chat.messages("agent")).to_contain_text(["I read you"])
    assert len(sockets) == 1


@pytest.mark.night  # by day a long address closes none
def test_a_long_paste_that_agents_may_see_closes_no_socket(
    page: Page,
    site: Site,
    add_widget: AddWidget,
    agent: Agent,
    sandbox: Sandbox,
    sockets: list[WebSocket],
) -> None:
    key = uuid4().hex
    add_widget(key, sneak_peek=True)
    page.goto(f"{site.chat_url}/w/{key}/")
    chat = Chat(page, page)
    begin(chat)
    chat.composer.evaluate(LONG_PASTE)
    assert wait_for_request(page, sandbox, "send_sneak_peek")["status"] == 200
    agent.send(chat_id(agent), "That is long")
    expect(chat.messages("agent")).to_contain_text(["That is long"])
    assert len(sockets) == 1


@pytest.mark.night  # by day test_field.py
def test_names_and_variables_that_are_too_long_are_cut_and_the_others_arrive(
    shop: Shop, agent: Agent
) -> None:
    chat = shop.open_chat()
    begin(chat)
    shop.page.evaluate(
        """() => {
          LiveChatWidget.call("set_customer_name", "N".repeat(5000));
          LiveChatWidget.call("set_customer_email", "not an address");
          const many = {};
          for (let n = 0; n < 150; n += 1) many[`v${n}`] = "w".repeat(9000);
          LiveChatWidget.call("set_session_variables", many);
        }"""
    )

    def customer() -> dict[str, Any]:
        users = agent.chat(chat_id(agent))["users"]
        return dict(next(user for user in users if user["type"] == "customer"))

    wait_for(shop.page, lambda: customer().get("name"))
    assert customer()["name"] == "N" * 255
    assert not customer().get("email")


def test_on_plain_http_without_a_secure_context_one_can_chat(
    page: Page, site: Site, sandbox: Sandbox, console: Console
) -> None:
    console.expect("untrustworthy")  # headers that only secure contexts heed
    page.goto(f"http://plain.test:{site.port}/w/demo/")
    assert not page.evaluate("isSecureContext")
    begin(Chat(page, page))


@pytest.mark.parametrize("offset", [-3_600_000, pytest.param(3_600_000, marks=pytest.mark.night)])
def test_with_a_wrong_clock_news_is_told_once_and_history_never(
    page: Page, site: Site, agent: Agent, offset: int
) -> None:
    page.add_init_script(WRONG_CLOCK.replace("OFFSET", str(offset)) + RECORD)
    page.goto(site.shop_url)
    chat = Shop(page).open_chat()
    begin(chat)
    agent.send(chat_id(agent), "Good morning")
    expect(chat.messages("agent")).to_have_count(1)
    wait_for(page, lambda: len(page.evaluate("recorded")) >= 2)
    assert page.evaluate("recorded") == ["Hello", "Good morning"]
    page.reload()
    expect(chat.messages("agent")).to_have_count(1)
    agent.send(chat_id(agent), "And good evening")
    expect(chat.messages("agent")).to_have_count(2)
    wait_for(page, lambda: page.evaluate("recorded"))
    assert page.evaluate("recorded") == ["And good evening"]
