"""What the panel can do beyond plain talk, as a person meets it."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

from tests.e2e.hosts import Host
from tests.e2e.rig import Chat, Console, OpenShop, Shop, Site, chat_id, wait_for
from tests.sandbox_rig import Agent, Sandbox

AddWidget = Callable[..., None]
NewContext = Callable[..., BrowserContext]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


HAND_OVER = """(element, [how, bytes, text]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  data.items.add(new File([new Uint8Array(bytes)], "leaf.png", { type: "image/png" }));
  const about = { bubbles: true, cancelable: true };
  return !element.dispatchEvent(how === "paste"
    ? new ClipboardEvent("paste", { ...about, clipboardData: data })
    : new DragEvent("drop", { ...about, dataTransfer: data }));
}"""


@pytest.mark.parametrize("lacking", ["", "delete window.Temporal"])
def test_the_customers_clock_is_known(new_context: NewContext, site: Site, lacking: str) -> None:
    """Also to browsers that have no Temporal yet."""
    page = new_context(timezone_id="Asia/Tokyo").new_page()
    page.add_init_script(lacking)
    page.goto(f"{site.chat_url}/w/demo/")
    expect(page.locator("#menu [name=zone]")).to_have_value("Asia/Tokyo")


@pytest.fixture
def fresh(add_widget: AddWidget, page: Page, site: Site) -> Callable[..., Chat]:
    """The panel of a widget nobody has asked anything about: `fresh(connect_early=True)`."""

    def visit(**fields: object) -> Chat:
        key = uuid4().hex
        add_widget(key, **fields)
        page.goto(f"{site.chat_url}/w/{key}/")
        return Chat(page, page)

    return visit


def test_a_picture_can_be_put_into_words_and_sent(talking: Chat, agent: Agent) -> None:
    files = talking.page.locator("#files")
    files.set_input_files({"name": "leaf.png", "mimeType": "image/png", "buffer": PNG})
    words = talking.page.get_by_label("Describe the picture")
    expect(words).to_be_focused()
    words.fill("A yellow leaf")
    words.press("Enter")
    expect(talking.log.get_by_role("link", name="A yellow leaf")).to_be_visible()
    expect(talking.page.locator("#pending > *")).to_have_count(0)


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    panel: Chat, agent: Agent, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"0" * (10 * 1024 * 1024 + 1))
    panel.page.locator("#files").set_input_files(film)
    expect(panel.page.get_by_text("This file is larger than 10 MB.")).to_be_visible()
    panel.page.get_by_role("button", name="Discard").click()
    expect(panel.page.locator("#pending > *")).to_have_count(0)
    assert agent.chats() == []


def test_what_would_be_refused_again_offers_no_retry(panel: Chat, agent: Agent) -> None:
    program: FilePayload = {"name": "SETUP.EXE.", "mimeType": "text/plain", "buffer": b"MZ"}
    panel.page.locator("#files").set_input_files(program)
    expect(panel.page.get_by_text("Programs can't be sent here.")).to_be_visible()
    expect(panel.page.get_by_role("button", name="Discard")).to_be_visible()
    expect(panel.page.get_by_role("button", name="Retry")).to_be_hidden()
    assert agent.chats() == []


def test_a_picture_can_be_dropped(talking: Chat, agent: Agent) -> None:
    talking.composer.evaluate(HAND_OVER, ["drop", [*PNG], ""])
    expect(talking.log.get_by_role("link", name="leaf.png")).to_be_visible()
    expect(talking.page.locator("#pending > *")).to_have_count(0)


def test_an_open_picture_is_closed_by_its_button_although_the_chat_is_closed(
    talking: Chat, agent: Agent
) -> None:
    talking.composer.evaluate(HAND_OVER, ["drop", [*PNG], ""])
    talking.log.get_by_role("link", name="leaf.png").click()
    viewer = talking.page.get_by_role("dialog", name="Pictures")
    expect(viewer.get_by_role("img", name="leaf.png")).to_be_visible()
    talking.page.evaluate("document.dispatchEvent(new CustomEvent('gone'))")
    viewer.get_by_role("button", name="Close").click()
    expect(viewer).to_be_hidden()


def test_a_pasted_picture_is_offered_and_goes_when_it_is_wanted(
    talking: Chat, agent: Agent
) -> None:
    talking.composer.evaluate(HAND_OVER, ["paste", [*PNG], ""])
    send = talking.page.get_by_role("button", name="Send this file")
    expect(send).to_be_visible()
    expect(talking.page.locator("#pending").get_by_role("img", name="leaf.png")).to_be_visible()
    expect(talking.log.get_by_role("link", name="leaf.png")).to_have_count(0)
    send.click()
    expect(talking.log.get_by_role("link", name="leaf.png")).to_be_visible()
    expect(talking.page.locator("#pending > *")).to_have_count(0)


def test_cells_of_a_table_are_pasted_as_text(talking: Chat) -> None:
    """Spreadsheets put a picture of the cells beside their text."""
    talking.composer.focus()
    prevented = talking.composer.evaluate(HAND_OVER, ["paste", [*PNG], "Price\t10"])
    assert not prevented, "the browser inserts the text"
    expect(talking.page.locator("#pending > *")).to_have_count(0)


def test_a_selected_word_is_dragged_into_the_composer(talking: Chat, agent: Agent) -> None:
    word = talking.messages("customer").locator(".bubble")
    word.select_text()
    word.drag_to(talking.composer)
    expect(talking.composer).to_have_value("Hello")


def test_a_dropped_folder_is_told_apart_from_files(
    talking: Chat, agent: Agent, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    box = talking.page.locator("main").bounding_box()
    assert box
    cdp = talking.page.context.new_cdp_session(talking.page)
    data = {"items": [], "files": [str(tmp_path / "photos")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 50, "y": box["y"] + 50}
        cdp.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    expect(talking.page.get_by_text("Folders can't be sent.")).to_be_visible()
    expect(talking.page.get_by_role("button", name="Retry")).to_have_count(0)


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(
    talking: Chat, agent: Agent, console: Console
) -> None:
    console.expect("Upload cancelled")
    cdp = talking.page.context.new_cdp_session(talking.page)
    cdp.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    cdp.send("Network.emulateNetworkConditions", slow)
    film: FilePayload = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"0" * 4_000_000}
    talking.page.locator("#files").set_input_files(film)
    progress = talking.page.get_by_role("progressbar", name="Upload")
    expect(progress).not_to_have_js_property("value", 0)
    assert progress.evaluate("element => element.value") < 1
    talking.page.get_by_role("button", name="Cancel").click()
    expect(talking.page.locator("#pending > *")).to_have_count(0)
    talking.send("Then without a film")
    expect(talking.messages("customer").last).to_contain_text("Then without a film")
    assert [e["type"] for e in agent.chat(chat_id(agent))["thread"]["events"]].count("file") == 0


def test_a_quick_reply_answers_and_goes(talking: Chat, agent: Agent) -> None:
    button = {"text": "Yes, thanks", "type": "message", "value": "y", "postback_id": "y"}
    element = {"title": "Did that help?", "buttons": [button | {"user_ids": []}]}
    agent.send_event(
        chat_id(agent),
        {"type": "rich_message", "template_id": "quick_replies", "elements": [element]},
    )
    talking.log.get_by_role("button", name="Yes, thanks").click()
    expect(talking.messages("customer")).to_contain_text(["Hello", "Yes, thanks"])
    expect(talking.log.get_by_role("button", name="Yes, thanks")).to_be_hidden()


def test_a_chat_is_rated_and_the_rating_stays(talking: Chat, agent: Agent) -> None:
    talking.end()
    good = talking.page.get_by_role("button", name="Good", exact=True)
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    talking.page.get_by_role("textbox", name="Comment").fill("Quick!")
    talking.page.get_by_role("button", name="Add comment").click()
    expect(talking.log).to_contain_text("Quick!")
    talking.page.reload()
    expect(good).to_have_attribute("aria-pressed", "true")


def test_a_chat_is_rated_while_it_goes_on(talking: Chat) -> None:
    good = talking.page.get_by_role("button", name="Good", exact=True)
    expect(good).to_be_hidden()
    talking.page.get_by_role("button", name="More").click()
    talking.page.get_by_role("button", name="Rate this chat").click()
    expect(good).to_be_focused()
    good.press("Enter")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(talking.page.get_by_role("button", name="End chat")).to_be_visible()


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


def test_the_prechat_form_comes_first(
    fresh: Callable[..., Chat], sandbox: Sandbox, agent: Agent
) -> None:
    sandbox.settings(forms={"prechat": True})
    panel = fresh()
    start = panel.page.get_by_role("button", name="Start the chat")
    start.click()
    expect(panel.page.get_by_text("This field is required.")).to_be_visible()
    panel.page.get_by_label("Your e-mail").fill("nora@example.com")
    expect(panel.composer).to_be_hidden()
    start.click()
    expect(panel.log).to_contain_text("nora@example.com")
    expect(panel.composer).to_be_visible()


def test_who_has_told_the_owner_who_they_are_is_not_asked_again(fresh: Callable[..., Chat]) -> None:
    panel = fresh(ask_first="both")
    name = panel.page.get_by_label("Your name")
    name.fill("Nora")
    panel.page.locator("#email").fill("nora@example.com")
    panel.page.get_by_role("button", name="Start the chat").click()
    expect(panel.composer).to_be_focused()
    panel.page.reload()
    expect(panel.live).to_be_visible()
    expect(panel.composer).to_be_visible()
    expect(name).to_be_hidden()


def test_the_survey_follows_the_end(talking: Chat, sandbox: Sandbox, agent: Agent) -> None:
    sandbox.settings(forms={"postchat": True})
    talking.end()
    talking.page.get_by_label("Anything else?").fill("All good")
    talking.page.get_by_role("button", name="Submit answers").click()
    expect(talking.page.get_by_text("Thank you for your answers.")).to_be_visible()
    expect(talking.log).to_contain_text("All good")


def test_an_opener_is_sent_as_it_stands(
    page: Page, site: Site, sandbox: Sandbox, add_widget: Callable[..., None]
) -> None:
    add_widget("inviting", openers="Where is my order?\nDo you ship to Norway?")
    page.goto(f"{site.chat_url}/w/inviting/")
    page.get_by_role("group", name="Begin with").get_by_role("button").last.click()
    chat = Chat(page, page)
    expect(chat.messages("customer")).to_contain_text(["Do you ship to Norway?"])
    expect(chat.composer).to_be_focused()


def test_when_nobody_is_there_a_message_can_be_left(
    everybody_leaves: Callable[[], None],
    fresh: Callable[..., Chat],
    sandbox: Sandbox,
    agent: Agent,
) -> None:
    everybody_leaves()
    sandbox.settings(forms={"ticket": False})
    panel = fresh()
    expect(panel.page.get_by_text("Nobody is here right now")).to_be_visible()
    panel.send("Please call me back")
    expect(panel.messages("customer")).to_contain_text(["Please call me back"])


def test_earlier_chats_load_when_one_scrolls_up(talking: Chat, agent: Agent) -> None:
    for number in range(40):
        agent.send(chat_id(agent), f"Message {number}\n" * 3)
    expect(talking.messages("agent")).to_have_count(40)
    talking.end()
    expect(talking.page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    talking.send("Again")
    expect(talking.messages("customer")).to_have_count(2)
    for number in range(30):
        agent.send(chat_id(agent), f"Newer {number}\n" * 3)
    expect(talking.messages("agent")).to_have_count(70)
    talking.page.reload()
    expect(talking.log).to_contain_text("Newer 29")
    talking.read_back_to(talking.messages("agent").filter(has_text="Message 0"))
    expect(talking.messages("agent")).to_have_count(70)
    expect(talking.log.locator(".thread").first).to_contain_text("Message 0")


def test_what_one_sends_is_in_view_though_one_had_scrolled_up(talking: Chat, agent: Agent) -> None:
    agent.send(agent.chats()[0]["id"], "Another line.\n" * 20)
    expect(talking.messages("agent").last).to_contain_text("Another line.")
    talking.panel.locator("#scroll").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    to_end = talking.panel.locator("#to-end")
    expect(to_end).to_be_visible()
    talking.send("I see")
    expect(talking.panel.get_by_text("I see")).to_be_in_viewport()
    expect(to_end).to_be_hidden()


def test_unread_messages_are_counted_on_the_launcher(shop: Shop, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    expect(shop.iframe).to_be_hidden()
    agent.send(chat_id(agent), "Are you still there?")
    expect(shop.page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    shop.page.get_by_role("button", name="Open chat").click()
    expect(shop.page.get_by_role("button", name="unread")).to_have_count(0)


def test_new_messages_are_set_apart_in_words(shop: Shop, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    agent.send(chat_id(agent), "Are you still there?")
    expect(shop.page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    shop.page.get_by_role("button", name="Open chat").click()
    words = chat.messages("agent").last.evaluate("e => getComputedStyle(e, '::before').content")
    assert words == '"New messages"'


# The website's page is busy when the panel wants to be closed.
CLOSE_LATE = """
addEventListener("message", function hold(event) {
  if (event.data?.chat !== "close") return;
  removeEventListener("message", hold, true);
  event.stopImmediatePropagation();
  const { data, origin, source } = event;
  window.closeNow = () => dispatchEvent(new MessageEvent("message", { data, origin, source }));
}, true);
"""


def test_what_comes_while_the_page_is_slow_to_close_the_chat_is_unread(
    page: Page, open_shop: OpenShop, agent: Agent
) -> None:
    page.add_init_script(CLOSE_LATE)  # before the loader listens
    shop = open_shop(page)
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    agent.send(chat_id(agent), "Unseen")
    expect(chat.messages("agent")).to_have_count(1)
    wait_for(page, lambda: page.evaluate("'closeNow' in window"))
    page.evaluate("closeNow()")
    expect(page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    assert seen_up_to(agent) < last_event(agent)


def test_the_agent_learns_what_is_read_only_once_it_is_on_screen(shop: Shop, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    agent.send(chat_id(agent), "Unseen")
    expect(shop.page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    assert seen_up_to(agent) < last_event(agent)
    shop.page.get_by_role("button", name="Open chat").click()
    expect(shop.page.get_by_role("button", name="unread")).to_have_count(0)
    wait_for(shop.page, lambda: seen_up_to(agent) == last_event(agent))


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


def test_a_header_without_an_agent_says_when_everybody_has_left(
    everybody_leaves: Callable[[], None], fresh: Callable[..., Chat]
) -> None:
    panel = fresh(connect_early=True)
    expect(panel.page.get_by_text("We are here for you")).to_be_visible()
    expect(panel.live).to_be_visible()
    everybody_leaves()
    expect(panel.page.get_by_text("Nobody is here right now")).to_be_visible()
    expect(panel.page.get_by_text("Write to us all the same")).to_be_visible()


def seen_up_to(agent: Agent) -> str:
    """How far the customer has read, as LiveChat tells the agent."""
    users = agent.chat(chat_id(agent))["users"]
    seen: str = next(u["events_seen_up_to"] for u in users if u["type"] == "customer")
    return seen


def last_event(agent: Agent) -> str:
    created_at: str = agent.chat(chat_id(agent))["thread"]["events"][-1]["created_at"]
    return created_at


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


@pytest.mark.parametrize("width", [320, 375, 1280])
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
