"""An owner may hand over an agent's token: the connection test then sees what no customer can."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from tests.sandbox_rig import Agent, Sandbox
from widget.models import Membership, Widget
from widget.owners import changes
from widget.owners.connection import try_connection
from widget.owners.settings import settings_of

pytestmark = pytest.mark.django_db
OTHER = "c0a2f6b4-3e1d-4c6b-8f2a-9d5e7b1a6c30"


@pytest.fixture
def widget(sandbox: Sandbox, settings: Any) -> Widget:
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    named = {name: sandbox.config[name] for name in ("organization_id", "client_id")}
    uri = sandbox.config["redirect_uri"]
    return Widget.objects.create(key="shop", name="Shop", redirect_uri=uri, **named)


def owner(client: Client, widget: Widget, role: str = Membership.Role.OWNER) -> Client:
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    Membership.objects.create(user=user, organization_id=widget.organization_id, role=role)
    client.force_login(user)
    return client


def hand_over(client: Client, widget: Widget, token: str) -> str:
    """What the admin says of it."""
    address = f"/admin/widget/widget/{widget.pk}/agent-token/"
    response = client.post(address, {"agent_token": token}, follow=True)
    widget.refresh_from_db()
    return " ".join(map(str, response.context["messages"]))


def token_with(sandbox: Sandbox, *scopes: str) -> str:
    made = sandbox.control("tokens", {"agent": "piotr@shop.example", "scopes": list(scopes)})
    token: str = made["token"]
    return token


def mask(agent: Agent, ip: str) -> None:
    agent.sandbox.http.post(
        f"{agent.sandbox.url}/v3.6/configuration/action/update_license_properties",
        json={"properties": {"monitoring": {"ip_mask": ip}}},
        headers={"Authorization": agent.authorization},
        timeout=10,
    ).raise_for_status()


def advice_for(widget: Widget) -> str:
    return " ".join(try_connection(widget).advice)


def test_addresses_that_are_not_masked_are_named(
    client: Client, widget: Widget, agent: Agent
) -> None:
    said = hand_over(owner(client, widget), widget, agent.config["token"])
    assert "It works" in said
    assert "Set LiveChat's property “monitoring.ip_mask”" in said
    mask(agent, "10.0.0.1")
    assert "ip_mask" not in advice_for(widget)


def test_without_a_token_nothing_is_said_of_it(widget: Widget) -> None:
    assert "ip_mask" not in advice_for(widget)


def test_a_personal_access_token_shows_the_mask_and_not_what_the_app_may(
    widget: Widget, agent: Agent
) -> None:
    widget.agent_token = agent.config["basic"]
    found = advice_for(widget)
    assert "Set LiveChat's property “monitoring.ip_mask”" in found
    assert "A personal access token does not show what your app may do" in found
    widget.agent_token = agent.config["token"]
    assert "personal access token" not in advice_for(widget)


def test_websites_that_could_not_be_tried_are_named_where_only_trusted_ones_chat(
    widget: Widget, agent: Agent, sandbox: Sandbox
) -> None:
    widget.agent_token = agent.config["token"]
    widget.allowed_origins = ["https://shop.example", "https://*.shop.example"]
    assert "trusted domains" not in advice_for(widget)
    sandbox.settings(trusted_domains=["shop.example"])
    found = advice_for(widget)
    assert "we could not test these websites: https://*.shop.example." in found


def test_a_scope_that_the_app_lacks_is_named(
    widget: Widget, agent: Agent, sandbox: Sandbox
) -> None:
    mask(agent, "10.0.0.1")
    headers = {"Authorization": agent.authorization}
    info = sandbox.http.get(f"{sandbox.url}/v2/info", headers=headers, timeout=10).json()
    scopes = set(info["scope"].split(","))
    widget.agent_token = token_with(sandbox, *(scopes - {"customers:own"}))
    assert "Your app lacks the scope “customers:own”" in advice_for(widget)
    widget.agent_token = token_with(sandbox, *scopes)
    assert "lacks the scope" not in advice_for(widget)


def test_a_scope_that_the_token_lacks_is_named(widget: Widget, sandbox: Sandbox) -> None:
    widget.agent_token = token_with(sandbox, "customers:own")
    said = advice_for(widget)
    assert "lacks the scope “properties.license.value--all:ro”" in said


def test_a_token_that_livechat_does_not_take_is_named(widget: Widget, sandbox: Sandbox) -> None:
    widget.agent_token = "dal:nobody"
    assert "LiveChat refused the agent's token" in advice_for(widget)
    widget.agent_token = sandbox.config["other_organization"]["agents"][0]["token"]
    assert "belongs to another organization" in advice_for(widget)


def test_advice_is_no_success(client: Client, widget: Widget) -> None:
    address = f"/admin/widget/widget/{widget.pk}/agent-token/"
    answer = owner(client, widget).post(address, {"agent_token": "dal:nobody"}, follow=True)
    works, refused = answer.context["messages"]
    assert (works.level_tag, refused.level_tag) == ("success", "warning")
    assert str(works).startswith("Shop: It works")
    assert "agent's token" not in str(works)
    assert str(refused).startswith("Shop: LiveChat refused the agent's token")


def test_it_is_kept_encrypted_and_never_shown_again(
    client: Client, widget: Widget, agent: Agent
) -> None:
    token = agent.config["token"]
    hand_over(owner(client, widget), widget, token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT agent_token FROM widget_widget")
        (stored,) = cursor.fetchone()
    assert widget.agent_token == token
    assert stored
    assert token not in stored
    for page in ("change", "export", "history"):
        content = client.get(f"/admin/widget/widget/{widget.pk}/{page}/").content.decode()
        assert token not in content
    assert token not in str(settings_of(widget))
    assert "agent_token" not in vars(Widget.objects.find("shop"))


def test_an_empty_field_forgets_it(client: Client, widget: Widget, agent: Agent) -> None:
    browser = owner(client, widget)
    hand_over(browser, widget, agent.config["token"])
    hand_over(browser, widget, "")
    assert widget.agent_token == ""


@pytest.mark.parametrize("role", [Membership.Role.EDITOR, Membership.Role.VIEWER])
def test_only_owners_may_hand_it_over(client: Client, widget: Widget, role: str) -> None:
    browser = owner(client, widget, role)
    address = f"/admin/widget/widget/{widget.pk}/agent-token/"
    assert browser.post(address, {"agent_token": "x"}).status_code == 403
    assert (
        "agent_token"
        not in browser.get(f"/admin/widget/widget/{widget.pk}/change/").content.decode()
    )


def test_it_stays_behind_when_the_widget_moves(
    widget: Widget, agent: Agent, django_user_model: type[User]
) -> None:
    widget.agent_token = agent.config["token"]
    widget.save()
    widget.organization_id = OTHER
    changes.publish(widget, django_user_model.objects.create_superuser("root"))
    widget.refresh_from_db()
    assert widget.agent_token == ""


def test_it_is_encrypted_again_with_new_keys(widget: Widget, agent: Agent, settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["a" * 32]
    widget.agent_token = agent.config["token"]
    widget.save()
    settings.CHAT_ENCRYPTION_KEYS = ["b" * 32, "a" * 32]
    Widget.objects.encrypt_again()
    settings.CHAT_ENCRYPTION_KEYS = ["b" * 32]
    assert Widget.objects.get().agent_token == agent.config["token"]
