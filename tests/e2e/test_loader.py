"""How the panel opens, closes and comes back, and what it costs before anybody wants it."""

from playwright.sync_api import BrowserContext, expect

from tests.e2e.hosts import STORED, Host
from tests.e2e.rig import Console, Shop, box_at_rest


def test_nothing_but_the_loader_is_fetched_or_stored_before_somebody_wants_to_chat(
    host: Host, context: BrowserContext
) -> None:
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    host.visit("<h1>Shop</h1>")
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/w/demo/" in url] == [f"{host.site.chat_url}/w/demo/embed.js"]
    assert len(asked) == 2
    assert host.page.evaluate(STORED) == "{}"
    assert context.cookies() == []


def test_the_panel_opens_titled_and_with_the_focus_in_the_composer(shop: Shop) -> None:
    chat = shop.open_chat()
    expect(shop.iframe).to_have_attribute("title", "Chat")
    expect(shop.iframe).to_be_visible()
    expect(chat.composer).to_be_focused()


def test_closing_gives_the_focus_back_to_the_launcher(shop: Shop) -> None:
    chat = shop.open_chat()
    chat.panel.get_by_role("button", name="Minimize window").click()
    expect(shop.iframe).to_be_hidden()
    expect(shop.launcher).to_be_focused()


def test_escape_closes_the_panel(shop: Shop) -> None:
    chat = shop.open_chat()
    chat.composer.press("Escape")
    expect(shop.iframe).to_be_hidden()


def test_the_chat_can_be_opened_and_closed_by_keyboard(shop: Shop) -> None:
    expect(shop.launcher).to_be_visible()
    shop.page.keyboard.press("Shift+Tab")
    expect(shop.launcher).to_be_focused()
    shop.page.keyboard.press("Enter")
    expect(shop.chat.composer).to_be_focused()


def test_the_panel_begins_to_load_when_the_pointer_comes_near(host: Host) -> None:
    host.listen()
    host.visit()
    host.launcher.hover()
    expect(host.iframe).to_be_attached()
    expect(host.iframe).to_be_hidden()
    assert host.page.evaluate(STORED) == "{}"


def test_a_server_that_is_gone_is_said_at_once(host: Host, console: Console) -> None:
    console.expect("ERR_FAILED")
    host.visit()
    host.page.route("**/loader_panel.js*", lambda route: route.abort())
    host.launcher.click()
    expect(host.page.get_by_role("alert")).to_contain_text("could not be loaded")
    expect(host.launcher).to_have_accessible_name("Close chat")


def test_opening_again_tries_again(host: Host, console: Console) -> None:
    console.expect("ERR_FAILED")
    host.visit()
    host.page.route("**/loader_panel.js*", lambda route: route.abort())
    host.launcher.click()  # for which the pointer, the focus and the click may each try it
    expect(host.page.get_by_role("alert")).to_contain_text("could not be loaded")
    host.page.unroute("**/loader_panel.js*")
    host.launcher.click()
    host.launcher.click()
    expect(host.iframe).to_be_visible()


def test_the_chat_may_stand_in_the_page(host: Host) -> None:
    host.visit("<main style='width: 500px; height: 450px'></main>", 'data-inline="main"')
    expect(host.iframe).to_be_visible()
    expect(host.launcher).to_be_hidden()
    box = box_at_rest(host.iframe)
    assert (box["width"], box["height"]) == (500, 450)


def test_a_chat_that_stands_in_the_page_cannot_be_closed(host: Host) -> None:
    host.visit("<main style='width: 500px; height: 450px'></main>", 'data-inline="main"')
    chat = Shop(host.page).chat
    chat.composer.press("Escape")
    host.catch_up()
    expect(host.iframe).to_be_visible()
    expect(chat.composer).to_be_focused()
    expect(chat.panel.get_by_role("button", name="Minimize window")).to_have_count(0)


def test_nor_can_what_stands_there_instead_of_it(host: Host, console: Console) -> None:
    console.expect("ERR_FAILED")
    host.page.route("**/loader_panel.js*", lambda route: route.abort())
    host.visit("<main style='width: 500px; height: 450px'></main>", 'data-inline="main"')
    link = host.page.get_by_role("link", name="Open it in a new tab")
    link.press("Escape")
    expect(link).to_be_visible()


def test_a_chat_that_stands_in_the_page_is_not_closed_by_the_panel(host: Host) -> None:
    """By a customer who does not consent, say."""
    host.listen()
    host.visit("<main style='width: 500px; height: 450px'></main>", 'data-inline="main"')
    expect(host.iframe).to_be_visible()
    host.say(chat="close")
    host.catch_up()
    expect(host.iframe).to_be_visible()


def test_unread_messages_are_counted_on_the_launcher_and_in_the_title(host: Host) -> None:
    host.listen()
    host.visit()
    host.meet()
    host.say(chat="unread", count=3)
    expect(host.launcher).to_have_accessible_name("Open chat, unread messages: 3")
    expect(host.launcher).to_have_text("3")
    expect(host.page).to_have_title("(3) A shop")
    host.say(chat="unread", count=12)
    expect(host.launcher).to_have_text("9+")
    expect(host.page).to_have_title("(12) A shop")
    host.say(chat="unread", count=0)
    expect(host.launcher).to_have_text("")
    expect(host.page).to_have_title("A shop")


def test_the_agent_never_sees_the_counter_in_the_pages_title(host: Host) -> None:
    host.listen()
    host.visit()
    host.open()
    host.say(chat="unread", count=3)
    expect(host.page).to_have_title("(3) A shop")
    host.page.evaluate("history.pushState(null, '', '/plants')")
    assert host.expect_to_hear("page")["page"]["title"] == "A shop"


def test_an_open_chat_is_open_again_on_the_next_page(host: Host) -> None:
    host.visit()
    host.open()
    host.page.reload()
    expect(host.iframe).to_be_visible()


def test_a_closed_chat_stays_closed_on_the_next_page(host: Host) -> None:
    host.visit()
    host.open()
    host.launcher.click()
    expect(host.iframe).to_be_hidden()
    host.page.reload()
    expect(host.launcher).to_be_visible()
    expect(host.iframe).to_have_count(0)


def test_a_page_that_is_only_prerendered_loads_no_panel(host: Host) -> None:
    host.page.add_init_script(
        """Object.defineProperty(document, "prerendering", {
            value: true, configurable: true, writable: true })
        localStorage["livechat-widget:demo"] = "who-i-am\""""
    )
    host.listen()
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    expect(host.iframe).to_have_count(0)
    host.page.evaluate(
        "document.prerendering = false; document.dispatchEvent(new Event('prerenderingchange'))"
    )
    expect(host.iframe).to_be_attached()
