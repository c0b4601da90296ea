""" "Save and test the connection" says in plain words what is wrong."""

from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_script_prefix
from pytest_django import Settings

from tests.sandbox_rig import Sandbox
from tests.widget.owners.admin import ADD, FORM, LIST, OTHER, add_widget, change
from widget.models import Widget

pytestmark = pytest.mark.django_db


@pytest.fixture
def livechat(sandbox: Sandbox, settings: Settings) -> dict[str, Any]:
    """The four values that connect a widget with the sandbox."""
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    names = ("organization_id", "client_id", "redirect_uri")
    return {name: sandbox.config[name] for name in names}


def words_of_the_test(client: Client, **connection: Any) -> str:
    """What "Save and test the connection" says about a widget with this connection."""
    response = client.post(ADD, FORM | connection | {"_test": "Save and test"}, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_a_website_that_livechat_does_not_trust_is_named(
    superuser: Client, livechat: dict[str, Any], sandbox: Sandbox
) -> None:
    sandbox.settings(trusted_domains=["other.example"])
    found = words_of_the_test(superuser, **livechat)
    assert "LiveChat does not trust https://shop.example" in found


def test_an_owner_is_told_when_the_api_version_ends(
    superuser: Client, livechat: dict[str, Any]
) -> None:
    found = words_of_the_test(superuser, **livechat, api_version="3.5")
    assert "LiveChat will end this stage of API version 3.5 on May 31, 2027" in found


def test_a_good_connection_is_confirmed(superuser: Client, livechat: dict[str, Any]) -> None:
    assert "It works" in words_of_the_test(superuser, **livechat)


def test_a_connection_is_tested_behind_a_prefix_too(
    superuser: Client, livechat: dict[str, Any]
) -> None:
    with override_script_prefix("/en/"):
        saved = superuser.post(ADD, FORM | livechat | {"_test": "Save and test"})
    assert saved["Location"].startswith("/en/admin/")
    said = " ".join(str(message) for message in superuser.get(LIST).context["messages"])
    assert "It works" in said


def test_a_widget_that_a_colleague_deleted_meanwhile_is_not_tested(superuser: Client) -> None:
    gone = add_widget()
    Widget.objects.all().delete()
    answer = superuser.post(change(gone), FORM | {"_test": "Save and test"}, follow=True)
    assert ["exist" in str(message) for message in answer.context["messages"]] == [True]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organization_id": OTHER}, "organization"),
        pytest.param(
            {"client_id": "nobody"}, "does not know this client ID", marks=pytest.mark.night
        ),
        pytest.param({"group_id": "4711"}, "no group 4711", marks=pytest.mark.night),
    ],
)
def test_a_wrong_value_is_named_in_plain_words(
    superuser: Client, livechat: dict[str, Any], wrong: dict[str, str], said: str
) -> None:
    words = words_of_the_test(superuser, **livechat | wrong)
    assert said in words
    assert "It works" not in words


def test_a_redirect_uri_that_is_not_registered_is_named(
    superuser: Client, livechat: dict[str, Any], sandbox: Sandbox
) -> None:
    strict = sandbox.config["strict_client"]["client_id"]
    elsewhere = {"client_id": strict, "redirect_uri": "https://elsewhere.example/"}
    words = words_of_the_test(superuser, **livechat | elsewhere)
    assert "redirect URI is not registered" in words


@pytest.mark.parametrize("transport", ["web", "accounts"])
def test_an_app_that_may_not_act_for_customers_is_told_its_kind_then_its_scope(
    superuser: Client, livechat: dict[str, Any], sandbox: Sandbox, transport: str
) -> None:
    body = {"error": {"type": "authorization", "message": "Authorization error"}}
    sandbox.fault("status", transport=transport, status=403, body=body)
    words = words_of_the_test(superuser, **livechat)
    assert 0 < words.find("server-side app") < words.find("“customers:own”")


def test_an_unreachable_livechat_is_not_the_owners_fault(
    superuser: Client, livechat: dict[str, Any], settings: Settings
) -> None:
    settings.LIVECHAT_ACCOUNTS_URL = "http://127.0.0.1:9"
    assert "cannot reach LiveChat" in words_of_the_test(superuser, **livechat)


def test_the_list_tests_several_widgets_at_once(
    superuser: Client, livechat: dict[str, Any]
) -> None:
    good = add_widget(**livechat)
    bad = add_widget(**livechat | {"key": "bad", "name": "Bad", "client_id": "nobody"})
    response = superuser.post(
        LIST, {"action": "test_the_connection", "_selected_action": [good.pk, bad.pk]}, follow=True
    )
    said = sorted(str(message) for message in response.context["messages"])
    assert said[0].startswith("Bad: LiveChat does not know")
    assert said[1].startswith("Shop: It works")
