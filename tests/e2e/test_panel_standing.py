"""When the connection is found again, what is typed, open or read stays, and what is new shows."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.e2e.rig import Chat, Console, Site, begin, chat_id, wait_for
from tests.sandbox_rig import Agent, Sandbox

ADDRESS = {"type": "email", "id": "1", "label": "Your e-mail address"}
FORM = {"type": "form", "form_id": "7", "form_type": "ask_for_email", "fields": [ADDRESS]}

# First the chat as it is now, then that this is all.
COUNT_SHOWN = """window.shown = 0;
document.addEventListener("shown", () => window.shown++);"""


class Line:
    """The panel's way to the server. Sockets that were opened before it was lost hear nothing."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.opened = self.lost = 0
        page.route_web_socket("**/socket", self.open)

    def open(self, socket: WebSocketRoute) -> None:
        self.opened += 1
        number = self.opened

        def pass_on(message: str | bytes) -> None:
            if number > self.lost:
                socket.send(message)

        socket.connect_to_server().on_message(pass_on)

    def lose(self) -> None:
        self.lost = self.opened

    def find(self) -> None:
        """The panel opens another socket, as in another network, and shows what it hears."""
        self.lose()
        self.page.evaluate(COUNT_SHOWN)
        self.page.evaluate("dispatchEvent(new Event('online'))")
        wait_for(self.page, lambda: self.page.evaluate("shown > 1"))


@pytest.fixture
def line(page: Page) -> Line:
    return Line(page)


@pytest.fixture
def chat(line: Line, page: Page, site: Site, sandbox: Sandbox) -> Chat:
    """Somebody has said hello in a tab of its own."""
    page.goto(f"{site.chat_url}/w/demo/")
    chat = Chat(page, page)
    begin(chat)
    return chat


def place_of(event_id: str) -> dict[str, str]:
    """As the methods that change an event ask for it."""
    return {"thread_id": event_id.rpartition("_")[0], "event_id": event_id}


def lose_and_find(line: Line, chat: Chat, agent: Agent) -> None:
    """What an agent says then shows after everything else that is new."""
    line.find()
    agent.send(chat_id(agent), "Here again")
    expect(chat.messages("agent").last).to_contain_text("Here again")


@pytest.fixture
def asked(chat: Chat, agent: Agent) -> Locator:
    """What an agent's form asks for."""
    agent.send_event(chat_id(agent), FORM)
    return chat.log.get_by_label("Your e-mail address")


def test_a_form_that_is_being_filled_in_stays(
    line: Line, chat: Chat, agent: Agent, asked: Locator
) -> None:
    asked.fill("nora@exam")
    lose_and_find(line, chat, agent)
    expect(asked).to_have_value("nora@exam")
    expect(asked).to_be_focused()


@pytest.mark.night  # rare
def test_a_form_stays_although_its_event_has_changed(
    chat: Chat, agent: Agent, asked: Locator
) -> None:
    asked.fill("nora@exam")
    form = next(e for e in agent.chat(chat_id(agent))["thread"]["events"] if e["type"] == "form")
    agent.call(
        "update_event_properties",
        chat_id=chat_id(agent),
        **place_of(form["id"]),
        properties={"test": {"string_property": "changed"}},
    )
    agent.send(chat_id(agent), "Take your time")
    expect(chat.messages("agent").last).to_contain_text("Take your time")
    expect(asked).to_have_value("nora@exam")


@pytest.mark.night  # rare
def test_a_form_that_did_not_come_is_asked_for_again(
    page: Page, line: Line, chat: Chat, agent: Agent
) -> None:
    page.route("**/forms/**", lambda route: route.fulfill(body="Not now."))
    agent.send_event(chat_id(agent), FORM)
    expect(chat.log.get_by_text("Not now.")).to_be_visible()
    page.unroute("**/forms/**")
    lose_and_find(line, chat, agent)
    expect(chat.log.get_by_label("Your e-mail address")).to_be_visible()


@pytest.mark.parametrize(
    "status", [429, *(pytest.param(each, marks=pytest.mark.night) for each in (200, 500))]
)
def test_a_form_that_cannot_be_taken_now_stays_and_says_why(
    page: Page, asked: Locator, console: Console, status: int
) -> None:
    console.expect("Failed to load resource")
    asked.fill("nora@example.com")
    page.route("**/forms/**", lambda route: route.fulfill(status=status, body="Not now."))
    page.get_by_role("button", name="Submit answers").click()
    expect(page.locator("#notices").get_by_text("Not now.")).to_be_visible()
    expect(asked).to_have_value("nora@example.com")


def test_an_answered_form_is_not_asked_again_after_a_reload(
    page: Page, chat: Chat, asked: Locator
) -> None:
    asked.fill("nora@example.com")
    page.get_by_role("button", name="Submit answers").click()
    expect(chat.log.get_by_text("nora@example.com")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Thank you.", exact=True)).to_be_visible()
    expect(asked).to_have_count(0)


@pytest.mark.night  # by day a form: the test above
def test_an_answered_survey_is_not_asked_again_after_a_reload(
    page: Page, chat: Chat, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": True})
    chat.end()
    page.get_by_label("Anything else?").fill("All good")
    page.get_by_role("button", name="Submit answers").click()
    expect(chat.log.get_by_text("All good")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Thank you for your answers.")).to_be_visible()
    expect(page.locator("#ended")).to_contain_text("This chat has ended")
    expect(page.get_by_label("Anything else?")).to_have_count(0)


@pytest.mark.night  # by day a form
def test_a_comment_that_is_being_written_stays(line: Line, chat: Chat, agent: Agent) -> None:
    chat.page.get_by_role("button", name="More").click()
    chat.page.get_by_role("button", name="Rate this chat").click()
    chat.page.get_by_role("button", name="Good", exact=True).click()
    comment = chat.page.get_by_role("textbox", name="Comment")
    comment.fill("Quick, and")
    lose_and_find(line, chat, agent)
    expect(comment).to_have_value("Quick, and")
    expect(comment).to_be_focused()
    chat.page.get_by_role("button", name="Bad", exact=True).click()
    expect(chat.page.get_by_role("button", name="Bad", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(comment).to_have_value("Quick, and")


@pytest.mark.night  # by day a form
def test_a_survey_that_is_being_filled_in_stays(line: Line, chat: Chat, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"postchat": True})
    chat.end()
    answer = chat.page.get_by_label("Anything else?")
    answer.fill("All good, but")
    line.find()
    expect(answer).to_have_value("All good, but")
    expect(answer).to_be_focused()


def test_a_welcome_message_stays(
    line: Line, page: Page, site: Site, sandbox: Sandbox, add_widget: Callable[..., None]
) -> None:
    """Else it would move in again, and be read out, after each gap."""
    sandbox.settings(welcome_message="Good morning, Nora")
    add_widget("early", connect_early=True)
    page.goto(f"{site.chat_url}/w/early/")
    welcome = page.locator("#invitation .event")
    expect(welcome).to_contain_text("Good morning, Nora")
    welcome.evaluate("event => event.isTheSame = true")
    line.find()
    expect(welcome).to_contain_text("Good morning, Nora")
    assert welcome.evaluate("event => event.isTheSame")


@pytest.mark.night  # by day nothing is drawn again
def test_a_long_text_stays_unfolded(line: Line, chat: Chat, agent: Agent) -> None:
    agent.send(chat_id(agent), "word " * 400)
    chat.log.locator(".unfold").click()
    lose_and_find(line, chat, agent)
    expect(chat.log.get_by_text("Show all")).to_be_hidden()


def test_nothing_that_stands_is_drawn_again(line: Line, chat: Chat, agent: Agent) -> None:
    """Else a voice message would stop, and who listens to the log would hear all of it again."""
    agent.send(chat_id(agent), "Good morning")
    expect(chat.messages("agent")).to_contain_text(["Good morning"])
    events = chat.log.locator(".thread, .event")
    events.evaluate_all("events => events.forEach((event) => (event.isTheSame = true))")
    before = events.count()
    lose_and_find(line, chat, agent)
    kept: list[Any] = events.evaluate_all("events => events.map((event) => event.isTheSame)")
    assert kept == [True] * before + [None]


def test_what_has_changed_meanwhile_is_drawn(line: Line, chat: Chat, agent: Agent) -> None:
    changed = agent.send(chat_id(agent), "Guten Tag")
    deleted = agent.send(chat_id(agent), "A mistake")
    expect(chat.messages("agent")).to_contain_text(["Guten Tag", "A mistake"])
    line.lose()
    where = {"chat_id": chat_id(agent)}
    properties = {"translation": {"target_message": "Good day"}}
    agent.call("update_event_properties", **where, **place_of(changed), properties=properties)
    agent.call("delete_event", **where, **place_of(deleted))
    agent.send(chat_id(agent), "While nothing came through")
    lose_and_find(line, chat, agent)
    expect(chat.messages("agent")).to_contain_text(
        ["Good day", "While nothing came through", "Here again"]
    )
