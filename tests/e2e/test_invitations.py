"""Invitations on a website: when they come, what they cost, and where they lead."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, ViewportSize, expect

from tests.e2e.hosts import STORED, STRICTEST, Host, tag
from tests.e2e.rig import Chat, Console, box_at_rest, cards, html, wait_for
from tests.e2e.test_panel_accessibility import violations
from tests.sandbox_rig import Agent
from widget.options.invitations import Invitation

CART = {"id": "0a1b2c3d", "name": "Cart", "text": "May we help with your order?"}

AT_ONCE = 300  # ms

COUNTED = """
from widget.models import InvitationTally
tallies = InvitationTally.objects.filter(widget__key=given)
answer = {tally.what: tally.count for tally in tallies}
"""

Invite = Callable[..., None]


@pytest.fixture
def invite(host: Host, add_widget: Callable[..., None], request: Any) -> Invite:
    """Visit a page whose widget has one invitation: `invite(seconds=1)`."""
    key = f"invites-{abs(hash(request.node.name))}"

    def visit(page: dict[str, Any] | None = None, **rules: Any) -> None:
        invitation: Invitation = CART | rules
        add_widget(key, invitations=[invitation])
        body = "<h1>Shop</h1><input aria-label='Search'>" + "<br>" * 200
        options = {"headers": None, "lang": "en"} | (page or {})
        text = html(body + tag(host.site, key=key), lang=options["lang"])
        host.page.goto(host.websites.publish(f"/{key}", text, options["headers"]))

    return visit


def faults_beside(page: Page) -> list[str]:
    """What axe finds wrong on a page of a test's own, which has no landmarks: light and dark."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [each for each in violations(page) if "landmark-one-main" not in each]
    return found


def walk_over(card: Locator) -> None:
    """With the keyboard, from the launcher over its buttons to the last one, which closes it."""
    buttons = card.get_by_role("button")
    for number in range(buttons.count()):
        card.page.keyboard.press("Tab")
        expect(buttons.nth(number)).to_be_focused()


@contextmanager
def at_once(page: Page) -> Iterator[None]:
    """What is done inside has its effect at once, by the page's clock: machines may be busy.

    It stops a minute from now, which must not be over when it is told so.
    """
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 60"))
    yield
    page.clock.run_for(AT_ONCE)


def test_nothing_is_asked_or_stored_until_one_is_shown_and_only_its_dismissal_is_noted(
    host: Host, invite: Invite, context: BrowserContext
) -> None:
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    host.page.clock.install()
    invite(scroll=50)
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    ours = [url.split("/")[-1].split("?")[0] for url in asked if "/w/" in url]
    assert ours == ["embed.js", "invitations.js"]
    assert host.page.evaluate(STORED) == "{}"
    host.page.get_by_label("Search").focus()
    with at_once(host.page):
        host.page.evaluate("scrollTo(0, 3000)")
    expect(cards(host.page)).to_contain_text("May we help with your order?")
    host.page.clock.resume()
    expect(host.page.get_by_label("Search")).to_be_focused()
    assert host.page.evaluate(STORED) == "{}"
    assert ["what=shown" in url for url in asked].count(True) == 1
    assert context.cookies() == []
    cards(host.page).get_by_role("button", name="Dismiss").click()
    expect(cards(host.page)).to_have_count(0)
    assert "0a1b2c3d" in host.page.evaluate(STORED)
    host.page.reload()
    host.page.evaluate("scrollTo(0, 3000)")
    host.page.wait_for_load_state("networkidle")
    expect(cards(host.page)).to_have_count(0)
    assert ["what=shown" in url for url in asked].count(True) == 1


@pytest.mark.parametrize(
    "policy",
    # By day the one that tells least.
    [pytest.param("strict-origin-when-cross-origin", marks=pytest.mark.night), "no-referrer"],
)
def test_what_becomes_of_it_is_counted_once_whatever_the_website_tells_of_its_pages(
    host: Host, invite: Invite, policy: str
) -> None:
    invite({"headers": {"Referrer-Policy": policy}})
    cards(host.page).get_by_role("button", name="Dismiss").click()
    key = host.page.url.rsplit("/", 1)[1]
    counted = wait_for(  # the two are asked for side by side
        host.page,
        lambda: {"shown", "dismissed"} <= (now := host.site.run(COUNTED, key)).keys() and now,
    )
    assert counted == {"shown": 1, "dismissed": 1}


def test_who_has_scrolled_before_the_rules_are_there_is_invited(host: Host, invite: Invite) -> None:
    late: list[Route] = []
    host.page.route("**/invitations.js*", lambda route: late.append(route))
    invite(scroll=50)
    wait_for(host.page, lambda: late)
    host.page.evaluate("scrollTo(0, 3000)")
    host.page.wait_for_function("scrollY > 0")
    late[0].continue_()
    expect(cards(host.page)).to_contain_text("May we help with your order?")


def test_accepting_opens_the_chat_with_its_words_and_the_agent_sees_which_it_was(
    host: Host, invite: Invite, agent: Agent
) -> None:
    asked: list[str] = []  # not the agent: another test's chat may still be on its way there
    host.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    host.page.clock.install()
    invite(values=[["cart", ">=", "100"]], words="I have a question", pages=["/invites*"])
    expect(host.launcher).to_be_visible()
    host.page.evaluate("LiveChatWidget.call('set_page_values', { cart: 99 })")
    host.page.wait_for_load_state("networkidle")
    expect(cards(host.page)).to_have_count(0)
    with at_once(host.page):
        host.page.evaluate("LiveChatWidget.call('set_page_values', { cart: 120 })")
    expect(cards(host.page)).to_be_visible()
    host.page.clock.resume()
    cards(host.page).get_by_role("button", name="Chat with us").click()
    chat = Chat(host.page, host.page.frame_locator("iframe#chat-widget"))
    expect(chat.panel.locator("#invited")).to_contain_text("May we help with your order?")
    expect(chat.composer).to_have_value("I have a question")
    expect(chat.composer).to_be_focused()
    assert not [path for path in asked if path.endswith("/events")]
    assert host.page.evaluate("localStorage.length") == 0
    with host.page.expect_request("**/invited") as counted:
        chat.composer.press("Enter")
    assert "variant=a" in (counted.value.post_data or "")
    expect(chat.messages("customer")).to_contain_text("I have a question")
    wait_for(host.page, lambda: "invitation" in session_fields(agent))  # what is told after it
    known = session_fields(agent)
    assert known["invitation"] == "Cart (a)"
    assert "/invites-" in known["invitation_page"]


def session_fields(agent: Agent) -> dict[str, str]:
    """What the agent reads of the customer beside the only chat there is."""
    users = agent.chat(agent.chats()[0]["id"])["users"]
    fields = [field for user in users for field in user.get("session_fields", [])]
    return {name: value for field in fields for name, value in field.items()}


def test_the_strictest_policy_needs_nothing_more_and_escape_dismisses(
    host: Host, invite: Invite
) -> None:
    policy = STRICTEST.format(chat=host.site.chat_url)
    with host.page.expect_response("**/invited.js*what=shown*") as counted:
        invite({"headers": {"Content-Security-Policy": policy}})
    assert counted.value.status == 200
    expect(cards(host.page)).to_be_visible()
    with host.page.expect_response("**/invited.js*what=dismissed*"):
        host.page.keyboard.press("Escape")
    expect(cards(host.page)).to_have_count(0)


def test_a_card_is_within_reach_of_the_keyboard_and_of_everybody(
    host: Host, invite: Invite, console: Console
) -> None:
    invite(link_label="See the cart", link="https://shop.example/cart")
    expect(cards(host.page)).to_be_visible()
    console.expect("The action has been blocked. ()")  # axe's own styles: they come from no file
    assert faults_beside(host.page) == []
    host.launcher.focus()
    walk_over(cards(host.page))
    host.page.keyboard.press("Enter")  # the last one closes it
    expect(cards(host.page)).to_have_count(0)
    expect(host.launcher).to_be_focused()


def test_it_comes_when_the_pointer_leaves_and_fits_the_narrowest_screen(
    host: Host, invite: Invite
) -> None:
    host.page.set_viewport_size(ViewportSize(width=320, height=568))
    host.page.clock.install()
    invite(
        {"lang": "ar"},
        leaving=True,
        device="phone",
        visitor="new",
        text="Averylongwordthatnobodybreaks" * 6,
        link_label="See what is in it",
        link="https://shop.example/cart",
    )
    host.page.evaluate("document.body.dir = 'rtl'")
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    expect(cards(host.page)).to_have_count(0)
    host.page.mouse.move(160, 300)
    host.page.mouse.move(160, 20)
    expect(cards(host.page)).to_have_count(0)
    with at_once(host.page):
        host.page.mouse.move(160, -20)  # over the window's upper edge
    expect(cards(host.page)).to_be_visible()
    box = box_at_rest(cards(host.page))
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert box["y"] >= 0
    launcher = box_at_rest(host.launcher.first)
    assert box["y"] + box["height"] <= launcher["y"]
    assert host.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.night  # a detail
def test_words_that_run_the_other_way_stay_clear_of_the_button_that_dismisses_them(
    host: Host, invite: Invite
) -> None:
    invite(seconds=0, text="هل يمكننا مساعدتك في طلبك؟ نحن هنا من أجلك في أي وقت " * 2)
    words = cards(host.page).locator("p")
    expect(words).to_be_visible()
    rows = words.evaluate(
        """(words) => {
          const range = document.createRange();
          range.selectNodeContents(words);
          return [...range.getClientRects()].map(({ right, top }) => [right, top]);
        }"""
    )
    button = box_at_rest(cards(host.page).get_by_role("button", name="Dismiss"))
    beside = [right for right, top in rows if top < button["y"] + button["height"]]
    edge = box_at_rest(words)["x"] + box_at_rest(words)["width"]
    assert beside
    assert max(beside) > edge - 60, "they begin on the right"
    assert max(beside) <= button["x"] + 1


def test_what_is_dismissed_in_one_tab_is_in_all_and_comes_no_more(
    host: Host, invite: Invite, context: BrowserContext
) -> None:
    context.add_init_script("window.BroadcastChannel = undefined")  # each tab has its own
    said: list[str] = []
    context.on("request", lambda request: said.append(request.url))
    invite(scroll=50)
    second = context.new_page()
    second.goto(host.page.url)
    for tab in (host.page, second):
        tab.evaluate("scrollTo(0, 3000)")
        expect(cards(tab)).to_be_visible()
    cards(host.page).get_by_role("button", name="Dismiss").click()
    for tab in (host.page, second):
        expect(cards(tab)).to_have_count(0)
    second.reload()
    second.evaluate("scrollTo(0, 3000)")
    second.wait_for_load_state("networkidle")
    expect(cards(second)).to_have_count(0)
    assert ["what=dismissed" in url for url in said].count(True) == 1
    assert ["what=shown" in url for url in said].count(True) == 2


def test_of_several_windows_it_stands_in_the_one_where_it_came_last(
    host: Host, invite: Invite, context: BrowserContext
) -> None:
    invite()
    expect(cards(host.page)).to_be_visible()
    second = context.new_page()
    second.goto(host.page.url)
    expect(cards(second)).to_be_visible()
    expect(cards(host.page)).to_have_count(0)
    host.page.reload()
    expect(cards(host.page)).to_be_visible()
    expect(cards(second)).to_have_count(0)


def test_it_stands_on_another_path_of_the_same_window(host: Host, invite: Invite) -> None:
    invite()
    first = cards(host.page).element_handle()
    key = host.page.url.rsplit("/", 1)[1]
    host.page.evaluate(
        """name => { window.heard = new Promise((hear) => {
            new BroadcastChannel(name).onmessage = hear; }) }""",
        f"livechat-widget:{key}:dismissed",
    )
    host.page.evaluate("history.pushState({}, '', '/elsewhere')")
    host.page.evaluate("heard.then(() => {})")
    assert not first.evaluate("card => card.isConnected")
    expect(cards(host.page)).to_have_count(1)


def test_a_visitor_sees_the_same_of_two_texts_on_each_page_of_a_visit(
    host: Host, invite: Invite
) -> None:
    seen = set()
    host.page.add_init_script("Math.random = () => 0.1")
    invite(text="One", text_b="Another")
    seen.add(cards(host.page).locator("p").inner_text())
    host.page.add_init_script("Math.random = () => 0.9")
    host.page.goto(f"{host.page.url}?page=2")
    seen.add(cards(host.page).locator("p").inner_text())
    assert len(seen) == 1
    assert host.page.evaluate(STORED) == "{}"


@pytest.mark.parametrize(("first_entry", "text"), [("0000ffff-", "One"), ("ffff0000-", "Another")])
def test_which_of_two_texts_it_is_the_browser_has_drawn_for_the_visit(
    host: Host, invite: Invite, first_entry: str, text: str
) -> None:
    host.page.add_init_script(f"navigation.entries = () => [{{ key: '{first_entry}' }}]")
    invite(text="One", text_b="Another")
    expect(cards(host.page).locator("p")).to_have_text(text)


@pytest.mark.night  # rare
def test_a_tab_in_the_background_invites_nobody_until_it_is_looked_at(
    host: Host, invite: Invite
) -> None:
    host.page.add_init_script("""
        window.isHidden = true;
        Object.defineProperty(document, "hidden", { get: () => window.isHidden });
    """)
    invite()
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    expect(cards(host.page)).to_have_count(0)
    host.page.evaluate("isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(cards(host.page)).to_be_visible()


@pytest.mark.parametrize(
    ("rule", "strange", "told"),
    [
        ("cart < 100", ["undefined", "null", "NaN", "''", "'none'", "[]"], "99"),
        *(
            pytest.param(*each, marks=pytest.mark.night)
            for each in (
                (
                    "cart >= 100",
                    ["undefined", "NaN", "'  '", "'none'", "true", "-100", "'1e1'"],
                    "'100.0'",
                ),
                ("since < 2026-02-01", ["undefined", "''"], "'2026-01-31'"),
            )
        ),
    ],
)
def test_a_value_is_compared_only_once_the_page_has_told_it_and_only_with_its_like(
    host: Host, invite: Invite, rule: str, strange: list[str], told: str
) -> None:
    host.page.clock.install()
    invite(values=[rule.split()])
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    host.page.evaluate("name => (window.valueName = name)", rule.split()[0])
    tell = "LiveChatWidget.call('set_page_values', {{ [valueName]: {} }})"
    for value in strange:
        with at_once(host.page):
            host.page.evaluate(tell.format(value))
        assert cards(host.page).count() == 0, value
    with at_once(host.page):
        host.page.evaluate(tell.format(told))
    expect(cards(host.page)).to_be_visible()


def test_where_no_page_is_loaded_each_has_its_own_invitations(host: Host, invite: Invite) -> None:
    invite(pages=["/invites*"])
    expect(cards(host.page)).to_be_visible()
    shown = cards(host.page).element_handle()
    host.page.evaluate("location.hash = 'reviews'")  # is no other page
    host.page.evaluate("history.replaceState({}, '', '?sort=price')")
    host.page.wait_for_function("card => card.isConnected", arg=shown)
    host.page.evaluate("history.pushState({}, '', '/elsewhere')")
    expect(cards(host.page)).to_have_count(0)
    host.page.go_back()
    expect(cards(host.page)).to_be_visible()
    cards(host.page).get_by_role("button", name="Dismiss").click()
    host.page.evaluate("history.pushState({}, '', '/invites-more')")
    host.page.wait_for_load_state("networkidle")
    expect(cards(host.page)).to_have_count(0)


def test_a_link_leads_on_and_is_counted_once_whatever_becomes_of_the_count(
    host: Host, invite: Invite
) -> None:
    pending: list[Route] = []
    host.page.route("**/invited.js*what=accepted*", lambda route: pending.append(route))
    host.websites.publish("/cart", html("<h1>Cart</h1>"))
    invite(link_label="See the cart", link=f"{host.websites.origins[0]}/cart")
    cards(host.page).get_by_role("button", name="See the cart").dblclick()
    expect(host.page).to_have_url(f"{host.websites.origins[0]}/cart")
    assert len(pending) == 1


@pytest.mark.night  # rare
def test_a_link_that_leaves_the_page_standing_takes_the_card_away(
    host: Host, invite: Invite
) -> None:
    invite(link_label="Write to us", link="mailto:help@shop.example")
    with host.page.expect_response("**/invited.js*what=accepted*"):
        cards(host.page).get_by_role("button", name="Write to us").click()
    expect(cards(host.page)).to_have_count(0)
    expect(host.launcher).to_be_focused()


@pytest.mark.night  # rare
def test_a_dismissal_by_a_clock_that_was_wrong_does_not_last_for_years(
    host: Host, invite: Invite
) -> None:
    host.page.clock.set_fixed_time("2049-01-01")
    invite(days=7)
    cards(host.page).get_by_role("button", name="Dismiss").click()
    host.page.evaluate("sessionStorage.clear()")  # it is another visit
    host.page.clock.set_fixed_time("2027-01-01")
    host.page.reload()
    expect(cards(host.page)).to_be_visible()


def test_it_goes_when_those_go_whom_it_speaks_of(host: Host, invite: Invite) -> None:
    host.listen()
    invite(availability="online", scroll=50)
    host.open()
    host.page.evaluate("LiveChatWidget.call('minimize')")
    host.page.evaluate("scrollTo(0, 3000)")
    expect(cards(host.page)).to_be_visible()
    host.say(chat="state", availability="offline", status="browsing")
    expect(cards(host.page)).to_have_count(0)


@pytest.mark.night  # rare
def test_who_is_in_a_card_that_goes_is_at_the_launcher(
    host: Host, invite: Invite, context: BrowserContext
) -> None:
    invite()
    host.page.bring_to_front()
    cards(host.page).get_by_role("button", name="Chat with us").focus()
    second = context.new_page()
    second.goto(host.page.url)
    expect(cards(second)).to_be_visible()
    expect(cards(host.page)).to_have_count(0)
    expect(host.launcher).to_be_focused()
