"""What the loader keeps to on a website: its policy, styles, theme, language and moves."""

import pytest
from playwright.sync_api import expect

from tests.e2e.hosts import STRICTEST, Host, tag
from tests.e2e.rig import Console, box_at_rest, html


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


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.night), "dark"])
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


@pytest.mark.night  # by day test_field.py: old libraries
def test_moves_are_noticed_without_the_navigation_api(host: Host) -> None:
    host.page.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined })")
    host.listen()
    host.visit()
    host.open()
    host.page.evaluate("history.pushState(null, '', '/plants')")
    assert host.expect_to_hear("page")["page"]["url"].endswith("/plants")


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
