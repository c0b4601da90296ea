"""Pictures, cards and small applications, and answers while they are written, in a real browser."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.rig import Chat, Console, Site, box_at_rest, html
from tests.sandbox_rig import Agent

BOLD = {"chats": {"formatting": "commonmark"}}
# What @livechat/moments-sdk 1.12 does in a frame, in short.
MOMENT = """<button id="ask">Ask</button><script>
let shaken, request = 0;
const reply = (message, result) => parent.postMessage(
  { ...message, type: "response", data: { error: false, result } }, shaken);
window.call = (method, ...args) => parent.postMessage(
  { ...window.hello, type: "call", request: request++, data: { method, args } }, shaken);
addEventListener("message", ({ data, origin }) => {
  if (!data["@@livechat/postmessenger"]) return;
  shaken = origin;
  const about = { title: "Choose a time", isFragile: true };
  if (data.type === "handshake") reply(data, { "@@livechat/4way": true, data: about });
  if (data.type === "handshake") window.hello = data;
  if (data.type === "handshake_echo") { reply(data, null); document.body.dataset.ready = ""; }
});
</script>"""


def test_a_picture_opens_in_place_and_gives_the_focus_back(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    page.goto(f"{site.chat_url}/gallery/files/")
    picture = page.locator("a.picture").first
    picture.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Pictures")
    expect(viewer.get_by_role("img", name="A yellow leaf")).to_be_visible()
    expect(viewer.get_by_role("button", name="Next picture")).to_be_disabled()
    viewer.locator(".stage").dblclick()
    expect(viewer.get_by_role("img")).to_have_attribute(
        "style", "transform: translate(0px, 0px) scale(2.5);"
    )
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(picture).to_be_focused()


def test_cards_are_turned_by_arrows_and_keys(page: Page, site: Site) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site.chat_url}/gallery/rich/")
    cards = page.get_by_role("group", name="Cards").first
    back, on = (page.get_by_role("button", name=f"{way} card") for way in ("Previous", "Next"))
    expect(back).to_be_disabled()
    on.click()
    expect(back).to_be_enabled()
    cards.focus()
    page.keyboard.press("End")
    expect(on).to_be_disabled()
    expect(page.locator(".turning i").last).to_have_class("here")
    page.keyboard.press("Home")
    expect(back).to_be_disabled()


def serve_moment(route: Route) -> None:
    route.fulfill(body=html(MOMENT), content_type="text/html")


def test_a_moment_opens_above_the_chat_and_asks_before_it_closes(
    panel: Chat, agent: Agent, page: Page, console: Console
) -> None:
    page.route("https://moment.example/**", serve_moment)
    panel.send("When can you come?")
    expect(panel.messages("customer")).to_have_count(1)
    button = {"text": "Choose", "type": "webview", "value": "https://moment.example/"}
    button |= {"postback_id": "time", "webview_height": "compact"}
    element = {"title": "When?", "buttons": [button | {"user_ids": []}]}
    rich = {"type": "rich_message", "template_id": "cards", "elements": [element]}
    agent.send_event(agent.chats()[0]["id"], rich)
    page.get_by_role("link", name="Choose").click()
    moment = page.get_by_role("dialog").filter(has=page.locator("iframe"))
    expect(moment.get_by_role("heading", name="Choose a time")).to_be_visible()
    frame = next(frame for frame in page.frames if "moment.example" in frame.url)
    frame.wait_for_selector("body[data-ready]")
    frame.evaluate("call('sendMessage', { text: 'On Tuesday' })")
    expect(panel.messages("customer").last).to_contain_text("On Tuesday")
    page.keyboard.press("Escape")
    moment.get_by_role("button", name="Stay").click()
    expect(moment).to_be_visible()
    moment.get_by_role("button", name="Close").first.click()
    moment.get_by_role("alertdialog").get_by_role("button", name="Close").click()
    expect(moment).to_have_count(0)
    expect(page.get_by_role("link", name="Choose")).to_be_focused()


def test_an_answer_stands_still_while_it_is_written_and_is_heard_in_sentences(
    panel: Chat, agent: Agent, page: Page
) -> None:
    panel.send("Has my parcel left?")
    expect(panel.messages("customer")).to_have_count(1)
    chat_id = agent.chats()[0]["id"]
    about = {"type": "message", "custom_id": "answer-1", "properties": BOLD}
    parts = [
        "It **le",
        "It **left** on Tuesday. You",
        "It **left** on Tuesday. You can `track` it.",
    ]
    bubble, spoken = panel.log.locator("#preview .bubble"), page.locator("#spoken")
    for part, shown, heard in zip(
        parts,
        ["It le", "It left on Tuesday. You", "You can track it."],
        ["", "It left on Tuesday. ", "It left on Tuesday. "],
        strict=True,
    ):
        agent.call("send_event_preview", chat_id=chat_id, event=about | {"text": part})
        expect(bubble).to_contain_text(shown)
        expect(spoken).to_have_text(heard)
    top = box_at_rest(bubble)
    agent.send_event(chat_id, about | {"text": parts[-1]})
    answer = panel.messages("agent").locator(".bubble").filter(has_text="track it")
    expect(page.locator("#preview .bubble")).to_have_count(0)
    assert box_at_rest(answer) == pytest.approx(top, abs=2)
    expect(spoken).to_have_text("You can track it.")


def test_days_are_called_as_people_call_them(panel: Chat, agent: Agent, page: Page) -> None:
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=1))
    panel.send("Hello")
    first = panel.messages("customer").first
    expect(first).to_have_attribute("data-starts-day", "Yesterday")


def test_a_message_of_one_s_own_goes_from_every_tab(panel: Chat, agent: Agent) -> None:
    panel.send("My card is 1234")
    own = panel.messages("customer")
    expect(own).to_contain_text(["1234"])
    own.get_by_label("What to do with this message").click()
    own.get_by_role("button", name="Delete this message").click()
    expect(own).to_have_count(0)
    expect(panel.composer).to_be_focused()
