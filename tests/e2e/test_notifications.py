"""Told of an answer after the page is closed; and a chat that goes on in another browser.

Chromium's own push service cannot be reached: what a browser would give is made here, and what was
sent is handed to its service worker by the debugger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Chat, Console, Shop, Site, Websites, html, never_after, wait_for
from tests.e2e.test_panel_accessibility import violations
from tests.e2e.test_panel_small import box
from tests.sandbox_rig import Agent, Sandbox
from tests.widget.notifications.push_service import Device, PushService
from widget.notifications import keys

SUBSCRIPTIONS = """
from widget.models import Subscription
answer = [subscription.page for subscription in Subscription.objects.all()]
"""
END_SUBSCRIPTIONS = """
from widget.models import Subscription
Subscription.objects.all().delete()
"""
SUBSCRIBE = """
Notification.requestPermission = async () => "granted";
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  globalThis.applicationServerKey = applicationServerKey;
  const { endpoint, ...keys } = SUBSCRIPTION;
  return { toJSON: () => ({ endpoint, keys }) };
};
"""
WORKER_PATIENCE = 2000  # ms in which a website's worker has to say that it is there
# In the panel, what it hears of that from the website's page.
NOTE_WORKER = """
document.addEventListener("host:push", ({ detail }) =>
  document.documentElement.toggleAttribute("data-worker", detail.isReady === true));
"""
# Chromium without a screen shows none.
RECORD = """() => {
  self.shown = [];
  registration.showNotification = async (title, { body, data }) => {
    shown.push({ title, body, data });
  };
}"""


@pytest.fixture(scope="module")
def push_service() -> Iterator[tuple[PushService, str]]:
    """It, and the private key with which it expects us to sign."""
    key = keys.new_private_key()
    service = PushService(keys.public_key_of(key))
    yield service, key
    service.close()


@pytest.fixture(scope="module")
def telling_site(
    new_site: Callable[[str], Site],
    demo_fields: dict[str, Any],
    push_service: tuple[PushService, str],
) -> Iterator[Site]:
    """A server that tells of answers."""
    service, key = push_service
    site = new_site("telling")
    site.environment |= {
        "PUSH_KEY": key,
        "PUSH_CONTACT": "mailto:chat@shop.example",
        "PUSH_SERVICES": service.url,
    }
    site.add_widget("demo", **demo_fields)
    site.start()
    yield site
    site.close()


@pytest.fixture
def browser_device(push_service: tuple[PushService, str], context: BrowserContext) -> Device:
    """What this browser would have at its push service."""
    device = push_service[0].device("browser")
    context.add_init_script(SUBSCRIBE.replace("SUBSCRIPTION", json.dumps(device.subscription())))
    return device


def deliver(session: CDPSession, origin: str, registration_id: str, news: dict[str, Any]) -> None:
    """As the browser's push service does."""
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration_id, "data": json.dumps(news)},
    )


def offer_in(chat: Chat) -> Any:
    return chat.panel.get_by_role("link", name="Tell me when you answer")


def test_the_websites_own_worker_tells_of_an_answer(
    page: Page,
    telling_site: Site,
    websites: Websites,
    sandbox: Sandbox,
    agent: Agent,
    browser_device: Device,
) -> None:
    """Seconds long, because an answer may be seen elsewhere for a moment before it is told."""
    script = f'importScripts("{telling_site.chat_url}/w/demo/worker.js");'
    websites.publish("/sw.js", script, {"Content-Type": "text/javascript"})
    register = '<script>navigator.serviceWorker.register("/sw.js")</script>'
    address = websites.publish("/told", html(register + tag(telling_site)))
    registrations: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        for each in event["registrations"]:
            registrations[each["scopeURL"]] = each["registrationId"]

    session = page.context.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.add_init_script(NOTE_WORKER + never_after(WORKER_PATIENCE))
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    chat = Shop(page).open_chat()
    expect(offer_in(chat)).to_have_count(0)
    chat.send("Do you ship to Norway?")
    expect(chat.panel.locator("html[data-worker]")).to_be_attached()  # till then we ask ourselves
    offer_in(chat).click()
    expect(chat.panel.get_by_text("You will be told on this device")).to_be_visible()
    assert address in telling_site.run(SUBSCRIPTIONS)
    # When a website's worker begins is for the website to say.
    assert page.evaluate("navigator.serviceWorker.controller === null")
    chat_id = agent.chats()[0]["id"]
    page.goto(websites.publish("/elsewhere", html("")))  # the chat is closed
    event_id = agent.send(chat_id, "Yes, we do.")
    wait_for(page, lambda: browser_device.shown)
    origin = websites.origins[0]
    (worker,) = page.context.service_workers
    worker.evaluate(RECORD)
    for _twice in range(2):
        deliver(session, origin, registrations[f"{origin}/"], browser_device.shown[0])
    (notification,) = wait_for(page, lambda: worker.evaluate("shown"))
    assert (notification["title"], notification["body"]) == ("Chat", "You have an answer.")
    page.goto(notification["data"]["url"])
    expect(Shop(page).chat.panel.locator(f"#event-{event_id}")).to_be_in_viewport()


def test_a_window_of_our_own_asks_where_the_website_has_no_worker(
    page: Page, telling_site: Site, websites: Websites, sandbox: Sandbox, browser_device: Device
) -> None:
    page.goto(websites.publish("/page", html(tag(telling_site))))
    chat = Shop(page).open_chat()
    chat.send("Do you ship to Norway?")
    expect(offer_in(chat)).to_be_visible()
    assert violations(page.frames[-1]) == []
    with page.expect_popup() as opened:
        offer_in(chat).press("Enter")
    window = opened.value
    expect(window).to_have_url(re.compile("lang=en$"))  # the rest is in no history
    assert violations(window) == []
    with window.expect_event("close"):
        window.get_by_role("button", name="Allow notifications").press("Enter")
    page.bring_to_front()
    expect(chat.panel.get_by_text("You will be told on this device")).to_be_visible()
    chat.panel.get_by_role("button", name="Stop").click()
    chat.panel.get_by_role("button", name="No, thank you").click()
    page.reload()
    again = Shop(page).chat  # it was open
    expect(again.messages("customer")).to_have_count(1)  # it knows whose it is
    again.send("And to Sweden?")
    expect(again.messages("customer")).to_have_count(2)
    expect(again.panel.locator(".pending")).to_have_count(0)
    expect(offer_in(again)).to_have_count(0)  # who said no is not asked again


def ask_to_be_told(page: Page, chat: Chat) -> None:
    """Take up the offer, and allow it in our own window."""
    with page.expect_popup() as opened:
        offer_in(chat).press("Enter")
    window = opened.value
    expect(window).to_have_url(re.compile("lang=en$"))  # its script runs
    with window.expect_event("close"):
        window.get_by_role("button", name="Allow notifications").press("Enter")
    page.bring_to_front()
    expect(chat.panel.get_by_text("You will be told on this device")).to_be_visible()


def test_who_logs_out_takes_along_that_they_are_told(
    page: Page, telling_site: Site, websites: Websites, sandbox: Sandbox, browser_device: Device
) -> None:
    """Else the next person's notifications would leave it to a push that never comes."""
    host = Host(page, telling_site, websites)
    host.visit()
    chat = Shop(page).open_chat()
    chat.send("Do you ship to Norway?")
    ask_to_be_told(page, chat)
    wait_for(page, lambda: host.panel.evaluate("localStorage['push:demo']") == "on")
    with page.expect_response("**/w/demo/logout"):
        page.evaluate("LiveChatWidget.call('logout')")
    assert host.panel.evaluate("localStorage['push:demo'] ?? null") is None


@pytest.mark.night  # a detail
def test_who_is_told_still_does_not_hear_it_on_each_page(
    page: Page, telling_site: Site, websites: Websites, sandbox: Sandbox, browser_device: Device
) -> None:
    host = Host(page, telling_site, websites)
    host.visit()
    chat = Shop(page).open_chat()
    chat.send("Do you ship to Norway?")
    ask_to_be_told(page, chat)
    with page.expect_response("**/notifications?*"):
        page.reload()
    host.panel.evaluate("import(extras.dataset.push).then(({ check }) => check())")
    expect(chat.panel.locator("#push")).to_be_empty()


@pytest.mark.night  # rare
def test_what_the_push_service_has_ended_is_offered_again(
    page: Page, telling_site: Site, websites: Websites, sandbox: Sandbox, browser_device: Device
) -> None:
    page.goto(websites.publish("/page", html(tag(telling_site))))
    chat = Shop(page).open_chat()
    chat.send("Do you ship to Norway?")
    ask_to_be_told(page, chat)
    telling_site.run(END_SUBSCRIPTIONS)
    page.reload()
    expect(offer_in(chat)).to_be_visible()


LOOKS: list[dict[str, Any]] = [
    {"viewport": {"width": 320, "height": 568}, "color_scheme": "dark"},
    {"viewport": {"width": 1440, "height": 900}},
]


@pytest.mark.parametrize(
    ("look", "language"),
    [
        pytest.param(LOOKS[0], "en", id="en-phone", marks=pytest.mark.night),
        pytest.param(LOOKS[1], "en", id="en-desktop", marks=pytest.mark.night),
        pytest.param(LOOKS[0], "ar", id="ar-phone"),
        pytest.param(LOOKS[1], "ar", id="ar-desktop", marks=pytest.mark.night),
    ],
)
def test_the_offer_and_its_pages_are_within_reach_of_everybody(
    telling_site: Site,
    sandbox: Sandbox,
    new_context: Callable[..., BrowserContext],
    look: dict[str, Any],
    language: str,
) -> None:
    page = new_context(**look).new_page()
    page.goto(f"{telling_site.chat_url}/w/demo/?lang={language}")
    page.locator("#message").fill("Do you ship to Norway?")
    page.keyboard.press("Enter")
    offer = page.locator("#push a")
    expect(offer).to_be_visible()
    assert faults_of(page) == []
    page.locator("#message").focus()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if offer.evaluate("offer => offer === document.activeElement"):
            break
    expect(offer).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    window = opened.value
    expect(window.locator("#ask")).to_be_visible()
    assert faults_of(window) == []
    window.keyboard.press("Tab")
    expect(window.locator("#ask button")).to_be_focused()
    window.goto(f"{telling_site.chat_url}/w/demo/continue?lang={language}#nothing")
    expect(window.locator("#ask")).to_be_visible()
    assert faults_of(window) == []
    window.keyboard.press("Tab")
    expect(window.locator("#ask button")).to_be_focused()


def faults_of(page: Page) -> list[str]:
    """What is too wide, and what axe finds wrong."""
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return ["too wide"] * too_wide + violations(page)


def test_a_chat_goes_on_in_another_browser(
    page: Page,
    telling_site: Site,
    websites: Websites,
    sandbox: Sandbox,
    new_context: Callable[..., BrowserContext],
    console: Console,
) -> None:
    console.expect("403")  # what a link is answered that has been used
    page.goto(websites.publish("/page", html(tag(telling_site))))
    chat = Shop(page).open_chat()
    chat.send("Hello from the desk")
    expect(chat.messages("customer")).to_have_count(1)
    chat.panel.get_by_role("button", name="More").click()
    chat.panel.get_by_role("button", name="Continue on another device").click()
    link = chat.panel.get_by_role("link", name="Or open this link there.")
    expect(chat.panel.locator("#move svg")).to_be_visible()
    address = link.get_attribute("href")
    assert address
    phone = new_context(viewport={"width": 360, "height": 720}).new_page()
    phone.goto(address)
    expect(phone.get_by_text("Go on only if the link is your own.")).to_be_visible()
    expect(phone.get_by_text("There is a chat on this device already.")).to_be_hidden()
    assert not phone.evaluate("localStorage.length")  # looking at it opens nothing
    assert violations(phone) == []
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    moved = Chat(phone, phone)
    expect(moved.messages("customer")).to_contain_text("Hello from the desk")
    expect(chat.panel.get_by_text("This chat is now open on another device, too.")).to_be_attached()
    phone.goto(address)
    expect(phone.get_by_text("There is a chat on this device already.")).to_be_visible()
    phone.get_by_role("button", name="Open chat").click()
    expect(phone.get_by_text("This link has been used")).to_be_visible()


@pytest.fixture
def link_elsewhere(page: Page, telling_site: Site) -> str:
    """What opens a chat in another browser."""
    page.goto(f"{telling_site.chat_url}/w/demo/")
    chat = Chat(page, page)
    chat.send("Hello from the desk")
    expect(chat.messages("customer")).to_have_count(1)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Continue on another device").click()
    address = page.get_by_role("link", name="Or open this link there.").get_attribute("href")
    assert address
    return address


@pytest.mark.night  # an odd browser
def test_a_link_is_not_used_up_where_nothing_can_be_kept(
    link_elsewhere: str, new_context: Callable[..., BrowserContext]
) -> None:
    strict = new_context().new_page()
    strict.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get() { throw new DOMException('refused', 'SecurityError'); } });"
    )
    strict.goto(link_elsewhere)
    strict.get_by_role("button", name="Open chat").click()
    expect(strict.get_by_text("That did not work.")).to_be_visible()
    phone = new_context().new_page()
    phone.goto(link_elsewhere)
    phone.get_by_role("button", name="Open chat").click()
    expect(Chat(phone, phone).messages("customer")).to_contain_text("Hello from the desk")


@pytest.mark.night  # rare
def test_a_link_that_met_no_network_is_tried_again(
    link_elsewhere: str, new_context: Callable[..., BrowserContext], console: Console
) -> None:
    console.expect("ERR_FAILED")
    phone = new_context().new_page()
    phone.goto(link_elsewhere)
    phone.route("**/continue*", lambda route: route.abort(), times=1)
    phone.get_by_role("button", name="Open chat").click()
    expect(phone.get_by_text("That did not work.")).to_be_visible()
    phone.get_by_role("button", name="Open chat").click()
    expect(Chat(phone, phone).messages("customer")).to_contain_text("Hello from the desk")


# A click on a notification lets a worker do one thing that people see. Source: Service Workers,
# "Clients.openWindow" and "WindowClient.focus".
CLICK = """async (data) => {
  const done = [];
  let isAllowed = true;
  const once = (name, act) => async function (...given) {
    if (!isAllowed) throw new DOMException("not once more", "InvalidAccessError");
    isAllowed = false;
    done.push([name, ...given]);
    return act?.call(this);
  };
  WindowClient.prototype.focus = once("focus", function () { return this; });
  clients.openWindow = once("open");
  const click = new ExtendableEvent("notificationclick");
  let ended;
  click.waitUntil = (promise) => { ended = promise; };
  click.notification = { data, close: () => done.push(["close"]) };
  dispatchEvent(click);
  await ended;
  return done;
}"""


def test_a_click_on_a_notification_opens_the_website_at_its_message(
    page: Page, site: Site, websites: Websites, sandbox: Sandbox, agent: Agent
) -> None:
    """What a browser does with a click no test can press: it is handed to the worker."""
    script = f'importScripts("{site.chat_url}/w/demo/worker.js");'
    websites.publish("/clicked.js", script, {"Content-Type": "text/javascript"})
    register = '<script>navigator.serviceWorker.register("/clicked.js")</script>'
    address = websites.publish("/clicked", html(register + tag(site)))
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    chat = Shop(page).open_chat()
    chat.send("Do you ship to Norway?")
    expect(chat.messages("customer")).to_have_count(1)
    event_id = agent.send(agent.chats()[0]["id"], "Yes, we do.")
    expect(chat.messages("agent")).to_have_count(1)
    chat.panel.get_by_role("button", name="Minimize window").click()
    (worker,) = page.context.service_workers
    data = {"widget": "demo", "url": f"{address}#chat={event_id}"}
    # The page came before its worker, which may not lead it anywhere: another one is opened.
    assert worker.evaluate(CLICK, data) == [["close"], ["open", data["url"]]]
    page.reload()
    wait_for(page, lambda: page.evaluate("!!navigator.serviceWorker.controller"))
    assert worker.evaluate(CLICK, data) == [["close"], ["focus"]]
    expect(page).to_have_url(data["url"])
    expect(Shop(page).chat.panel.locator(f"#event-{event_id}")).to_be_in_viewport()
    page.goto(websites.publish("/elsewhere", html("")))
    assert worker.evaluate(CLICK, data) == [["close"], ["open", data["url"]]]
    assert worker.evaluate(CLICK, data | {"widget": "another"}) == []  # that is not ours


# The worker's browser has this subscription, and may tell it by an event. Source: W3C Push API,
# "The pushsubscriptionchange event".
HAVE = """async ([subscription, key, renews]) => {
  const { endpoint, ...keys } = subscription;
  const now = {
    endpoint,
    options: { applicationServerKey: Uint8Array.fromBase64(key, { alphabet: "base64url" }).buffer },
    toJSON: () => ({ endpoint, keys }),
  };
  let found = renews ? null : now;
  const before = self.had;
  self.had = now;
  PushManager.prototype.getSubscription = async () => found;
  PushManager.prototype.subscribe = async () => (found = now);
  if (!renews) return;
  const change = new ExtendableEvent("pushsubscriptionchange");
  let ended;
  change.waitUntil = (promise) => { ended = promise; };
  change.oldSubscription = before;
  change.newSubscription = null;
  dispatchEvent(change);
  await ended;
}"""
ENDPOINTS = """
from widget.models import Subscription
answer = [subscription.browser.endpoint for subscription in Subscription.objects.all()]
"""


@pytest.mark.night  # rare
def test_a_subscription_that_the_browser_renews_by_itself_goes_on(
    page: Page,
    telling_site: Site,
    websites: Websites,
    sandbox: Sandbox,
    push_service: tuple[PushService, str],
    browser_device: Device,
) -> None:
    service, private = push_service
    key = keys.public_key_of(private)
    telling_site.run(END_SUBSCRIPTIONS)
    script = f'importScripts("{telling_site.chat_url}/w/demo/worker.js");'
    websites.publish("/renewing.js", script, {"Content-Type": "text/javascript"})
    register = '<script>navigator.serviceWorker.register("/renewing.js")</script>'
    page.add_init_script(NOTE_WORKER + never_after(WORKER_PATIENCE))
    page.goto(websites.publish("/renewing", html(register + tag(telling_site))))
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    (worker,) = page.context.service_workers
    worker.evaluate(HAVE, [browser_device.subscription(), key, False])
    chat = Shop(page).open_chat()
    chat.send("Do you ship to Norway?")
    expect(chat.panel.locator("html[data-worker]")).to_be_attached()
    offer_in(chat).click()
    expect(chat.panel.get_by_text("You will be told on this device")).to_be_visible()
    renewed = service.device("renewed").subscription()
    worker.evaluate(HAVE, [renewed, key, True])
    wait_for(page, lambda: telling_site.run(ENDPOINTS) == [renewed["endpoint"]])


# Source: Chromium, "Failed to construct 'Notification': Illegal constructor" on Android.
ANDROID = """
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor() { throw new TypeError("Illegal constructor"); }
};
window.shown = [];
ServiceWorkerRegistration.prototype.showNotification = async function (title, { body, data }) {
  shown.push({ title, body, data, by: new URL(this.active.scriptURL).pathname });
};
"""


def test_on_android_a_service_worker_shows_what_no_page_may(
    page: Page, site: Site, host: Host, websites: Websites, sandbox: Sandbox, agent: Agent
) -> None:
    """The website's own where it has one; ours where the chat has a tab to itself."""
    page.add_init_script(ANDROID)
    websites.publish("/android.js", "null;", {"Content-Type": "text/javascript"})
    host.listen()
    host.visit('<script>navigator.serviceWorker.register("/android.js")</script>')
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    host.open()
    host.expect_to_hear("hello", notifications="granted")
    host.say(chat="notify", title="Piotr", body="Yes, we do.")
    (shown,) = wait_for(page, lambda: page.evaluate("shown"))
    assert (shown["title"], shown["body"], shown["by"]) == ("Piotr", "Yes, we do.", "/android.js")
    assert shown["data"] == {"widget": "demo", "url": f"{page.url}#chat"}
    page.unroute_all()
    page.goto(f"{site.chat_url}/w/demo/")
    alone = Chat(page, page)
    alone.send("Do you ship to Norway?")
    expect(alone.messages("customer")).to_have_count(1)
    expect(alone.live).to_be_visible()  # what has come before is no news
    alone.panel.get_by_role("button", name="More").click()
    alone.panel.get_by_role("switch", name="Notifications").check()
    page.evaluate("Object.defineProperty(document, 'hasFocus', { value: () => false })")
    code = "```\npip install it\n```"
    agent.send(agent.chats()[0]["id"], code, properties={"chats": {"formatting": "commonmark"}})
    (shown,) = wait_for(page, lambda: page.evaluate("shown"))
    assert (shown["body"], shown["by"]) == ("pip install it", "/w/demo/worker.js")


@pytest.mark.parametrize("language", ["en", pytest.param("de", marks=pytest.mark.night)])
def test_at_four_times_the_size_messages_and_the_button_that_sends_stay_in_view(
    page: Page, telling_site: Site, language: str
) -> None:
    """1280 by 800 pixels at 400 %, with the offer below the conversation."""
    page.set_viewport_size({"width": 320, "height": 200})
    page.goto(f"{telling_site.chat_url}/w/demo/?lang={language}")
    chat = Chat(page, page)
    message = page.locator("#message")
    message.fill("Hello")
    message.press("Enter")
    expect(chat.messages("customer")).to_have_count(1)
    expect(page.locator(".offer")).to_be_visible()
    for text, least in (("", 36), ("Yes", 60), ("A long story. " * 30, 12)):
        message.fill(text)
        footer = box(page.locator("footer"))
        assert footer["y"] - box(page.locator("header"))["height"] >= least, text
        assert footer["y"] + footer["height"] <= 200, text
    expect(page.locator(".send")).to_be_in_viewport(ratio=1)


@pytest.mark.night  # a detail
def test_nothing_is_offered_once_the_chat_has_ended(page: Page, telling_site: Site) -> None:
    page.goto(f"{telling_site.chat_url}/w/demo/")
    chat = Chat(page, page)
    chat.send("Hello")
    expect(offer_in(chat)).to_be_visible()
    chat.end()
    expect(page.get_by_text("This chat has ended")).to_be_visible()
    expect(offer_in(chat)).to_be_hidden()
