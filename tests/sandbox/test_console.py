"""The agents' console in a real browser, with a customer on the other side."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from websockets.sync.client import connect

from tests.e2e.rig import chromium as chromium_path
from tests.sandbox.clients import Customer, Rtm
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Sandbox


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(
        executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"]
    )
    yield running
    running.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on which any complaint of the browser, also about the policy, fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def chat_id(customer: Customer) -> str:
    customer.call("update_customer", name="Nora Lind", email="nora@shop.example")
    return customer.start("Has my parcel left?")[0]


def open_desk(page: Page, sandbox: Sandbox, agent: Agent, chat_id: str = "") -> None:
    page.goto(f"{sandbox.url}/?agent={agent.id}&chat={chat_id}")
    page.locator("body[data-live=open]").wait_for()


@pytest.fixture
def desk(page: Page, sandbox: Sandbox, agent: Agent, chat_id: str) -> Page:
    """Piotr's desk with Nora's chat on it."""
    open_desk(page, sandbox, agent, chat_id)
    return page


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def reply(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Reply")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_a_new_chat_appears_in_the_list_and_opens(
    page: Page, sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    open_desk(page, sandbox, agent)
    customer.call("update_customer", name="Nora Lind")
    customer.start("Has my parcel left?")
    page.get_by_role("navigation", name="Chats").get_by_role("link", name="Nora Lind").click()
    expect(log(page)).to_contain_text("Has my parcel left?")


def test_enter_sends_the_reply_and_empties_the_box(
    desk: Page, customer: Customer, chat_id: str
) -> None:
    reply(desk).fill("It leaves today.")
    reply(desk).press("Enter")
    expect(log(desk)).to_contain_text("It leaves today.")
    expect(reply(desk)).to_have_value("")
    assert customer.thread(chat_id)["events"][-1]["text"] == "It leaves today."


def test_each_event_stands_once_under_its_id(desk: Page, customer: Customer, chat_id: str) -> None:
    event_id = customer.send(chat_id, "Hello?")
    expect(desk.locator(f"[id='event-{event_id}']")).to_have_count(1)
    expect(desk.locator(f"[id='event-{event_id}']")).to_contain_text("Hello?")


def test_the_customer_sees_that_the_agent_types(desk: Page, rtm: Rtm) -> None:
    reply(desk).press_sequentially("It")
    assert rtm.next("incoming_typing_indicator")["typing_indicator"]["is_typing"]


def test_the_agent_sees_what_the_customer_is_typing(
    desk: Page, customer: Customer, chat_id: str
) -> None:
    customer.call("send_sneak_peek", chat_id=chat_id, sneak_peek_text="And could you")
    expect(desk.get_by_role("status")).to_contain_text("And could you")


def test_the_page_the_customer_is_on_is_shown_as_it_changes(desk: Page, rtm: Rtm) -> None:
    rtm.call("update_customer_page", url="https://shop.example/cart", title="Your cart")
    expect(desk.get_by_role("complementary", name="Customer")).to_contain_text("Your cart")


def test_reading_marks_the_customers_messages_as_seen(
    desk: Page, customer: Customer, chat_id: str, rtm: Rtm, agent: Agent
) -> None:
    customer.send(chat_id, "Hello?")
    assert rtm.next("events_marked_as_seen")["user_id"] == agent.opaque_id


def test_a_chat_is_closed_and_resumed(desk: Page, rtm: Rtm) -> None:
    button(desk, "Close chat").click()
    expect(log(desk)).to_contain_text("Piotr ended the chat")
    button(desk, "Resume chat").click()
    expect(reply(desk)).to_be_visible()
    assert rtm.next("chat_deactivated")
    assert rtm.next("incoming_chat")["chat"]["thread"]["active"]


def test_a_streamed_reply_grows_and_stands_once(desk: Page, rtm: Rtm) -> None:
    desk.get_by_label("Stream").check()
    reply(desk).fill("It leaves our warehouse today at noon.")
    button(desk, "Send").click()
    first = rtm.next("incoming_event_preview")["event"]
    final = rtm.next("incoming_event")["event"]
    assert final["text"].startswith(first["text"])
    assert final["custom_id"] == first["custom_id"]


def test_a_note_is_for_agents_only(desk: Page, customer: Customer, chat_id: str) -> None:
    desk.get_by_label("Note").check()
    reply(desk).fill("A difficult one")
    button(desk, "Send").click()
    expect(log(desk)).to_contain_text("only agents see this")
    assert customer.thread(chat_id)["events"][-1]["text"] == "Has my parcel left?"


def test_a_rich_message_is_composed_in_the_editor(
    desk: Page, customer: Customer, chat_id: str
) -> None:
    button(desk, "Rich message").click()
    editor = desk.get_by_role("dialog", name="Rich message")
    editor.get_by_label("Template").select_option("quick_replies")
    editor.get_by_label("Title").first.fill("When should it come?")
    editor.get_by_placeholder("Button").first.fill("In the morning")
    editor.get_by_role("button", name="Send rich message").click()
    expect(log(desk)).to_contain_text("In the morning")
    expect(editor).to_be_hidden()
    event = customer.thread(chat_id)["events"][-1]
    assert event["template_id"] == "quick_replies"
    assert event["elements"][0]["buttons"][0]["text"] == "In the morning"


@pytest.mark.night  # by day over the API
def test_a_canned_reply_lands_in_the_box(desk: Page) -> None:
    desk.get_by_title("Canned replies").click()
    button(desk, "Let me look that up for you.").click()
    expect(reply(desk)).to_have_value("Let me look that up for you.")


def test_a_file_is_sent(desk: Page, customer: Customer, chat_id: str) -> None:
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"A plan"}
    desk.get_by_label("Attach files").set_input_files(plan)  # type: ignore[arg-type]
    expect(log(desk)).to_contain_text("plan.txt")
    assert customer.thread(chat_id)["events"][-1]["name"] == "plan.txt"


@pytest.mark.night  # by day over the API
def test_a_chat_is_tagged_and_untagged(desk: Page, agent: Agent, chat_id: str) -> None:
    desk.get_by_label("New tag").fill("delivery")
    button(desk, "Add").click()
    remove = desk.get_by_role("button", name="Remove delivery")
    expect(remove).to_be_visible()
    assert agent.chat(chat_id)["thread"]["tags"] == ["delivery"]
    remove.click()
    expect(remove).to_be_hidden()


@pytest.mark.night  # by day over the API
def test_a_chat_is_transferred_to_another_agent(desk: Page, agent: Agent, chat_id: str) -> None:
    desk.get_by_text("Transfer chat").locator("..").click()
    desk.get_by_role("button", name=re.compile("^Maria")).click()
    expect(log(desk)).to_contain_text("Piotr transferred the chat to Maria")
    expect(button(desk, "Join chat")).to_be_visible()


def test_a_waiting_chat_is_picked_from_the_queue(
    page: Page, sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    sandbox.settings(max_chats={agent.id: 1})
    Customer(sandbox).start("First")
    waiting, _ = customer.start("Second")
    open_desk(page, sandbox, agent, waiting)
    button(page, "Pick from the queue").click()
    expect(reply(page)).to_be_visible()


@pytest.mark.night  # by day over the API
def test_the_agents_status_is_set(desk: Page, customer: Customer) -> None:
    button(desk, "Offline").click()
    expect(button(desk, "Offline")).to_have_attribute("aria-pressed", "true")
    assert customer.call("list_group_statuses", all=True)["groups_status"]["0"] == "offline"


@pytest.mark.night  # by day over the API
def test_the_bot_is_switched_on(desk: Page, agent: Agent) -> None:
    switch = desk.get_by_role("switch", name="Robin answers first")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")


@pytest.mark.night  # by day over the API
def test_a_ban_closes_the_chat(desk: Page, rtm: Rtm) -> None:
    desk.on("dialog", lambda dialog: dialog.accept())
    button(desk, "Ban").click()
    expect(log(desk)).to_contain_text("banned the customer")
    assert rtm.farewell()["reason"] == "customer_banned"


@pytest.mark.night  # by day over the API
def test_two_agents_stand_side_by_side(page: Page, sandbox: Sandbox, chat_id: str) -> None:
    agents = [each["email"] for each in sandbox.config["agents"][:2]]
    page.goto(f"{sandbox.url}/sandbox/console?agent={agents[0]}&agent={agents[1]}")
    for name in ("Piotr", "Maria"):
        frame = page.frame_locator(f"iframe[title={name}]")
        expect(frame.get_by_role("navigation", name="Chats")).to_contain_text("Nora Lind")


def test_a_deleted_chat_leaves_the_list_of_the_desk_it_is_on(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    chat_id, thread_id = customer.start("Hello?")
    customer.call("deactivate_chat", id=chat_id)
    address = f"/sandbox/console/ws?agent={agent.id}&chat={chat_id}"
    headers = {"Origin": sandbox.url}
    with connect(sandbox.ws_url + address, additional_headers=headers, compression=None) as socket:
        assert chat_id in str(socket.recv(REQUEST_LIMIT))
        sandbox.control("deletions", {"chat_id": chat_id, "thread_id": thread_id})
        while chat_id in str(socket.recv(REQUEST_LIMIT)):
            """What was sent before the deletion."""


def test_another_sites_form_is_refused(sandbox: Sandbox, agent: Agent) -> None:
    answer = sandbox.http.post(
        f"{sandbox.url}/sandbox/console/{agent.id}/status",
        data={"status": "offline"},
        headers={"Sec-Fetch-Site": "cross-site"},
        timeout=REQUEST_LIMIT,
    )
    assert answer.status_code == 403


def test_an_agent_allows_an_app_and_goes_back_to_it(page: Page, sandbox: Sandbox) -> None:
    """The app is another site, so that the page's policy is put to the test as well."""
    app = sandbox.url.replace("localhost", "127.0.0.1") + "/healthz"
    wish = {
        "response_type": "code",
        "client_id": sandbox.config["client_id"],
        "redirect_uri": app,
        "state": "mine",
    }
    page.goto(f"{sandbox.url}/?{urlencode(wish)}")
    expect(page.get_by_role("button")).to_have_count(1)
    page.get_by_label("Sign in as").select_option("Maria")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(re.compile(re.escape(app) + r"\?code=[^&]+&state=mine$"))
