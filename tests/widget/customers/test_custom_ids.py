"""The answer is lost, and the browser sends it again: it stands once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.visitor import PNG, Visitor, answers_to, events_of, texts_of
from widget.customers.views import forms

ID = "made-by-the-browser"
EMAIL = {"type": "email", "id": "1", "label": "Your e-mail address"}
ASKED = {"type": "form", "form_id": "7", "form_type": "ask_for_email", "fields": [EMAIL]}


@pytest.fixture(params=["remembered", "forgotten"])
def memory(request: pytest.FixtureRequest) -> str:
    """Whether the process that tried it first is the one that is asked again."""
    return str(request.param)


def send_twice(customer: Visitor, memory: str, path: str, data: dict[str, Any]) -> None:
    for attempt in range(2):
        for file in data.values():
            if isinstance(file, SimpleUploadedFile):
                file.seek(0)
        sent = data | {"custom_id": ID, "attempt": attempt}
        assert customer.ask("post", path, sent).status_code in (200, 204)
        if memory == "forgotten":
            cache.clear()


def forms_of(agent: Agent, kind: str) -> list[Any]:
    """The forms of this kind in the newest chat, in whichever thread."""
    chat_id = agent.chats()[0]["id"]
    threads = agent.call("list_threads", chat_id=chat_id, min_events_count=50)["threads"]
    return [
        event
        for thread in threads
        for event in thread["events"]
        if event["type"] == "filled_form" and event["properties"]["lc2"]["form_type"] == kind
    ]


def test_the_form_before_the_chat(
    customer: Visitor, agent: Agent, sandbox: Sandbox, memory: str
) -> None:
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    send_twice(customer, memory, "forms/prechat", answers)
    assert len(forms_of(agent, "prechat")) == 1


def test_the_form_after_the_chat(
    customer: Visitor, agent: Agent, sandbox: Sandbox, memory: str
) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", "forms/postchat").content.decode())
    send_twice(customer, memory, "forms/postchat", answers)
    assert len(forms_of(agent, "postchat")) == 1


def test_a_survey_is_answered_once_from_whichever_tab(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", "forms/postchat").content.decode())
    for tab in ("first-tab", "second-tab"):
        answer = customer.ask("post", "forms/postchat", answers | {"custom_id": tab})
        assert "Thank you for your answers." in answer.content.decode()
        assert ("HX-Trigger" in answer) == (tab == "first-tab")
    assert len(forms_of(agent, "postchat")) == 1


def test_the_message_that_is_left(
    customer: Visitor, agent: Agent, sandbox: Sandbox, memory: str
) -> None:
    everybody = {each["id"]: "not_accepting_chats" for each in sandbox.config["agents"]}
    sandbox.settings(agents=everybody, forms={"ticket": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    send_twice(customer, memory, "forms/ticket", answers)
    assert len(forms_of(agent, "ticket")) == 1


@pytest.fixture
def path(customer: Visitor, agent: Agent) -> str:
    """Where a form is that an agent has put into the chat."""
    customer.send("Hello")
    return ask(agent)


def ask(agent: Agent, form_id: str = "7") -> str:
    event_id = agent.send_event(agent.chats()[0]["id"], ASKED | {"form_id": form_id})
    return f"forms/{event_id.rpartition('_')[0]}/{event_id}"


def test_the_form_in_the_chat(customer: Visitor, agent: Agent, path: str, memory: str) -> None:
    answers = answers_to(customer.ask("get", path).content.decode())
    send_twice(customer, memory, path, answers)
    assert len(forms_of(agent, "form")) == 1


def test_a_form_in_the_chat_is_answered_once_from_whichever_tab(
    customer: Visitor, agent: Agent
) -> None:
    customer.send("Hello")
    paths = [ask(agent, form_id) for form_id in "67"]
    answers = answers_to(customer.ask("get", paths[1]).content.decode())
    for tab in ("first-tab", "second-tab"):
        answer = customer.ask("post", paths[1], answers | {"custom_id": tab})
        assert "Thank you." in answer.content.decode()
        assert ("HX-Trigger" in answer) == (tab == "first-tab")
    assert len(forms_of(agent, "form")) == 1
    assert "Thank you." in customer.ask("get", paths[1]).content.decode()
    assert "<form" in customer.ask("get", paths[0]).content.decode()


def test_a_form_that_was_answered_after_its_chat_is_not_asked_again(
    customer: Visitor, agent: Agent, path: str
) -> None:
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", path).content.decode())
    assert "Thank you." in customer.ask("post", path, answers).content.decode()
    assert "Thank you." in customer.ask("get", path).content.decode()
    agent.close(agent.chats()[0]["id"])
    assert "Thank you." in customer.ask("get", path).content.decode()
    assert "Thank you." in customer.ask("post", path, answers).content.decode()
    assert len(forms_of(agent, "form")) == 1


def test_a_form_that_was_answered_before_its_chat_ended_is_not_asked_again(
    customer: Visitor, path: str
) -> None:
    customer.ask("post", path, answers_to(customer.ask("get", path).content.decode()))
    customer.ask("post", "end")
    assert "Thank you." in customer.ask("get", path).content.decode()
    customer.send("Once more")
    assert "Thank you." in customer.ask("get", path).content.decode()


def test_an_answer_after_which_much_was_said_is_found(
    customer: Visitor, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.ask("post", "end")
    customer.ask("post", path, answers_to(customer.ask("get", path).content.decode()))
    customer.ask("post", "end")
    customer.send("Once more")
    monkeypatch.setattr(forms, "MOST_EVENTS", 1)
    assert "Thank you." in customer.ask("get", path).content.decode()


def test_an_answer_to_the_same_form_in_an_earlier_chat_is_none(
    customer: Visitor, agent: Agent, path: str
) -> None:
    customer.ask("post", path, answers_to(customer.ask("get", path).content.decode()))
    customer.ask("post", "end")
    customer.send("Once more")
    again = ask(agent)
    customer.ask("post", "end")
    assert "<form" in customer.ask("get", again).content.decode()
    customer.send("And once more")
    assert "<form" in customer.ask("get", again).content.decode()


def test_a_form_that_is_given_back_keeps_its_id(customer: Visitor, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    sandbox.fault("error", method="start_chat", type="internal", count=1)
    form = customer.ask("post", "forms/prechat", answers | {"custom_id": ID}).content.decode()
    assert f'name="custom_id" value="{ID}"' in form
    assert 'name="attempt" value="1"' in form


def test_a_form_with_a_mistake_in_it_was_not_tried(customer: Visitor, sandbox: Sandbox) -> None:
    """Else it would be looked for in vain: as long as a process is young, for up to 16 s."""
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    emptied = dict.fromkeys(answers, "") | {"custom_id": ID}
    form = customer.ask("post", "forms/prechat", emptied).content.decode()
    assert f'name="custom_id" value="{ID}"' in form
    assert 'name="attempt" value="0"' in form


def test_a_rating(customer: Visitor, agent: Agent, memory: str) -> None:
    customer.send("Hello")
    customer.ask("post", "end")
    send_twice(customer, memory, "rating", {"score": "good", "comment": "Quick!"})
    words = [event.get("system_message_type", "") for event in events_of(agent)]
    assert words.count("rating.chat_rated") == 1
    assert words.count("rating.chat_commented") == 1


def test_a_rating_that_is_taken_back(customer: Visitor, agent: Agent, memory: str) -> None:
    customer.send("Hello")
    customer.ask("post", "rating", {"score": "good"})
    send_twice(customer, memory, "rating", {"score": "none"})
    words = [event.get("system_message_type", "") for event in events_of(agent)]
    assert words.count("rating.chat_rating_canceled") == 1


def test_a_file(customer: Visitor, agent: Agent, memory: str) -> None:
    file = SimpleUploadedFile("leaf.png", PNG, "image/png")
    send_twice(customer, memory, "files", {"file": file})
    assert [event["type"] for event in events_of(agent)].count("file") == 1


def test_a_button_that_speaks(
    customer: Visitor, agent: Agent, card: dict[str, Any], memory: str
) -> None:
    pressed = {"postback_id": "y", "type": "message", "value": "yes", "text": "Yes, please"}
    send_twice(customer, memory, "postback", card | pressed)
    assert texts_of(agent).count("Yes, please") == 1


@pytest.mark.parametrize("custom_id", ["short", "with space in it", "x" * 65, "<script>alert()"])
@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("rating", {"score": "good"}),
        (
            "postback",
            {"thread_id": "t", "event_id": "e", "postback_id": "p", "text": "Yes"},
        ),
        ("forms/prechat", {"1": "Nora"}),
    ],
)
def test_an_id_that_is_none_is_refused(
    customer: Visitor, sandbox: Sandbox, path: str, data: dict[str, str], custom_id: str
) -> None:
    sandbox.settings(forms={"prechat": True})
    assert customer.ask("post", path, data | {"custom_id": custom_id}).status_code == 400
