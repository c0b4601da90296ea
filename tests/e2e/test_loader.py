"""The launcher on a website: what it costs, how it opens the panel, and what it survives."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Console, Shop, Site, Websites, box_at_rest, html, wait_for

STRICTEST = (
    "default-src 'none'; script-src {chat}; frame-src {chat}; img-src data:; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
STORED = "JSON.stringify({ ...localStorage, ...sessionStorage })"


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


def test_the_launcher_moves_nothing_on_the_page(host: Host) -> None:
    host.visit("<h1>Shop</h1><p>Plants</p>")
    expect(host.launcher).to_be_visible()
    shifts = host.page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) =>
            resolve(list.getEntries().length)).observe({ type: "layout-shift", buffered: true })
            || setTimeout(resolve, 300, 0))"""
    )
    assert shifts == 0


def test_the_launcher_says_what_it_does(shop: Shop) -> None:
    expect(shop.launcher).to_have_accessible_name("Open chat")
    expect(shop.launcher).to_have_attribute("aria-expanded", "false")
    shop.open_chat()
    expect(shop.launcher).to_have_accessible_name("Close chat")
    expect(shop.launcher).to_have_attribute("aria-expanded", "true")


def test_the_launcher_shows_what_it_does(shop: Shop) -> None:
    """One drawing at a time: the chat's, or an arrow that closes it."""
    chat, arrow = (shop.launcher.locator("path").nth(number) for number in range(2))
    shop.open_chat()
    expect(arrow).to_be_visible()
    expect(chat).to_be_hidden()
    shop.launcher.click()
    expect(chat).to_be_visible()
    expect(arrow).to_be_hidden()


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


def test_the_strictest_policy_needs_only_two_sources(host: Host) -> None:
    policy = STRICTEST.format(chat=host.site.chat_url)
    host.visit(headers={"Content-Security-Policy": policy})
    host.open()


def test_an_isolated_page_can_carry_the_chat(host: Host) -> None:
    isolation = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    }
    host.visit(headers=isolation)
    assert host.page.evaluate("crossOriginIsolated")
    host.open()


def test_a_website_that_may_not_carry_the_chat_shows_where_it_is(
    host: Host, console: Console
) -> None:
    console.expect("frame-ancestors")
    console.expect("ERR_BLOCKED_BY_RESPONSE")
    url = host.websites.publish("/page", html(tag(host.site)))
    host.page.clock.install()
    host.page.goto(url.replace("shop.", "stranger."))
    host.launcher.click()
    expect(host.iframe).to_be_attached()
    host.page.clock.run_for(11_000)
    expect(host.iframe).to_be_hidden()
    expect(host.page.get_by_role("alert")).to_contain_text("could not be loaded")
    link = host.page.get_by_role("link", name="Open it in a new tab")
    expect(link).to_have_attribute("href", f"{host.site.chat_url}/w/demo/")


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
    host.page.route("**/loader_panel.js*", lambda route: route.abort(), times=1)
    host.launcher.click()
    expect(host.page.get_by_role("alert")).to_be_visible()
    host.launcher.click()
    host.launcher.click()
    expect(host.iframe).to_be_visible()


def test_the_tag_may_stand_twice(host: Host) -> None:
    host.visit(tag(host.site))
    expect(host.launcher).to_have_count(1)
    host.open()
    expect(host.iframe).to_have_count(1)


def test_a_tag_in_the_head_waits_for_the_body(host: Host) -> None:
    text = html("<h1>Shop</h1>", head=f"<title>A shop</title>{tag(host.site)}")
    host.page.goto(host.websites.publish("/page", text.replace("script async", "script")))
    expect(host.launcher).to_be_visible()
    last = "document.documentElement.lastElementChild.localName"
    assert host.page.evaluate(last) == "chat-widget"


def test_an_open_chat_survives_a_new_body(host: Host) -> None:
    host.listen()
    host.visit()
    host.open()
    host.panel.evaluate("window.mark = 1")
    host.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    expect(host.iframe).to_be_visible()
    assert host.panel.evaluate("window.mark") == 1


def test_the_launcher_comes_back_when_the_whole_document_is_replaced(host: Host) -> None:
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.evaluate("document.documentElement.replaceChildren(document.createElement('body'))")
    expect(host.launcher).to_be_visible()


def test_the_websites_styles_stay_outside(host: Host) -> None:
    rude = """<title>A shop</title><style>* { all: unset !important; display: none !important }
        chat-widget { opacity: 0 !important; transform: scale(0) !important }
        html, body { display: block !important }</style>"""
    host.visit(head=rude)
    expect(host.launcher).to_be_visible()
    assert box_at_rest(host.launcher) == {"x": 1200, "y": 640, "width": 60, "height": 60}


def test_nothing_of_it_is_printed(host: Host) -> None:
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.emulate_media(media="print")
    expect(host.launcher).to_be_hidden()


@pytest.mark.parametrize(
    ("direction", "attributes", "x"),
    [
        ("ltr", "", 1200),
        ("ltr", 'data-position="left"', 20),
        ("rtl", "", 20),
        ("rtl", 'data-position="left"', 1200),
    ],
)
def test_the_launcher_is_where_reading_ends(
    host: Host, direction: str, attributes: str, x: int
) -> None:
    host.visit(f"<script>document.body.dir = '{direction}'</script>", attributes)
    expect(host.launcher).to_be_visible()
    box = box_at_rest(host.launcher)
    assert box["x"] == x


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tag_sets_the_theme(host: Host, theme: str) -> None:
    host.listen()
    host.visit(attributes=f'data-theme="{theme}"')
    host.open()
    assert host.expect_to_hear("hello")["theme"] == theme


def test_the_panel_follows_the_websites_own_theme_switch(host: Host) -> None:
    host.listen()
    host.visit(attributes='data-theme="host"')
    host.open()
    host.expect_to_hear("hello", theme="light")
    host.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    host.expect_to_hear("hello", theme="dark")


def test_the_panel_speaks_the_pages_language(host: Host) -> None:
    host.listen()
    host.visit(lang="fr")
    host.open()
    assert host.expect_to_hear("hello")["language"] == "fr"
    assert "?lang=fr&" in host.panel.url


def test_the_tag_may_set_the_language(host: Host) -> None:
    host.listen()
    host.visit(attributes='data-language="pt-BR"', lang="en")
    host.open()
    assert host.expect_to_hear("hello")["language"] == "pt-BR"


def test_a_hidden_chat_appears_when_it_is_called(host: Host) -> None:
    host.visit('<button data-livechat="maximize">Ask us</button>', "data-hidden")
    host.page.wait_for_load_state("networkidle")
    expect(host.launcher).to_be_hidden()
    host.page.get_by_role("button", name="Ask us").click()
    expect(host.page.frame_locator("iframe").get_by_role("textbox")).to_be_focused()


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


def test_nothing_is_shown_before_the_page_says_so(host: Host) -> None:
    host.visit(attributes='data-start="manual"')
    host.page.wait_for_load_state("networkidle")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("LiveChatWidget.init()")
    expect(host.launcher).to_be_visible()


def test_nothing_is_shown_before_consent(host: Host) -> None:
    host.visit(attributes='data-consent="consent-given"')
    host.page.wait_for_load_state("networkidle")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("dispatchEvent(new Event('consent-given'))")
    expect(host.launcher).to_be_visible()


def test_a_link_to_the_fragment_opens_the_chat(host: Host) -> None:
    host.visit('<a href="#chat">Ask us</a>')
    host.page.get_by_role("link", name="Ask us").click()
    expect(host.iframe).to_be_visible()


def test_a_page_reached_by_the_fragment_opens_the_chat(host: Host) -> None:
    url = host.websites.publish("/page", html(tag(host.site)))
    host.page.goto(url + "#chat")
    expect(host.iframe).to_be_visible()


def test_the_agent_learns_where_the_customer_goes_without_a_load(host: Host) -> None:
    host.listen()
    host.visit()
    host.open()
    host.page.evaluate("history.pushState(null, '', '/plants'); document.title = 'Plants'")
    heard = host.expect_to_hear("page")
    assert heard["page"]["url"].endswith("/plants")
    assert heard["page"]["title"] == "Plants"
    assert heard["page"]["referrer"].endswith("/page")


def test_moves_are_noticed_without_the_navigation_api(host: Host) -> None:
    host.page.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined })")
    host.listen()
    host.visit()
    host.open()
    host.page.evaluate("history.pushState(null, '', '/plants')")
    assert host.expect_to_hear("page")["page"]["url"].endswith("/plants")


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


def test_the_token_stays_with_the_website_and_comes_back_to_the_panel(host: Host) -> None:
    host.listen()
    host.visit()
    host.open()
    assert host.expect_to_hear("hello")["token"] is None
    host.say(chat="token", token="who-i-am")
    host.page.wait_for_function("localStorage['livechat-widget:demo'] === 'who-i-am'")
    host.page.reload()
    assert host.expect_to_hear("hello")["token"] == "who-i-am"


def test_a_refused_token_is_forgotten(host: Host) -> None:
    host.listen()
    host.visit()
    host.open()
    host.say(chat="token", token="who-i-am")
    host.say(chat="token", token=None)
    host.page.wait_for_function("!('livechat-widget:demo' in localStorage)")


def test_another_tab_hears_of_a_new_token(host: Host, context: BrowserContext) -> None:
    host.listen()
    host.visit()
    host.open()
    other = Host(context.new_page(), host.site, host.websites)
    other.listen()
    other.visit()
    other.open()
    other.expect_to_hear("hello", token=None)
    host.say(chat="token", token="who-i-am")
    other.expect_to_hear("hello", token="who-i-am")


def test_only_the_panel_is_believed(host: Host) -> None:
    host.listen()
    impostor = f'<iframe name="impostor" src="{host.site.chat_url}/w/demo/?lang=en"></iframe>'
    host.visit(impostor)
    host.open()
    lie = {"chat": "token", "token": "stolen"}
    host.page.evaluate("lie => postMessage(lie, '*')", lie)
    other = host.page.frame(name="impostor")
    assert other
    other.evaluate("lie => parent.postMessage(lie, '*')", lie)
    host.say(chat="unread", count=1)
    expect(host.page).to_have_title("(1) A shop")
    assert host.page.evaluate("localStorage.length") == 0


def test_the_panel_is_told_how_many_of_its_tokens_were_heard_and_begins_anew_when_reloaded(
    host: Host,
) -> None:
    host.listen()
    host.visit()
    host.open()
    host.expect_to_hear("hello", heard=0)
    host.say(chat="token", token="who-i-am")
    host.page.wait_for_function("localStorage['livechat-widget:demo']")
    host.page.evaluate("LiveChatWidget.call('identify', 'signed')")
    host.expect_to_hear("hello", heard=1, token="who-i-am")
    host.panel.evaluate("heard.length = 0")
    host.say(chat="early")
    host.expect_to_hear("hello", heard=0, token="who-i-am")


def test_the_panel_works_for_this_visit_where_storage_is_refused(host: Host) -> None:
    host.page.add_init_script(
        """for (const area of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, area, { get() { throw new Error("refused") } })"""
    )
    host.listen()
    host.visit()
    host.open()
    host.say(chat="token", token="for-now")
    host.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    def hear_the_token() -> bool:
        host.page.evaluate("LiveChatWidget.call('identify', 'signed')")
        return any(hello["token"] == "for-now" for hello in host.heard("hello"))

    wait_for(host.page, hear_the_token)
    host.expect_to_hear("hello", token="for-now", identity="signed")


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


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], site: Site, websites: Websites) -> Host:
    """The same website on a phone."""
    context = new_context(viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    return Host(context.new_page(), site, websites)


def test_on_a_phone_the_panel_covers_the_page_which_does_not_scroll(phone: Host) -> None:
    phone.visit("<p style='height: 3000px'>Long</p>")
    phone.open()
    expect(phone.launcher).to_be_hidden()
    whole = {"x": 0, "y": 0, "width": 390, "height": 700}
    assert box_at_rest(phone.iframe) == whole
    assert phone.page.evaluate("document.documentElement.style.overflow") == "hidden"
    phone.page.frame_locator("iframe").get_by_role("button", name="Minimize window").click()
    expect(phone.launcher).to_be_visible()
    assert phone.page.evaluate("document.documentElement.style.overflow") == ""


def test_on_a_phone_nothing_covers_the_page_before_the_panel_is_there(phone: Host) -> None:
    phone.page.route("**/w/*/?lang=*", lambda _: None)
    phone.visit()
    phone.launcher.click()
    expect(phone.launcher).to_be_visible()
    phone.launcher.click()
    expect(phone.page.locator("chat-widget section")).to_be_hidden()


def test_on_a_phone_the_next_page_is_not_covered_again(phone: Host) -> None:
    phone.visit()
    phone.open()
    phone.page.reload()
    expect(phone.launcher).to_have_accessible_name("Open chat")


def test_the_owner_may_hide_the_launcher_on_phones(
    phone: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("no-phones", hide_on_mobile=True)
    page = html('<a href="#chat">Ask us</a>' + tag(phone.site, key="no-phones"))
    phone.page.goto(phone.websites.publish("/page", page))
    expect(phone.launcher).to_be_attached()
    expect(phone.launcher).to_be_hidden()
    phone.page.get_by_role("link").click()
    expect(phone.iframe).to_be_visible()


def test_the_launcher_is_shown_on_its_owners_pages_only(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("some-pages", hidden_pages=["/checkout/*"])
    page = html(tag(host.site, key="some-pages"))
    host.page.goto(host.websites.publish("/checkout/pay", page))
    host.page.wait_for_function("() => Boolean(window.LiveChatWidget?._h)")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("history.pushState(null, '', '/thanks')")
    expect(host.launcher).to_be_visible()
    host.page.evaluate("history.pushState(null, '', '/checkout/again')")
    expect(host.launcher).to_have_count(0)


def test_a_page_that_calls_the_chat_gets_it_wherever_it_is(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("called", hidden_pages=["/checkout/*"])
    page = html('<a href="#chat">Ask us</a>' + tag(host.site, key="called"))
    host.page.goto(host.websites.publish("/checkout/pay", page))
    host.page.get_by_role("link").click()
    expect(host.iframe).to_be_visible()


def test_the_launcher_has_the_shape_and_the_icon_its_owner_chose(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("square", launcher_shape="square", launcher_icon="heart")
    page = html(tag(host.site, key="square"))
    host.page.goto(host.websites.publish("/page", page))
    expect(host.launcher).to_have_css("border-radius", "0px")
    expect(host.launcher.locator("path").first).to_have_attribute("d", re.compile("^M12 20"))


def test_where_the_launcher_goes_the_page_may_still_call_the_chat(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("goes", hidden_pages=["/checkout/*"])
    host.listen()
    host.page.goto(host.websites.publish("/shop", html(tag(host.site, key="goes"))))
    host.meet()
    host.page.evaluate("history.pushState(null, '', '/checkout/pay')")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("""() => {
        LiveChatWidget.call("identify", "signed.by.shop");
        LiveChatWidget.call("maximize", { messageDraft: "Is it in stock?" }) }""")
    expect(host.iframe).to_be_visible()
    assert host.expect_to_hear("hello", draft="Is it in stock?")["identity"] == "signed.by.shop"


def test_who_comes_back_to_a_page_without_launcher_finds_their_chat_on_the_next(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("comes", hidden_pages=["/checkout/*"])
    host.listen()
    remember = "<script>localStorage['livechat-widget:comes'] = 'who-i-am'</script>"
    page = html(remember + tag(host.site, key="comes"))
    with host.page.expect_response("**/loader_panel.js*"):
        host.page.goto(host.websites.publish("/checkout/pay", page))
    host.page.evaluate("history.pushState(null, '', '/thanks')")
    host.expect_to_hear("hello", token="who-i-am")
    host.open()
    host.expect_to_hear("visible", visible=True)


def test_a_script_may_insert_the_tag(host: Host) -> None:
    insert = f"""<script>
        const chat = document.createElement("script");
        chat.src = "{host.site.chat_url}/w/demo/embed.js";
        chat.dataset.position = "left";
        document.head.append(chat);
    </script>"""
    host.page.goto(host.websites.publish("/page", html(insert)))
    expect(host.launcher).to_be_visible()
    box = box_at_rest(host.launcher)
    assert box["x"] == 20
