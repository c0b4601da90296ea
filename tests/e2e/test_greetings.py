"""LiveChat's greetings on a website that lets visitors be tracked, and what agents see of them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, ViewportSize, expect

from tests.e2e.hosts import STRICTEST, Host, tag
from tests.e2e.rig import Console, Site, box_at_rest, cards, chat_in, html, never_after, wait_for
from tests.e2e.test_identities import SECRET, signed
from tests.e2e.test_invitations import faults_beside, walk_over
from tests.sandbox_rig import Agent, Sandbox

KEY = "tracked"
KEPT_UNDER = f"livechat-widget:{KEY}"
SUBJECT = """
from chatproxy.models import BearerToken
answer = BearerToken.objects.find("tracked", given).customer.subject
"""
HAS_ENDED = """
from chatproxy.models import BearerToken
answer = BearerToken.objects.find("tracked", given) is None
"""
RECORD = """<script>
const told = [];
for (const name of ["greeting_displayed", "greeting_accepted", "greeting_hidden",
    "rich_message_button_clicked", "customer_status_changed"]) {
  addEventListener(`livechat:${name}`, ({ detail }) => told.push([name, detail]));
}
</script>"""

STANDS_BELOW = """(one, other) =>
    one.getBoundingClientRect().top > other.getBoundingClientRect().top"""

ECHO = 1000  # ms in which the frame of a visitor lets other tabs hear of the token it was given
HOLD_WHAT_IS_STORED = """{
    const read = Storage.prototype.getItem;
    Storage.prototype.getItem = function (key) {
        return window.isCurrent ? read.call(this, key) : null;
    };
}"""

Visit = Callable[..., None]


@pytest.fixture(scope="session")
def tracked(site: Site, demo_fields: dict[str, Any]) -> None:
    """A widget that lets LiveChat see visitors."""
    fields = {"name": "Tracked", "track_visitors": True, "identity_secret": SECRET}
    site.add_widget(KEY, **demo_fields | fields)


@pytest.fixture
def visit(host: Host, sandbox: Sandbox, tracked: None) -> Visit:
    """Go to a page of the website: `visit("/pots")`, where greeting 3 of the sandbox comes."""

    def go(path: str, greeting: int = 0, headers: dict[str, str] | None = None) -> None:
        if greeting:
            sandbox.settings(greetings={str(greeting): {"enabled": True, "delay": 0}})
        script = "" if headers else RECORD
        body = f"<h1>Shop</h1><input aria-label='Search'>{script}{tag(host.site, key=KEY)}"
        host.page.goto(host.websites.publish(path, html(body), headers))

    return go


def told(page: Page) -> list[list[Any]]:
    """What the website's page was told, in order."""
    events: list[list[Any]] = page.evaluate("told")
    return events


def names(page: Page) -> list[str]:
    return [name for name, _detail in told(page) if name != "customer_status_changed"]


def test_agents_see_who_is_on_which_page_before_anybody_asks(
    visit: Visit, host: Host, agent: Agent
) -> None:
    visit("/first")
    expect(host.launcher).to_be_visible()
    first = on_page(host.page, agent, "/first")
    known(host.page)  # else somebody new is on the next page
    visit("/second")
    on_page(host.page, agent, "/second")
    host.page.evaluate("history.pushState({}, '', '/third'); document.title = 'Third'")
    customer = on_page(host.page, agent, "/third")
    pages = [page["url"] for page in customer["last_visit"]["last_pages"]]
    assert [url.rsplit("/", 1)[1] for url in pages] == ["first", "second", "third"]
    assert customer["id"] == first["id"]
    assert host.page.evaluate("LiveChatWidget.get('customer_data').id") == customer["id"]
    assert host.page.locator("iframe#chat-widget").count() == 0  # nor is the panel there


def on_page(page: Page, agent: Agent, path: str) -> dict[str, Any]:
    """The customer in the traffic list who is on this page, once there is one."""

    def found() -> dict[str, Any] | None:
        customers: list[dict[str, Any]] = agent.call("list_customers", version="3.5")["customers"]
        for customer in customers:
            pages = customer.get("last_visit", {}).get("last_pages")
            if pages and pages[-1]["url"].endswith(path):
                return customer
        return None

    there: dict[str, Any] = wait_for(page, found)
    return there


def test_a_text_beside_the_launcher_becomes_the_first_words_of_a_chat(
    visit: Visit, host: Host, agent: Agent
) -> None:
    visit("/", greeting=1)
    expect(cards(host.page)).to_contain_text("Hello! Can I help you to find something?")
    expect(cards(host.page)).to_contain_text("Piotr")
    assert host.page.evaluate("document.activeElement.tagName") == "BODY"
    assert names(host.page) == ["greeting_displayed"]
    assert ["customer_status_changed", {"status": "invited"}] in told(host.page)
    cards(host.page).get_by_role("button", name="Reply").click()
    chat = chat_in(host.page)
    expect(chat.panel.locator("#invitation")).to_contain_text("Hello! Can I help you")
    expect(chat.panel.get_by_role("button", name="Reply")).to_be_hidden()
    expect(cards(host.page)).to_have_count(0)
    assert names(host.page) == ["greeting_displayed", "greeting_accepted"]
    chat.send("Yes, please")
    expect(chat.messages("customer")).to_contain_text("Yes, please")
    events = agent.chat(agent.chats()[0]["id"])["thread"]["events"]
    assert [event.get("text") for event in events] == [
        "Hello! Can I help you to find something?",
        "Yes, please",
    ]
    assert events[0]["properties"]["lc2"]["greeting_id"] == 1
    expect(chat.log).to_contain_text("Hello! Can I help you")
    expect(chat.panel.locator("#invitation")).to_be_empty()


@pytest.mark.night  # by day it is over once it is taken up: the test above
def test_a_greeting_is_over_with_its_chat_in_every_tab(
    visit: Visit, host: Host, context: BrowserContext, agent: Agent
) -> None:
    visit("/", greeting=1)
    cards(host.page).get_by_role("button", name="Reply").click()
    chat = chat_in(host.page)
    chat.send("Yes, please")
    expect(chat.messages("customer")).to_contain_text("Yes, please")
    agent.close(agent.chats()[0]["id"])
    expect(chat.panel.locator("#ended")).not_to_be_empty()
    second = context.new_page()
    second.goto(host.page.url)
    host.page.reload()
    for page in (second, host.page):
        page.locator("chat-widget [part=launcher]").click()
        panel = chat_in(page).panel
        expect(panel.locator("#ended")).not_to_be_empty()
        expect(panel.locator("#invitation")).to_be_empty()


def test_cards_with_pictures_and_links_need_no_other_policy(
    visit: Visit, host: Host, context: BrowserContext, sandbox: Sandbox
) -> None:
    policy = STRICTEST.format(chat=host.site.chat_url)
    visit("/pots", greeting=3, headers={"Content-Security-Policy": policy})
    expect(cards(host.page)).to_contain_text("New pots")
    expect(cards(host.page)).to_contain_text("Old pots")
    pictures = cards(host.page).locator("iframe")
    expect(pictures).to_have_count(2)  # Piotr's face and the pot
    for number in range(2):
        shown = pictures.nth(number).content_frame.locator("img")
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    context.route("https://shop.example/**", lambda route: route.fulfill(body="Pots"))
    with context.expect_page() as opened:
        cards(host.page).get_by_role("button", name="See them").click()
    assert opened.value.url == "https://shop.example/pots"
    expect(cards(host.page)).to_have_count(0)
    for method in ("send_greeting_button_clicked", "accept_greeting"):
        wait_for_request(host.page, sandbox, method)


def wait_for_request(page: Page, sandbox: Sandbox, method: str) -> None:
    wait_for(page, lambda: method in sandbox.requests())


def test_what_is_dismissed_in_one_tab_is_in_all_and_comes_no_more(
    visit: Visit, host: Host, context: BrowserContext, sandbox: Sandbox
) -> None:
    visit("/cart", greeting=2)
    expect(cards(host.page)).to_contain_text("Free delivery today")
    second = context.new_page()
    second.goto(host.page.url)
    expect(cards(second)).to_contain_text("Free delivery today")
    second.keyboard.press("Escape")
    expect(cards(second)).to_have_count(0)
    expect(cards(host.page)).to_have_count(0)
    assert names(host.page) == names(second) == ["greeting_displayed", "greeting_hidden"]
    wait_for_request(host.page, sandbox, "cancel_greeting")
    assert sandbox.requests().count("cancel_greeting") == 1
    second.reload()
    second.wait_for_load_state("networkidle")
    expect(cards(second)).to_have_count(0)


def test_a_button_that_speaks_for_the_customer_begins_the_chat(
    visit: Visit, host: Host, agent: Agent, sandbox: Sandbox
) -> None:
    visit("/search", greeting=4)
    expect(cards(host.page)).to_contain_text("What are you looking for?")
    cards(host.page).get_by_role("button", name="Plants").click()
    chat = chat_in(host.page)
    expect(chat.messages("customer")).to_contain_text("Plants")
    first, second = agent.chat(agent.chats()[0]["id"])["thread"]["events"]
    assert (first["type"], second["text"]) == ("rich_message", "Plants")
    wait_for_request(host.page, sandbox, "send_greeting_button_clicked")
    pressed = wait_for(host.page, lambda: dict(told(host.page)).get("rich_message_button_clicked"))
    assert (pressed["postbackId"], pressed["greeting"]["id"]) == ("plants", 4)


@pytest.mark.night  # by day an invitation does
def test_it_waits_until_the_visitor_is_about_to_go_and_the_page_can_hide_it(
    visit: Visit, host: Host
) -> None:
    host.page.set_viewport_size(ViewportSize(width=320, height=568))
    visit("/bye", greeting=5)
    host.page.wait_for_function("LiveChatWidget.get('customer_data').id")
    expect(cards(host.page)).to_have_count(0)
    assert names(host.page) == []
    host.page.mouse.move(160, 300)
    host.page.mouse.move(160, 20)
    expect(cards(host.page)).to_have_count(0)
    host.page.mouse.move(160, -20)  # over the window's upper edge
    expect(cards(host.page)).to_contain_text("Before you go")
    box = box_at_rest(cards(host.page))
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert host.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert names(host.page) == ["greeting_displayed"]
    host.page.evaluate("LiveChatWidget.call('hide_greeting')")
    expect(cards(host.page)).to_have_count(0)
    assert names(host.page) == ["greeting_displayed", "greeting_hidden"]


def test_who_has_talked_before_is_greeted_beside_the_closed_chat_and_at_its_end(
    visit: Visit, host: Host, agent: Agent, sandbox: Sandbox
) -> None:
    visit("/")
    host.launcher.click()
    chat = chat_in(host.page)
    chat.send("Do you have teapots?")
    expect(chat.messages("customer")).to_contain_text("teapots")
    chat_id = agent.chats()[0]["id"]
    agent.close(chat_id)
    expect(chat.panel.locator("#ended")).not_to_be_empty()
    host.launcher.click()
    sandbox.settings(greetings={"1": {"enabled": True, "delay": 0}})
    host.page.evaluate("history.pushState({}, '', '/teapots')")
    expect(cards(host.page).get_by_text("Can I help you")).to_be_visible()
    host.launcher.click()
    greeting = chat.panel.locator("#invitation").get_by_text("Can I help you")
    expect(greeting).to_be_in_viewport()
    assert names(host.page) == ["greeting_displayed", "greeting_accepted"]
    earlier = chat.messages("customer").element_handle()
    assert greeting.evaluate(STANDS_BELOW, earlier)  # both at once: they may be moving
    chat.send("Yes, blue ones")
    expect(chat.messages("customer")).to_have_count(2)
    first, second = agent.chat(chat_id)["thread"]["events"]
    assert [first["text"], second["text"]] == [
        "Hello! Can I help you to find something?",
        "Yes, blue ones",
    ]


@pytest.mark.night  # by day an invitation is, on the same cards
def test_greetings_of_all_kinds_are_within_reach_of_everybody(
    visit: Visit, host: Host, sandbox: Sandbox, console: Console
) -> None:
    visit("/kinds")
    expect(host.launcher).to_be_visible()
    host.page.wait_for_function("LiveChatWidget.get('customer_data').id")
    console.expect("The action has been blocked. ()")  # axe's own styles: they come from no file
    for number, path in ((2, "/cart"), (3, "/pots"), (4, "/search"), (1, "/text")):
        sandbox.settings(greetings={str(number): {"enabled": True, "delay": 0}})
        host.page.evaluate("path => history.pushState({}, '', path)", path)
        expect(cards(host.page)).to_have_count(1)
        assert faults_beside(host.page) == []
        host.launcher.focus()
        walk_over(cards(host.page))
        host.page.keyboard.press("Enter")  # the last one closes it
        expect(cards(host.page)).to_have_count(0)
        expect(host.launcher).to_be_focused()


# -- who it is


def known(page: Page) -> str:
    """The token of the visitor, once LiveChat sees them."""
    page.wait_for_function("LiveChatWidget.get('customer_data').id")
    return another_token(page, "")


def another_token(page: Page, before: str) -> str:
    """The token that the website keeps, once it is not this one."""
    kept = page.wait_for_function(
        "([key, before]) => localStorage[key] !== before && localStorage[key]",
        arg=[KEPT_UNDER, before],
    )
    token: str = kept.json_value()
    return token


@pytest.fixture
def visit_as(host: Host, sandbox: Sandbox, tracked: None) -> Callable[[str], None]:
    """Go to a page of the website on which somebody is signed in: `visit_as("ida")`."""

    def go(subject: str) -> None:
        attributes = f'data-identity="{signed(subject)}"'
        body = html(tag(host.site, attributes, key=KEY))
        host.page.goto(host.websites.publish(f"/as/{subject}", body))

    return go


def log_out_in_another_tab(host: Host) -> None:
    other = host.page.context.new_page()
    other.goto(host.websites.publish("/plain", html("")))
    other.evaluate("key => localStorage.removeItem(key)", KEPT_UNDER)


def test_who_logs_out_and_leaves_the_page_at_once_is_not_known_again(
    visit: Visit, host: Host
) -> None:
    host.listen()  # no panel tells the server
    visit("/")
    before = known(host.page)
    host.page.evaluate("LiveChatWidget.call('logout')")
    assert another_token(host.page, "") != before


def test_a_logout_in_another_tab_is_one_of_the_visitor_too(
    visit_as: Callable[[str], None], host: Host
) -> None:
    visit_as("ida")
    before = known(host.page)
    log_out_in_another_tab(host)
    assert host.site.run(SUBJECT, another_token(host.page, before)) == ""


@pytest.mark.night  # by day the test above
def test_the_panel_of_a_tracked_visitor_hears_of_a_logout_in_another_tab(
    visit: Visit, host: Host
) -> None:
    host.listen()
    visit("/")
    before = known(host.page)
    host.open()
    host.expect_to_hear("hello", token=before)
    log_out_in_another_tab(host)
    host.expect_to_hear("hello", token=None)


@pytest.mark.parametrize(
    ("before", "method", "after"), [("jim", "logout", ""), ("", "identify", "kim")]
)
def test_who_signs_in_or_out_while_the_server_answers_is_known_as_who_they_are_now(
    visit: Visit,
    visit_as: Callable[[str], None],
    host: Host,
    before: str,
    method: str,
    after: str,
) -> None:
    held: list[Route] = []
    host.page.route("**/w/tracked/customer", lambda route: held.append(route), times=1)
    if before:
        visit_as(before)
    else:
        visit("/")
    wait_for(host.page, lambda: held)
    host.page.evaluate("call => LiveChatWidget.call(...call)", [method, after and signed(after)])
    held[0].continue_()
    assert host.site.run(SUBJECT, another_token(host.page, "")) == after


LOG_OUT_WHEN_A_TOKEN_COMES = """addEventListener("message", ({ data }) => {
    if (data?.chat !== "token" || window.late) return;
    window.late = data.token;
    LiveChatWidget.call("logout");
}, { capture: true });"""


@pytest.mark.parametrize("subject", [pytest.param("", marks=pytest.mark.night), "lea"])
def test_a_token_on_its_way_when_its_visitor_logs_out_is_nobodys(
    visit: Visit, visit_as: Callable[[str], None], host: Host, subject: str
) -> None:
    host.page.add_init_script(LOG_OUT_WHEN_A_TOKEN_COMES)
    if subject:
        visit_as(subject)
    else:
        visit("/")
    token = another_token(host.page, "")
    assert token != host.page.evaluate("late")
    assert host.site.run(SUBJECT, token) == ""


def test_a_token_that_came_too_late_for_its_visitor_ends(
    visit_as: Callable[[str], None], host: Host
) -> None:
    host.page.add_init_script(LOG_OUT_WHEN_A_TOKEN_COMES)
    visit_as("lou")
    late = host.page.wait_for_function("window.late").json_value()
    wait_for(host.page, lambda: host.site.run(HAS_ENDED, late))


def test_a_page_that_says_again_who_is_there_has_said_nothing_new(
    visit_as: Callable[[str], None], host: Host
) -> None:
    held: list[Route] = []
    asked: list[str] = []
    host.page.route("**/w/tracked/customer", lambda route: held.append(route), times=1)
    host.page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    visit_as("max")
    wait_for(host.page, lambda: held)
    host.page.evaluate("""() => {
        const { identity } = document.querySelector("[data-identity]").dataset;
        for (const _render of [1, 2, 3]) LiveChatWidget.call("identify", identity);
    }""")
    held[0].continue_()
    known(host.page)
    assert asked.count("customer") == 1


def test_tabs_that_begin_at_once_are_one_visitor(
    visit: Visit, host: Host, context: BrowserContext
) -> None:
    """Also where the second reads what was kept before the first one's token was."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    host.page.add_init_script(never_after(ECHO))
    visit("/pots")
    host.page.wait_for_function("key => localStorage[key]", arg=KEPT_UNDER)
    second = context.new_page()
    second.add_init_script(HOLD_WHAT_IS_STORED)
    second.goto(host.page.url)
    frame = wait_for(second, lambda: next(iter(second.frames[1:]), None))
    waiting = "navigator.locks.query().then(({ pending }) => pending.length)"
    wait_for(second, lambda: frame.evaluate(waiting))
    second.evaluate("isCurrent = true")
    with second.expect_websocket():
        host.page.close()
    assert asked.count(f"{host.site.chat_url}/w/{KEY}/customer") == 1
