"""Consent on a website: nothing stored or sent before it, nothing typed lost, nothing kept."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Route, ViewportSize, expect

from tests.e2e.hosts import STORED, Host, tag
from tests.e2e.rig import Chat, Console, box_at_rest, html, wait_for
from tests.e2e.test_identities import SECRET, signed
from tests.e2e.test_panel_accessibility import violations
from tests.sandbox_rig import Agent, Sandbox

ALL_STORED = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
NOTHING = "[{},{}]"
OLDER = (
    "from chatproxy.models import Customer\n"
    "Customer.objects.filter(widget_key=given).update(consent_version='2025-01')"
)
COUNT = (
    "from chatproxy.models import Customer\n"
    "answer = Customer.objects.filter(widget_key=given).count()"
)

Ask = Callable[..., Chat]


@pytest.fixture
def ask(host: Host, add_widget: Callable[..., None], request: Any) -> Ask:
    """Visit a page whose widget asks first, and open its chat: `ask(lang="ar")`.

    What else the widget has is its parameter.
    """
    key = f"asks-{abs(hash(request.node.name))}"
    add_widget(
        key,
        ask_consent=True,
        consent_version="2026-11",
        consent_text="May we?",
        consent_link="https://shop.example/privacy",
        **getattr(request, "param", {}),
    )

    def visit(**page: Any) -> Chat:
        text = html("<h1>Shop</h1>" + tag(host.site, key=key), **page)
        host.page.goto(host.websites.publish(f"/{key}", text))
        host.launcher.click()
        return Chat(host.page, host.page.frame_locator("iframe#chat-widget"))

    return visit


def kept(key: str) -> str:
    """Where the browser keeps the consent to this widget."""
    return f"livechat-widget:{key}:consent"


def wait_until_nothing_is_stored(tab: Host) -> None:
    """Neither by the page nor by the panel; one of them hears later that it shall be so."""
    wait_for(
        tab.page,
        lambda: [tab.page.evaluate(ALL_STORED), tab.panel.evaluate(ALL_STORED)] == [NOTHING] * 2,
    )


def question(chat: Chat) -> Locator:
    return chat.panel.locator("#consent")


def test_what_was_typed_goes_out_with_the_answer_and_nothing_is_stored_or_sent_before(
    host: Host, ask: Ask, agent: Agent, sandbox: Sandbox, context: BrowserContext
) -> None:
    chat = ask()
    expect(question(chat)).to_contain_text("May we?")
    expect(chat.composer).to_be_focused()
    chat.composer.fill("Do you ship to Norway?")
    chat.composer.press("Enter")
    bubble = chat.panel.locator("#pending .bubble")
    expect(bubble).to_have_text("Do you ship to Norway?")
    expect(chat.panel.get_by_text("Sent as soon as you agree.")).to_be_visible()
    expect(chat.panel.get_by_role("button", name="I agree")).to_be_focused()
    assert [host.page.evaluate(ALL_STORED), host.panel.evaluate(ALL_STORED)] == [NOTHING, NOTHING]
    assert context.cookies() == []
    assert agent.chats() == []
    assert "start_chat" not in sandbox.requests()
    assert host.site.run(COUNT, host.page.url.rsplit("/", 1)[1]) == 0  # nobody who could log in
    host.page.keyboard.press("Enter")
    expect(chat.messages("customer")).to_contain_text("Do you ship to Norway?")
    expect(question(chat)).to_be_hidden()
    expect(chat.composer).to_be_focused()
    wait_for(host.page, lambda: "2026-11 20" in host.page.evaluate(STORED))
    users = agent.chat(agent.chats()[0]["id"])["users"]
    assert "2026-11, 20" in str([user.get("session_fields") for user in users])

    # It holds for the next page, and taking it back erases everything.
    host.page.reload()
    expect(chat.messages("customer")).to_be_visible()
    expect(question(chat)).to_be_hidden()
    chat.panel.get_by_role("button", name="More").click()
    chat.panel.get_by_text("Withdraw consent").click()
    chat.panel.get_by_role("button", name="Withdraw and delete").click()
    expect(chat.panel.get_by_text("You have withdrawn your consent.")).to_be_visible()
    expect(question(chat)).to_be_visible()
    expect(chat.log).not_to_contain_text("Norway")
    wait_until_nothing_is_stored(host)


def test_a_no_keeps_the_words_and_another_text_asks_again(
    host: Host, ask: Ask, agent: Agent, console: Console
) -> None:
    chat = ask()
    chat.composer.fill("Hello")
    chat.panel.get_by_role("button", name="No, thank you").click()
    expect(host.iframe).to_be_hidden()
    host.launcher.click()
    expect(chat.composer).to_have_value("Hello")
    chat.panel.get_by_role("button", name="I agree").click()
    chat.composer.press("Enter")
    expect(chat.messages("customer")).to_contain_text("Hello")
    # The server knows of an older text only: it is told of this one, without a question.
    key = host.page.url.rsplit("/", 1)[1]
    host.site.run(OLDER, key)
    console.expect("the server responded with a status of 403")
    chat.send("Once more")
    expect(chat.messages("customer").last).to_contain_text("Once more")
    expect(question(chat)).to_be_hidden()
    # So does this browser: it asks, and shows nothing until then.
    host.page.evaluate("key => localStorage.setItem(key, '2025-01 2025-01-01')", kept(key))
    host.page.reload()
    expect(question(chat)).to_be_visible()
    expect(chat.log).not_to_contain_text("Hello")
    chat.panel.get_by_role("button", name="I agree").click()
    expect(chat.log).to_contain_text("Hello")


def test_the_website_says_yes_and_no_for_its_visitors(host: Host, ask: Ask, agent: Agent) -> None:
    chat = ask()
    expect(question(chat)).to_be_visible()
    chat.composer.fill("Hello")
    host.page.evaluate("""async () => {
        window.heard = [];
        LiveChatWidget.on("consent_changed", ({ agreed }) => window.heard.push(agreed));
        for (const agrees of [false, true, true]) await LiveChatWidget.call("set_consent", agrees);
    }""")
    expect(question(chat)).to_be_hidden()
    expect(chat.composer).to_have_value("Hello")  # that nothing was agreed to is no news
    chat.composer.press("Enter")
    expect(chat.messages("customer")).to_contain_text("Hello")
    key = host.page.url.rsplit("/", 1)[1]
    host.page.wait_for_function("key => localStorage[key]", arg=f"livechat-widget:{key}")
    host.page.evaluate("LiveChatWidget.call('set_consent', false)")
    expect(question(chat)).to_be_visible()
    expect(chat.panel.get_by_text("You have withdrawn your consent.")).to_be_visible()
    assert host.page.evaluate("window.heard") == [True, False]
    wait_until_nothing_is_stored(host)
    expect(chat.log).not_to_contain_text("Hello")
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)


def test_who_is_logged_out_and_withdraws_in_one_go_is_erased(host: Host, ask: Ask) -> None:
    chat = ask()
    host.page.evaluate("LiveChatWidget.call('set_consent', true)")
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    key = host.page.url.rsplit("/", 1)[1]
    host.page.wait_for_function("key => localStorage[key]", arg=f"livechat-widget:{key}")
    host.page.evaluate("""() => {
        LiveChatWidget.call("logout");
        LiveChatWidget.call("set_consent", false) }""")
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)


CALL_EACH = "methods => methods.forEach((method) => LiveChatWidget.call(method, false))"


def hold_what_heeds_the_website(host: Host) -> list[Route]:
    """The script that does what the website says of consent is on its way from now on."""
    held: list[Route] = []
    host.page.route("**/consent.js*", lambda route: held.append(route))
    return held


def chat_as(person: str, host: Host, ask: Ask) -> tuple[Chat, str]:
    """The chat of who is signed in, has agreed and said "Hello", and their widget's key."""
    chat = ask()
    host.page.evaluate("statement => LiveChatWidget.call('identify', statement)", signed(person))
    chat.panel.get_by_role("button", name="I agree").click()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    key = host.page.url.rsplit("/", 1)[1]
    host.page.wait_for_function("key => localStorage[key]", arg=f"livechat-widget:{key}")
    return chat, key


@pytest.mark.parametrize("ask", [{"identity_secret": SECRET}], indirect=True)
@pytest.mark.parametrize(
    "methods",
    [
        ["set_consent", "logout"],
        # By day without a signed statement: the test above.
        pytest.param(["logout", "set_consent"], marks=pytest.mark.night),
    ],
)
def test_who_withdraws_and_logs_out_is_erased_though_the_panel_is_there_first(
    host: Host, ask: Ask, methods: list[str]
) -> None:
    chat, key = chat_as("liv", host, ask)
    held = hold_what_heeds_the_website(host)
    with host.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        host.page.evaluate(CALL_EACH, methods)
    assert host.site.run(COUNT, key) == 0
    wait_for(host.page, lambda: held)
    held[0].continue_()
    expect(question(chat)).to_be_visible()
    expect(chat.log).not_to_contain_text("Hello")
    wait_until_nothing_is_stored(host)


@pytest.mark.night  # by day with a consent: the tests above
@pytest.mark.parametrize("ask", [{"identity_secret": SECRET}], indirect=True)
def test_who_logs_out_and_withdraws_is_erased_though_they_have_agreed_to_nothing(
    host: Host, ask: Ask
) -> None:
    chat, key = chat_as("mia", host, ask)
    host.page.evaluate("key => localStorage.removeItem(key)", kept(key))  # as before it was asked
    host.page.reload()
    expect(question(chat)).to_be_visible()
    host.page.evaluate(CALL_EACH, ["logout", "set_consent"])
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)


@pytest.mark.parametrize("ask", [{"track_visitors": True}], indirect=True)
def test_a_tracked_visitor_who_withdraws_and_logs_out_is_not_made_known_again(
    host: Host, ask: Ask
) -> None:
    chat = ask()
    chat.panel.get_by_role("button", name="I agree").click()
    key = host.page.url.rsplit("/", 1)[1]
    host.page.wait_for_function("key => localStorage[key]", arg=f"livechat-widget:{key}")
    host.page.wait_for_function("LiveChatWidget.get('customer_data').id")
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    held = hold_what_heeds_the_website(host)
    host.page.evaluate(CALL_EACH, ["set_consent", "logout"])
    wait_for(host.page, lambda: held)
    expect(question(chat)).to_be_visible()
    held[0].continue_()
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)
    assert [each for each in asked if each.startswith("POST") and each.endswith("/customer")] == []


WITHDRAW = "LiveChatWidget.call('set_consent', false)"
HOLD_A_TOKEN = """addEventListener("message", (event) => {
    if (event.data?.chat !== "token" || window.late) return;
    event.stopImmediatePropagation();
    window.late = event;
}, { capture: true });"""
LET_IT_COME = "dispatchEvent(new MessageEvent('message', late))"


@pytest.mark.parametrize("ask", [{"track_visitors": True}], indirect=True)
def test_who_withdraws_while_their_token_is_on_its_way_is_erased(host: Host, ask: Ask) -> None:
    host.page.add_init_script(HOLD_A_TOKEN)
    chat = ask()
    chat.panel.get_by_role("button", name="I agree").click()
    expect(question(chat)).to_be_hidden()
    host.page.wait_for_function("window.late")
    host.page.evaluate(WITHDRAW)
    expect(question(chat)).to_be_visible()
    host.page.evaluate(LET_IT_COME)
    assert host.page.evaluate(ALL_STORED) == NOTHING
    key = host.page.url.rsplit("/", 1)[1]
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)


NOBODY_ASKS = "async () => !(await navigator.locks.query()).held.length"


@pytest.mark.parametrize("ask", [{"track_visitors": True}], indirect=True)
def test_who_withdraws_from_a_page_that_is_slow_to_take_their_token_is_erased(
    host: Host, ask: Ask
) -> None:
    host.page.add_init_script(HOLD_A_TOKEN)
    ask()
    host.page.reload()  # the chat is closed again: who is erased below has no panel
    host.page.evaluate("LiveChatWidget.call('set_consent', true)")
    host.page.wait_for_function("window.late")
    visitor = next(frame for frame in host.page.frames if frame.url.endswith("/visitor"))
    wait_for(host.page, lambda: visitor.evaluate(NOBODY_ASKS))  # it waits no longer either
    key = host.page.url.rsplit("/", 1)[1]
    assert host.site.run(COUNT, key) == 1
    host.page.evaluate(WITHDRAW)
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)
    host.page.evaluate(LET_IT_COME)
    assert host.page.evaluate(ALL_STORED) == NOTHING


@pytest.mark.night  # by day the token is on its way: above
@pytest.mark.parametrize("ask", [{"track_visitors": True}], indirect=True)
def test_who_withdraws_while_the_server_answers_is_erased(host: Host, ask: Ask) -> None:
    held: list[Route] = []
    host.page.route("**/customer", lambda route: held.append(route), times=1)
    chat = ask()
    chat.panel.get_by_role("button", name="I agree").click()
    expect(question(chat)).to_be_hidden()
    wait_for(host.page, lambda: held)
    request = held[0].request
    url = request.url.replace("chat.localhost", "127.0.0.1")  # a name that browsers alone know
    headers = request.headers | {"host": host.site.chat_url.removeprefix("http://")}
    answer = held[0].fetch(url=url, headers=headers)
    key = host.page.url.rsplit("/", 1)[1]
    assert host.site.run(COUNT, key) == 1
    host.page.evaluate(WITHDRAW)
    expect(question(chat)).to_be_visible()
    held[0].fulfill(response=answer)
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)


def test_what_the_website_says_is_done_in_its_order(host: Host, ask: Ask) -> None:
    ask()
    said = [True, False] * 8 + [True]
    host.page.evaluate(
        """said => {
            window.heard = [];
            LiveChatWidget.on("consent_changed", ({ agreed }) => window.heard.push(agreed));
            for (const agrees of said) LiveChatWidget.call("set_consent", agrees);
        }""",
        said,
    )
    host.page.wait_for_function("length => window.heard.length === length", arg=len(said))
    assert host.page.evaluate("window.heard") == said


def test_a_tab_that_hears_of_no_withdrawal_stores_nothing_after_it(
    host: Host, ask: Ask, context: BrowserContext
) -> None:
    chat = ask()
    host.page.evaluate("LiveChatWidget.call('set_consent', true)")
    expect(question(chat)).to_be_hidden()
    other = Host(context.new_page(), host.site, host.websites)
    other.page.goto(host.page.url)
    expect(other.launcher).to_be_visible()
    assert other.page.locator("iframe#chat-widget").count() == 0
    host.page.evaluate("LiveChatWidget.call('set_consent', false)")
    expect(question(chat)).to_be_visible()
    other.launcher.click()
    expect(
        question(Chat(other.page, other.page.frame_locator("iframe#chat-widget")))
    ).to_be_visible()
    assert other.page.evaluate(ALL_STORED) == NOTHING


@pytest.mark.parametrize("ask", [{"track_visitors": True}], indirect=True)
def test_what_is_withdrawn_in_one_tab_is_in_all_of_them(
    host: Host, ask: Ask, agent: Agent, context: BrowserContext
) -> None:
    chat = ask()
    chat.panel.get_by_role("button", name="I agree").click()
    expect(question(chat)).to_be_hidden()
    key = host.page.url.rsplit("/", 1)[1]
    host.page.wait_for_function("key => localStorage[key]", arg=f"livechat-widget:{key}")
    other = context.new_page()
    other.goto(host.page.url)
    other.evaluate("""() => {
        window.heard = [];
        addEventListener("livechat:consent_changed", ({ detail }) => heard.push(detail.agreed));
    }""")
    other.wait_for_function("LiveChatWidget.get('customer_data').id")  # LiveChat sees this tab
    assert other.locator("iframe#chat-widget").count() == 0
    chat.panel.get_by_role("button", name="More").click()
    chat.panel.get_by_text("Withdraw consent").click()
    chat.panel.get_by_role("button", name="Withdraw and delete").click()
    expect(chat.panel.get_by_text("You have withdrawn your consent.")).to_be_visible()
    other.wait_for_function("window.heard.length")
    assert other.evaluate("window.heard") == [False]
    assert other.evaluate(ALL_STORED) == NOTHING
    wait_for(host.page, lambda: host.site.run(COUNT, key) == 0)


def test_a_withdrawal_erases_what_every_tab_keeps_for_itself(
    host: Host, ask: Ask, context: BrowserContext
) -> None:
    chat = ask()
    chat.panel.get_by_role("button", name="I agree").click()
    expect(question(chat)).to_be_hidden()
    key = host.page.url.rsplit("/", 1)[1]
    host.page.wait_for_function("key => localStorage[key]", arg=kept(key))  # it hears of it later
    other = Host(context.new_page(), host.site, host.websites)
    other.page.goto(host.page.url)
    other.launcher.click()
    there = Chat(other.page, other.page.frame_locator("iframe#chat-widget"))
    there.composer.fill("Between you and me")
    wait_for(other.page, lambda: "Between" in other.panel.evaluate(ALL_STORED))
    assert "maximized" in other.page.evaluate(ALL_STORED)
    chat.panel.get_by_role("button", name="More").click()
    chat.panel.get_by_text("Withdraw consent").click()
    chat.panel.get_by_role("button", name="Withdraw and delete").click()
    expect(question(there)).to_be_visible()
    for tab in (host, other):
        wait_until_nothing_is_stored(tab)


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.night), "ar"])
def test_the_question_is_within_reach_of_everybody(
    host: Host, ask: Ask, language: str, console: Console
) -> None:
    host.page.set_viewport_size(ViewportSize(width=320, height=568))
    host.page.emulate_media(color_scheme="dark")
    chat = ask(lang=language)
    expect(question(chat)).to_be_visible()
    panel = host.panel
    box_at_rest(host.iframe)
    boxes = [box_at_rest(each) for each in question(chat).locator("button, a").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes)
    assert all(box["y"] + box["height"] <= 568 for box in boxes)
    assert panel.evaluate("document.documentElement.scrollWidth") <= 320
    console.expect("The action has been blocked. ()")  # axe's own styles: they come from no file
    assert violations(panel) == []
    chat.panel.locator("#message").focus()
    for _ in range(2):
        host.page.keyboard.press("Shift+Tab")
    expect(question(chat).locator("button").first).to_be_focused()
    host.page.keyboard.press("Enter")
    expect(question(chat)).to_be_hidden()
