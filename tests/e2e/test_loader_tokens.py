"""The customer's token stays with the website, and comes back to the panel only."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.hosts import Host
from tests.e2e.rig import wait_for


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


# The page is busy: the panel does not come by itself. Before its address is followed, a frame has
# the storage of the page around it.
NEVER_IDLE = """
if (window === top) localStorage["livechat-widget:demo"] = "who-i-was";
window.requestIdleCallback = () => {};
"""
LOG_OUT_ELSEWHERE = "localStorage.clear()"
SIGN_IN = "LiveChatWidget.call('identify', 'signed')"


@pytest.mark.parametrize(
    ("first", "then", "identity"),
    [(LOG_OUT_ELSEWHERE, SIGN_IN, "signed"), (SIGN_IN, LOG_OUT_ELSEWHERE, None)],
    ids=["signed in after it", "signed in before it"],
)
def test_a_logout_in_another_tab_is_of_whoever_was_signed_in_then(
    host: Host, first: str, then: str, identity: str | None
) -> None:
    """Also where this page had no panel yet to hear of it."""
    host.page.add_init_script(NEVER_IDLE)
    host.listen()
    host.visit()
    host.page.wait_for_function("window.LiveChatWidget")
    for script in (first, then):
        host.page.evaluate(script)
    host.open()
    assert host.expect_to_hear("hello", token=None)["identity"] == identity


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
