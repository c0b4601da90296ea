"""@livechat/customer-sdk 4 in a real Chromium, as a website has it: XHR, cookies, websockets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e.rig import chromium as chromium_path
from tests.sandbox_rig import Agent, Sandbox

from .javascript import PATIENCE
from .tls import TlsFront

pytestmark = pytest.mark.timeout(300)  # the first installs the SDK
SDK = "@livechat/customer-sdk/dist/customer-sdk.js"
SHOP = "https://shop.example/help"
BEGIN = """({organizationId, clientId}) => {
  window.heard = [];
  window.sdk = CustomerSDK.init({organizationId, clientId});
  sdk.on("*", (name, data) => heard.push({name, data}));
}"""
NEXT = """name => new Promise(found => {
  const look = () => {
    const at = heard.findIndex(each => each.name === name);
    at < 0 ? setTimeout(look, 20) : found(heard.splice(at, 1)[0].data);
  };
  look();
})"""


@pytest.fixture
def shop(playwright: Playwright, front: TlsFront, node_packages: Path) -> Iterator[Page]:
    """A page of a website with the SDK on it; LiveChat's host names lead to the sandbox."""
    browser = playwright.chromium.launch(
        executable_path=chromium_path(),
        args=[
            *("--no-sandbox", "--disable-gpu"),
            f"--host-resolver-rules=MAP *.livechatinc.com 127.0.0.1:{front.port}",
            "--disable-features=LocalNetworkAccessChecks",  # it would ask about 127.0.0.1
        ],
    )
    page = browser.new_context(ignore_https_errors=True).new_page()
    script = (node_packages / SDK).read_text()
    body = f"<!doctype html><title>Help</title><script>{script}</script>"
    page.route(SHOP, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(SHOP)
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    browser.close()


def hear(page: Page, name: str) -> Any:
    """What the next event of this name brought."""
    return page.evaluate(NEXT, name)


def test_a_customer_of_a_website_chats(sandbox: Sandbox, agent: Agent, shop: Page) -> None:
    known = {
        "organizationId": sandbox.config["organization_id"],
        "clientId": sandbox.config["client_id"],
    }
    shop.evaluate(BEGIN, known)
    customer_id = hear(shop, "connected")["customer"]["id"]
    started = shop.evaluate(
        """() => sdk.startChat({chat: {thread: {events: [{type: "message", text: "Hello"}]}}})"""
    )
    chat_id = started["chat"]["id"]
    agent.send(chat_id, "How can I help?")
    assert hear(shop, "incoming_event")["event"]["text"] == "How can I help?"
    shop.evaluate(
        """chatId => sdk.uploadFile({file: new File(["a plan"], "plan.txt")}).promise
          .then(({url}) => sdk.sendEvent({chatId, event: {type: "file", url}}))""",
        chat_id,
    )
    shop.evaluate("""chatId => sdk.rateChat({chatId, rating: {score: 1}})""", chat_id)
    assert hear(shop, "thread_properties_updated")["properties"]["rating"]["score"] == 1
    thread = agent.chat(chat_id)["thread"]
    assert [each["type"] for each in thread["events"]][:3] == ["message", "message", "file"]
    shop.evaluate("""id => sdk.deactivateChat({id})""", chat_id)
    hear(shop, "chat_deactivated")
    shop.evaluate("() => sdk.destroy()")
    shop.reload()
    shop.evaluate(BEGIN, known)
    assert hear(shop, "connected")["customer"]["id"] == customer_id
