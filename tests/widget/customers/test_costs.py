"""What beyond text costs: each request to LiveChat is paid for.

docs/costs.md has the same figures for people; tests/e2e/test_costs.py counts what a browser does.
"""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.visitor import Visitor, answers_to
from widget import availability
from widget.models import Widget

pytestmark = pytest.mark.django_db

EVERYBODYS = ["get_dynamic_configuration", "get_configuration"]


@pytest.fixture
def chatting(customer: Visitor, sandbox: Sandbox) -> Visitor:
    """What their chat has cost so far is forgotten."""
    customer.send("Hello")
    sandbox.control("requests", method="DELETE")
    return customer


def open_panel(browser: Visitor) -> None:
    """What a browser asks for when the launcher is clicked."""
    browser.ask("get", "")
    browser.ask("post", "opened")
    browser.ask("get", "welcome")


def test_opening_asks_for_what_is_the_same_for_everybody_once(
    visitor: Visitor, sandbox: Sandbox, long_known: None
) -> None:
    open_panel(visitor)
    assert sandbox.requests() == EVERYBODYS
    open_panel(Visitor())
    assert sandbox.requests() == EVERYBODYS


def test_opening_does_not_ask_who_is_there_when_the_loader_knows(
    visitor: Visitor, shop_widget: Widget, sandbox: Sandbox, long_known: None
) -> None:
    availability.refresh(shop_widget)
    sandbox.control("requests", method="DELETE")
    open_panel(visitor)
    assert sandbox.requests() == ["get_configuration"]


def test_opening_does_not_ask_again_when_livechat_has_just_failed(
    visitor: Visitor, sandbox: Sandbox, long_known: None
) -> None:
    sandbox.fault("down")
    open_panel(visitor)
    open_panel(Visitor())
    assert sandbox.requests() == ["get_dynamic_configuration"]


def test_a_form_before_the_chat_does_not_ask_who_is_there_again(
    customer: Visitor, sandbox: Sandbox, long_known: None
) -> None:
    open_panel(customer)
    sandbox.control("requests", method="DELETE")
    customer.ask("get", "forms/prechat")
    assert sandbox.requests() == []


def send_file(browser: Visitor, custom_id: str = "custom-file", attempt: int = 0) -> HttpResponse:
    file = SimpleUploadedFile("list.txt", b"Two teapots", "text/plain")
    return browser.ask("post", "files", {"file": file, "custom_id": custom_id, "attempt": attempt})


def test_a_file_is_two_requests(chatting: Visitor, sandbox: Sandbox) -> None:
    assert send_file(chatting).status_code == 204
    assert Counter(sandbox.requests()) == {"upload_file": 1, "send_event": 1}


def test_a_chat_may_begin_with_a_file_for_one_request_more(
    customer: Visitor, sandbox: Sandbox
) -> None:
    sandbox.control("requests", method="DELETE")
    assert send_file(customer).status_code == 204
    assert Counter(sandbox.requests()) == {"upload_file": 1, "start_chat": 1}


def test_a_file_that_cannot_be_sent_costs_nothing(chatting: Visitor, sandbox: Sandbox) -> None:
    program = SimpleUploadedFile("list.exe", b"MZ", "application/octet-stream")
    chatting.ask("post", "files", {"file": program, "custom_id": "custom-program"})
    assert sandbox.requests() == []


def test_a_form_after_the_chat_is_asked_for_and_sent(
    chatting: Visitor, sandbox: Sandbox, agent: Agent
) -> None:
    sandbox.settings(forms={"postchat": True})
    chatting.ask("post", "end")
    answers = answers_to(chatting.ask("get", "forms/postchat").content.decode())
    chatting.ask("post", "forms/postchat", answers)
    assert Counter(sandbox.requests()) == {
        "deactivate_chat": 1,
        "get_form": 1,
        "list_threads": 1,  # no process holds a connection that would know of an answer
        "send_event": 1,
    }
