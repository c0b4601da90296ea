"""Who may come in, and what every answer carries."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.sandbox_rig import Agent
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor
from widget.models import Widget


def test_only_the_allowed_websites_may_frame_the_panel(visitor: Visitor) -> None:
    policy = visitor.ask("get", "")["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://shop.example")


def test_a_widget_without_websites_may_be_framed_by_nobody(
    visitor: Visitor, add_widget: AddWidget
) -> None:
    add_widget("alone", allowed_origins=[])
    assert "frame-ancestors 'none'" in Visitor("alone").ask("get", "")["Content-Security-Policy"]


def test_the_panel_runs_scripts_and_styles_of_ours_alone(visitor: Visitor) -> None:
    policy = visitor.ask("get", "")["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy


def test_the_panel_works_inside_isolated_websites(visitor: Visitor) -> None:
    headers = visitor.ask("get", "").headers
    assert headers["Cross-Origin-Embedder-Policy"] == "credentialless"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "X-Frame-Options" not in headers


@pytest.mark.parametrize("page", ["", "look.css", "welcome"])
def test_nothing_a_visitor_is_shown_sets_a_cookie(visitor: Visitor, page: str) -> None:
    response = visitor.ask("get", page)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def test_nothing_a_customer_does_sets_a_cookie(visitor: Visitor) -> None:
    answers = [visitor.introduce(), visitor.send("Hello"), visitor.ask("post", "end")]
    assert [answer.status_code for answer in answers] == [201, 204, 204]
    assert visitor.client.cookies == {}


def test_what_is_shown_to_one_customer_is_not_kept_for_another(customer: Visitor) -> None:
    assert customer.send("Hello")["Cache-Control"] == "no-store"


def test_the_shell_may_be_cached(visitor: Visitor) -> None:
    assert visitor.ask("get", "")["Cache-Control"] == "public, max-age=60"


def test_a_stranger_is_refused_and_forgets_the_token(visitor: Visitor) -> None:
    visitor.token = "somebody-else-s"
    response = visitor.send("Hello")
    assert response.status_code == 401
    assert response["X-Chat-Token"] == ""


def test_a_token_is_worth_nothing_on_another_widget(
    customer: Visitor, add_widget: AddWidget
) -> None:
    add_widget("other")
    elsewhere = Visitor("other")
    elsewhere.token = customer.token
    assert elsewhere.send("Hello").status_code == 401


def test_an_owner_who_is_signed_in_is_no_customer(shop_widget: Widget) -> None:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("owner"))
    assert Visitor(client=client).send("Hello").status_code == 401


def test_another_website_cannot_act(customer: Visitor, agent: Agent) -> None:
    response = customer.ask(
        "post", "events", {"text": "Hello", "custom_id": "forged-1"}, Origin="https://evil.example"
    )
    assert response.status_code == 403
    assert agent.chats() == []


@pytest.mark.parametrize("origin", ["http://testserver", "https://shop.example"])
def test_the_panel_and_the_allowed_websites_can_act(customer: Visitor, origin: str) -> None:
    data = {"text": "Hello", "custom_id": "custom-1"}
    assert customer.ask("post", "events", data, Origin=origin).status_code == 204


def test_an_unknown_widget_is_not_found(shop_widget: Widget) -> None:
    assert Visitor("unknown").ask("get", "").status_code == 404


def test_a_widget_that_is_switched_off_is_not_found(add_widget: AddWidget) -> None:
    add_widget("off", enabled=False)
    assert Visitor("off").ask("get", "").status_code == 404


def test_messages_are_only_taken_by_post(customer: Visitor) -> None:
    assert customer.ask("get", "events").status_code == 405
