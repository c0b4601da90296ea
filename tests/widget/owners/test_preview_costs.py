"""What looking at previews costs: each pause while an owner types makes another one."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.sandbox_rig import Sandbox
from tests.widget.conftest import AddWidget
from tests.widget.owners.admin import FORM, LIST
from tests.widget.visitor import Visitor
from widget import availability
from widget.models import Widget
from widget.running import Running

EVERYBODYS = ["get_dynamic_configuration", "get_configuration"]


@pytest.fixture
def owner(client: Client, add_widget: AddWidget) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


def type_and_look(owner: Client, pk: int | None, **form: Any) -> Widget:
    """As the form's page: the preview's loader comes, its chat opens and asks who is there."""
    place = f"{LIST}preview/{pk}/" if pk else f"{LIST}preview/"
    key = owner.post(place, FORM | form).json()["url"].rstrip("/").rpartition("/")[2]
    assert owner.get(f"/w/{key}/embed.js?of={'shop' if pk else ''}").status_code == 200
    Visitor(key).ask("get", "")
    Visitor(key).ask("get", "welcome")
    return Widget.objects.find(key)


def connection_of(sandbox: Sandbox) -> dict[str, Any]:
    names = "organization_id", "client_id", "redirect_uri"
    return {name: sandbox.config[name] for name in names}


def test_typing_asks_livechat_once_and_nothing_goes_on_asking(
    owner: Client,
    shop_widget: Widget,
    sandbox: Sandbox,
    process: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(availability, "AVAILABILITY_HOLDS", 0)  # as if each took ten seconds
    for title in ("H", "He", "Hel"):
        type_and_look(owner, shop_widget.pk, header_title=title, **connection_of(sandbox))
    assert process.availability.due() == []
    assert sandbox.requests() == EVERYBODYS


def test_what_the_saved_widget_heard_is_not_asked_for_again(
    owner: Client, shop_widget: Widget, sandbox: Sandbox, long_known: None
) -> None:
    Visitor().ask("get", "welcome")
    assert sandbox.requests() == EVERYBODYS
    type_and_look(owner, shop_widget.pk, **connection_of(sandbox))
    assert sandbox.requests() == EVERYBODYS


def test_a_livechat_that_fails_is_not_asked_again_at_each_pause(
    owner: Client, shop_widget: Widget, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "AVAILABILITY_HOLDS", 0)
    sandbox.fault("down")
    for title in ("H", "He"):
        type_and_look(owner, shop_widget.pk, header_title=title, **connection_of(sandbox))
    assert sandbox.requests() == ["get_dynamic_configuration"]


def test_a_new_widget_without_an_organization_asks_nobody(
    owner: Client, sandbox: Sandbox, process: Running
) -> None:
    type_and_look(owner, None, key="new", organization_id="")
    assert process.availability.due() == []
    assert sandbox.requests() == []


def test_who_looks_at_a_preview_becomes_no_customer(
    owner: Client, shop_widget: Widget, sandbox: Sandbox
) -> None:
    asked = {"track_visitors": "on", "connect_early": "on"}
    shown = type_and_look(owner, shop_widget.pk, **asked, **connection_of(sandbox))
    assert not shown.track_visitors
    assert not shown.connect_early
