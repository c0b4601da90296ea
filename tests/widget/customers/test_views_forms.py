"""Forms: before the chat, while nobody is there, and after it."""

import datetime as dt

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.stopped_clock import Calendar
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, answers_to, events_of


def test_the_prechat_form_stands_before_the_first_message(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"prechat": True})
    assert 'hx-post="forms/prechat"' in visitor.ask("get", "welcome").content.decode()


def test_without_a_prechat_form_one_can_write_at_once(visitor: Visitor, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": False})
    page = visitor.ask("get", "welcome").content.decode()
    assert "hx-post" not in page
    assert 'data-availability="online"' in page


@pytest.mark.parametrize(
    ("ask", "asked"),
    [("name", ["name"]), ("email", ["email"]), ("both", ["name", "email"]), ("", [])],
)
def test_an_owner_asks_who_it_is_without_a_form_of_livechats(
    add_widget: AddWidget, ask: str, asked: list[str]
) -> None:
    add_widget(ask_first=ask)
    assert list(answers_to(Visitor().ask("get", "welcome").content.decode())) == asked


def test_what_the_owner_asked_is_who_the_customer_is_and_the_chat_is_theirs_to_begin(
    add_widget: AddWidget, agent: Agent
) -> None:
    add_widget(ask_first="both")
    customer = Visitor()
    customer.introduce()
    answer = customer.ask("post", "forms/prechat", {"name": "Nora", "email": "nora@example.com"})
    assert (answer.status_code, answer.content.decode().strip()) == (200, "")
    assert agent.chats() == []
    customer.send("Hello")
    (nora,) = [u for u in agent.chat(agent.chats()[0]["id"])["users"] if u["type"] == "customer"]
    assert (nora["name"], nora["email"]) == ("Nora", "nora@example.com")


def test_what_the_owner_asks_must_be_answered(add_widget: AddWidget) -> None:
    add_widget(ask_first="both")
    customer = Visitor()
    customer.introduce()
    form = customer.ask("post", "forms/prechat", {"name": "Nora"}).content.decode()
    assert "This field is required." in form
    assert 'value="Nora"' in form


def test_a_form_of_livechats_stands_before_the_owners(
    add_widget: AddWidget, sandbox: Sandbox
) -> None:
    add_widget(ask_first="name")
    sandbox.settings(forms={"prechat": True})
    assert "Tell us who you are" in Visitor().ask("get", "welcome").content.decode()


def test_the_prechat_form_starts_the_chat(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    assert customer.ask("post", "forms/prechat", answers).status_code == 200
    form = next(event for event in events_of(agent) if event["type"] == "filled_form")
    assert form["properties"]["lc2"]["form_type"] == "prechat"
    assert "nora@example.com" in str(form["fields"])
    users = agent.chat(agent.chats()[0]["id"])["users"]
    assert [u["email"] for u in users if u["type"] == "customer"] == ["nora@example.com"]


def test_a_form_with_a_wrong_answer_is_given_back(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    wrong = {name: "no address" if "@" in value else value for name, value in answers.items()}
    form = customer.ask("post", "forms/prechat", wrong).content.decode()
    assert "Enter a valid email address." in form
    assert 'value="Nora"' in form
    assert agent.chats() == []


def test_when_nobody_is_there_a_message_can_be_left(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    everybody = {each["id"]: "not_accepting_chats" for each in sandbox.config["agents"]}
    sandbox.settings(agents=everybody, forms={"ticket": True})
    page = customer.ask("get", "welcome").content.decode()
    assert 'data-availability="offline"' in page
    answers = answers_to(page)
    assert "Thank you" in customer.ask("post", "forms/ticket", answers).content.decode()


def test_one_reads_when_somebody_is_back_if_its_owner_says_so(
    customer: Visitor, add_widget: AddWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC)
    monkeypatch.setattr("widget.models.settings.timezone", Calendar(monday))
    add_widget("hours", opening_hours="Mon 0:00-0:01\nThu 0:00-0:01")
    back = Visitor("hours").ask("get", "back", **{"X-Chat-Zone": "Europe/Warsaw"})
    assert "We are back: Thu" in back.content.decode()
    assert customer.ask("get", "back").content.strip() == b""


def test_after_the_chat_the_survey_is_asked(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", "forms/postchat").content.decode())
    assert "Thank you" in customer.ask("post", "forms/postchat", answers).content.decode()
    assert events_of(agent)[-1]["properties"]["lc2"]["form_type"] == "postchat"


def test_the_survey_is_asked_for_once(customer: Visitor, agent: Agent, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", "forms/postchat").content.decode())
    customer.ask("post", "forms/postchat", answers)
    assert sandbox.requests().count("get_form") == 1


def test_a_survey_that_was_switched_off_is_not_asked(customer: Visitor, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    assert customer.ask("get", "forms/postchat").content
    sandbox.settings(forms={"postchat": False})
    assert not customer.ask("get", "forms/postchat").content


def end_a_chat(browser: Visitor) -> bytes:
    """What is asked after it."""
    browser.introduce()
    browser.send("Hello")
    browser.ask("post", "end")
    return browser.ask("get", "forms/postchat").content


def test_where_there_is_no_survey_other_tabs_and_pages_do_not_ask_for_it(
    customer: Visitor, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": False})
    assert [end_a_chat(customer), customer.ask("get", "forms/postchat").content] == [b"", b""]
    assert sandbox.requests().count("get_form") == 1
    sandbox.settings(forms={"postchat": True})
    assert end_a_chat(Visitor()), "another customer's answer says nothing"


def test_a_survey_that_was_switched_off_can_still_be_sent_by_whom_it_was_shown(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": True})
    first = Visitor()
    answers = answers_to(end_a_chat(first).decode())
    sandbox.settings(forms={"postchat": False})
    assert end_a_chat(Visitor()) == b""
    assert "Thank you" in first.ask("post", "forms/postchat", answers).content.decode()


def test_an_unknown_form_is_not_found(customer: Visitor) -> None:
    assert customer.ask("get", "forms/tax").status_code == 404
