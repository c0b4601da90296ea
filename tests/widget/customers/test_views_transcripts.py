"""Earlier chats and transcripts: what a customer may read again, take along or have sent."""

import pytest
from django.core.cache import cache

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, events_of
from widget.models import Widget


def test_earlier_chats_are_read_page_by_page(customer: Visitor, agent: Agent) -> None:
    for number in range(15):
        customer.send(f"Question {number}")
        customer.ask("post", "end")
    seen = page = customer.ask("get", "history").content.decode()
    while 'hx-get="history?page=' in page:
        path = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
        page = customer.ask("get", path).content.decode()
        seen += page
    assert [f">Question {number}<" in seen for number in range(15)] == [True] * 15


@pytest.fixture
def returning(add_widget: AddWidget, agent: Agent) -> Visitor:
    """Their third chat is under way, with an owner who wants no earlier ones to be read."""
    add_widget(history=False)
    visitor = Visitor()
    visitor.introduce()
    for text in ("The first chat", "The second chat"):
        visitor.send(text)
        agent.close(agent.chats()[0]["id"])
    visitor.send("The third chat")
    return visitor


def test_an_owner_may_keep_earlier_chats_from_being_read(returning: Visitor) -> None:
    answer = returning.ask("get", "history")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_transcript_holds_no_more_than_the_panel_lets_them_read(returning: Visitor) -> None:
    link = returning.ask("post", "transcript/link", {"zone": "UTC"})["HX-Redirect"]
    page = Visitor().client.get(link).content.decode()
    assert [text in page for text in ("The third chat", "The second chat")] == [True, False]


def test_a_transcript_holds_everything_and_is_only_the_customer_s(
    customer: Visitor, agent: Agent
) -> None:
    customer.send("Keep this")
    link = customer.ask("post", "transcript/link", {"zone": "Europe/Warsaw"})["HX-Redirect"]
    page = Visitor().client.get(link)
    assert page["Content-Disposition"].startswith("attachment")
    assert "Keep this" in page.content.decode()
    assert "Europe/Warsaw" in page.content.decode()
    assert Visitor().client.get(link[:-1] + "x").status_code == 404


def test_before_the_browser_is_sent_to_a_transcript_it_is_found_out_whether_livechat_answers(
    customer: Visitor, sandbox: Sandbox
) -> None:
    customer.send("Hello")
    sandbox.fault("status", status=503, method="list_chats")
    answer = customer.ask("post", "transcript/link")
    assert "HX-Redirect" not in answer
    assert 'class="notice refused"' in answer.content.decode()


def test_a_transcript_that_cannot_be_had_is_no_page(customer: Visitor, sandbox: Sandbox) -> None:
    """A browser would show it in place of the panel."""
    customer.send("Hello")
    link = customer.ask("post", "transcript/link")["HX-Redirect"]
    sandbox.fault("status", status=503, method="list_threads")
    assert Visitor().client.get(link).status_code == 204


def test_a_transcript_can_be_sent_by_mail(customer: Visitor, agent: Agent) -> None:
    customer.send("Hello")
    answer = customer.ask("post", "transcript/email", {"email": "nora@example.com"})
    assert "nora@example.com" in answer.content.decode()
    kinds = [event.get("system_message_type") for event in events_of(agent)]
    assert "transcript_requested" in kinds


def test_a_transcript_needs_an_address(customer: Visitor) -> None:
    customer.send("Hello")
    answer = customer.ask("post", "transcript/email", {"email": "nora"}).content.decode()
    assert "valid email" in answer


def test_an_owner_without_transcripts_has_none_sent(add_widget: AddWidget, agent: Agent) -> None:
    add_widget(transcript=False)
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    answer = visitor.ask("post", "transcript/email", {"email": "nora@example.com"})
    assert answer.status_code == 400
    kinds = [event.get("system_message_type") for event in events_of(agent)]
    assert "transcript_requested" not in kinds


def test_an_owner_without_transcripts_has_none_saved(shop_widget: Widget) -> None:
    """Nor by a link from before."""
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    link = visitor.ask("post", "transcript/link", {"zone": "UTC"})["HX-Redirect"]
    shop_widget.transcript = False
    shop_widget.save()
    cache.clear()
    assert visitor.ask("post", "transcript/link", {"zone": "UTC"}).status_code == 400
    assert visitor.client.get(link).status_code == 404
