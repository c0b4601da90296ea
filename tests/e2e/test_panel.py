"""What the panel can do beyond plain talk, as a person meets it."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.e2e.hosts import Host
from tests.e2e.rig import Chat, Console, OpenShop, Shop, Site, chat_id
from tests.sandbox_rig import Agent, Sandbox

AddWidget = Callable[..., None]
NewContext = Callable[..., BrowserContext]


@pytest.mark.parametrize(
    "lacking", ["", pytest.param("delete window.Temporal", marks=pytest.mark.night)]
)
def test_the_customers_clock_is_known(new_context: NewContext, site: Site, lacking: str) -> None:
    """Also to browsers that have no Temporal yet."""
    page = new_context(timezone_id="Asia/Tokyo").new_page()
    page.add_init_script(lacking)
    page.goto(f"{site.chat_url}/w/demo/")
    expect(page.locator("#menu [name=zone]")).to_have_value("Asia/Tokyo")


def test_an_emoji_is_picked_by_keyboard_and_stands_at_the_cursor(panel: Chat) -> None:
    keyboard = panel.page.keyboard
    panel.composer.fill("Thanks!")
    panel.composer.press("ArrowLeft")
    panel.page.get_by_role("button", name="Insert an emoji").press("Enter")
    expect(panel.page.get_by_role("button", name="😀")).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(panel.composer).to_be_focused()
    expect(panel.composer).to_have_value("Thanks🥰!")


@pytest.mark.night  # a detail
def test_escape_closes_the_emoji_and_leaves_the_chat_open(shop: Shop) -> None:
    chat = shop.open_chat()
    emoji = chat.panel.get_by_role("dialog", name="Emoji")
    chat.panel.get_by_role("button", name="Insert an emoji").click()
    expect(emoji).to_be_visible()
    shop.page.keyboard.press("Escape")
    expect(emoji).to_be_hidden()
    expect(chat.composer).to_be_visible()


def test_without_the_feature_there_are_no_emoji(fresh: Callable[..., Chat]) -> None:
    panel = fresh(emoji=False)
    expect(panel.composer).to_be_visible()
    expect(panel.page.get_by_role("button", name="Insert an emoji")).to_have_count(0)


def test_a_message_changes_with_its_properties(talking: Chat, agent: Agent) -> None:
    event_id = agent.send(chat_id(agent), "Guten Tag")
    expect(talking.messages("agent")).to_contain_text(["Guten Tag"])
    agent.call(
        "update_event_properties",
        chat_id=chat_id(agent),
        thread_id=event_id.rpartition("_")[0],
        event_id=event_id,
        properties={"translation": {"target_message": "Good day"}},
    )
    expect(talking.messages("agent")).to_contain_text(["Good day"])


def test_the_website_learns_the_customer_s_name_and_that_everybody_left(
    everybody_leaves: Callable[[], None], shop: Shop, agent: Agent
) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    customer = next(u for u in agent.chat(chat_id(agent))["users"] if u["type"] == "customer")
    agent.call("update_customer", id=customer["id"], name="Nora", email="nora@example.com")
    shop.page.wait_for_function(
        "() => LiveChatWidget.get('customer_data').name === 'Nora'"
        " && LiveChatWidget.get('customer_data').email === 'nora@example.com'"
    )
    everybody_leaves()
    shop.page.wait_for_function("() => LiveChatWidget.get('state').availability === 'offline'")


@pytest.mark.night  # by day the website learns it: the test above
def test_a_header_without_an_agent_says_when_everybody_has_left(
    everybody_leaves: Callable[[], None], fresh: Callable[..., Chat]
) -> None:
    panel = fresh(connect_early=True)
    expect(panel.page.get_by_text("We are here for you")).to_be_visible()
    expect(panel.live).to_be_visible()
    everybody_leaves()
    expect(panel.page.get_by_text("Nobody is here right now")).to_be_visible()
    expect(panel.page.get_by_text("Write to us all the same")).to_be_visible()


def test_who_asks_to_be_forgotten_meets_an_empty_panel(talking: Chat) -> None:
    talking.page.get_by_role("button", name="More").click()
    talking.page.get_by_text("Forget me").click()
    talking.page.get_by_role("button", name="Delete my details").click()
    expect(talking.page.get_by_text("Your details are deleted from this chat.")).to_be_visible()
    expect(talking.page.get_by_role("heading", name="Hello!")).to_be_visible()
    expect(talking.messages("customer")).to_have_count(0)
    assert talking.page.evaluate("localStorage.getItem('livechat-widget:demo')") is None


def test_what_is_sent_again_has_the_id_it_had(talking: Chat, console: Console) -> None:
    console.expect("Failed to load resource")
    console.expect("Failed to fetch")
    sent = []

    def lose_the_first(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data or ""))
        if len(sent) == 1:
            route.abort()
        else:
            route.continue_()

    talking.page.route("**/rating", lose_the_first)
    talking.page.get_by_role("button", name="More").click()
    talking.page.get_by_role("button", name="Rate this chat").click()
    good = talking.page.get_by_role("button", name="Good", exact=True)
    with talking.page.expect_event("requestfailed"):
        good.click()
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "false")
    first, again, another = sent
    assert first["custom_id"] == again["custom_id"] != another["custom_id"]
    assert [each["attempt"] for each in sent] == [["0"], ["1"], ["0"]]


def test_the_transcript_can_be_downloaded(talking: Chat) -> None:
    talking.page.get_by_role("button", name="More").click()
    with talking.page.expect_download() as download:
        talking.page.get_by_role("button", name="Download transcript").click()
    assert "Hello" in download.value.path().read_text()


@pytest.mark.night  # rare
def test_a_link_to_a_transcript_that_fails_leaves_the_panel_where_it_is(
    talking: Chat, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503, method="list_threads")
    talking.composer.fill("Not finished yet")
    talking.page.get_by_role("button", name="More").click()
    with talking.page.expect_response("**/transcript?*") as answer:
        talking.page.get_by_role("button", name="Download transcript").click()
    assert answer.value.status == 204
    expect(talking.composer).to_have_value("Not finished yet")


def test_a_greeting_is_taken_up(fresh: Callable[..., Chat], sandbox: Sandbox) -> None:
    sandbox.settings(greetings={"1": True})
    panel = fresh(connect_early=True)
    panel.page.get_by_role("button", name="Reply").click()
    expect(panel.page.get_by_role("button", name="Reply")).to_have_count(0)
    expect(panel.composer).to_be_focused()


def test_the_whole_panel_works_by_keyboard(panel: Chat, agent: Agent) -> None:
    page = panel.page
    expect(panel.composer).to_be_focused()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(panel.messages("customer")).to_contain_text(["By keyboard"])
    end = page.get_by_role("button", name="End chat")
    expect(end).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if end.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep chatting")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    expect(panel.composer).to_be_focused()


def test_enter_that_ends_a_composition_does_not_send(panel: Chat) -> None:
    cdp = panel.page.context.new_cdp_session(panel.page)
    panel.composer.focus()
    cdp.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    key = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    expect(panel.page.locator("#pending > *")).to_have_count(0)
    cdp.send("Input.insertText", {"text": "日本"})
    expect(panel.composer).to_have_value("日本")
    panel.composer.press("Enter")
    expect(panel.messages("customer")).to_contain_text(["日本"])


def test_escape_that_ends_a_composition_does_not_close_the_chat(shop: Shop, host: Host) -> None:
    """In Safari the composition has ended by then, and only the code says so."""
    chat = shop.open_chat()
    expect(chat.composer).to_be_focused()
    cdp = shop.page.context.new_cdp_session(shop.page)
    key = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 229}
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    host.catch_up()
    expect(shop.iframe).to_be_visible()


@pytest.mark.parametrize(
    "width", [320, *(pytest.param(each, marks=pytest.mark.night) for each in (375, 1280))]
)
def test_nothing_is_wider_than_the_screen(panel: Chat, agent: Agent, width: int) -> None:
    panel.page.set_viewport_size({"width": width, "height": 600})
    panel.send("wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww")
    expect(panel.messages("customer")).to_have_count(1)
    assert panel.page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth"
        " && document.getElementById('scroll').scrollWidth <= innerWidth"
    )


def test_a_draft_stands_in_every_tab_until_it_is_sent(
    open_shop: OpenShop, new_context: NewContext
) -> None:
    context = new_context()
    here, there = [open_shop(context.new_page()).open_chat() for _ in range(2)]
    here.composer.press_sequentially("Half a thou")
    expect(there.composer).to_have_value("Half a thou")
    there.composer.press("End")
    there.composer.press_sequentially("ght")
    expect(here.composer).to_have_value("Half a thought")
    late = open_shop(context.new_page())
    third = late.chat if late.iframe.is_visible() else late.open_chat()
    expect(third.composer).to_have_value("Half a thought")
    there.composer.press("Enter")
    for tab in (here, third):
        expect(tab.composer).to_have_value("")
