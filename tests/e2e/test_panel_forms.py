"""What is asked of a customer: forms, ratings, replies to pick."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, Site, chat_id
from tests.sandbox_rig import Agent, Sandbox


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
