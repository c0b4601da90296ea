"""What an operator can do about one customer, and about the keys."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatproxy import models
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.models import BearerToken, Customer
from tests.chatproxy.people import stored_customer
from tests.sandbox_rig import Agent, Sandbox
from widget.management import progress
from widget.models import Widget

pytestmark = pytest.mark.django_db


def said_by(*command: str) -> str:
    output = io.StringIO()
    call_command(*command, stdout=output)
    return output.getvalue()


@pytest.fixture
def widget(organization: Organization, transactional_db: None) -> Widget:
    return Widget.objects.create(
        key="shop",
        name="Shop",
        organization_id=organization.organization_id,
        client_id=organization.client_id,
        redirect_uri=organization.redirect_uri,
    )


def test_after_rotating_the_old_key_may_go(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    stored_customer(cst="kept")
    settings.CHAT_ENCRYPTION_KEYS = ["new", "old"]
    assert "1 customers" in said_by("rotate_keys")
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    assert Customer.objects.get().cst == "kept"


def test_rotating_goes_on_where_it_was_stopped_and_says_how_far_it_is(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    first, second, third = (stored_customer(cst="kept", token=f"t{n}") for n in range(3))
    settings.CHAT_ENCRYPTION_KEYS = ["new", "old"]
    monkeypatch.setattr(models, "MANY", 2)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with pytest.raises(KeyboardInterrupt):
        Customer.objects.encrypt_again(stop)
    done, left = stored_secrets(first, second), stored_secrets(third)
    assert "customers, of 3: 2 so far\n" in said_by("rotate_keys")
    assert stored_secrets(first, second) == done  # not encrypted once more
    assert stored_secrets(third) != left
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    assert [customer.cst for customer in Customer.objects.all()] == ["kept"] * 3


def stop(_done: int) -> None:
    raise KeyboardInterrupt


def stored_secrets(*customers: Customer) -> list[str]:
    """As they stand in the database."""
    rows = Customer.objects.filter(pk__in=[customer.pk for customer in customers])
    return list(rows.annotate(stored=Cast("cst", TextField())).values_list("stored", flat=True))


def test_forgetting_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MANY", 2)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    for number in range(3):
        stored_customer(unseen_days=2, token=f"t{number}")
    said = said_by("forget_customers")
    assert "deleted widgets and previews: 2 so far\n" in said
    assert "deleted widgets and previews: 3 forgotten\n" in said


def test_rotating_without_the_old_key_says_so_and_changes_nothing(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    stored_customer(cst="kept")
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    with pytest.raises(CommandError, match="none of the keys"):
        said_by("rotate_keys")
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    assert Customer.objects.get().cst == "kept"


def test_an_export_holds_the_conversation_and_no_secret(
    widget: Widget, api: ActingCustomer, agent: Agent
) -> None:
    say(api, message("Has my parcel left?", "m-1"))
    agent.send(api.customer.chat_id, "Yesterday")
    exported = said_by("export_customer", api.customer.entity_id)
    [record] = json.loads(exported)
    events = [event for thread in record["threads"] for event in thread["events"]]
    assert [event["text"] for event in events] == ["Has my parcel left?", "Yesterday"]
    assert record["id"] == api.customer.entity_id
    for secret in (api.customer.cst, api.customer.access_token):
        assert secret not in exported


@pytest.mark.parametrize("key", ["deleted", "preview-1234"])
def test_an_export_is_whole_where_another_widget_of_the_organization_is_left(
    widget: Widget, api: ActingCustomer, key: str
) -> None:
    say(api, message("Has my parcel left?", "m-1"))
    Customer.objects.update(widget_key=key)
    [record] = json.loads(said_by("export_customer", api.customer.entity_id))
    assert record["widget"] == key
    assert record["threads"][0]["events"][0]["text"] == "Has my parcel left?"


def test_an_export_says_what_it_leaves_out_where_no_widget_is_left(customer: Customer) -> None:
    [record] = json.loads(said_by("export_customer", customer.entity_id))
    assert record["id"] == customer.entity_id
    assert "no more" in record["left_out"]


def test_who_used_a_widget_that_is_no_more_can_be_erased(
    customer: Customer, sandbox: Sandbox
) -> None:
    said_by("erase_customer", customer.entity_id)
    assert not Customer.objects.exists()


def test_a_token_livechat_may_still_take_is_ended_there_when_forgotten(
    customer: Customer, sandbox: Sandbox
) -> None:
    Customer.objects.update(last_seen_at=timezone.now() - dt.timedelta(days=2))
    said_by("forget_customers")
    info = sandbox.http.get(
        f"{sandbox.url}/v2/customer/info", params={"code": customer.access_token}, timeout=30
    )
    assert info.status_code == 401


def test_who_has_a_secret_that_no_key_opens_is_forgotten_all_the_same(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["lost"]
    stored_customer(unseen_days=2)
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    said_by("forget_customers")
    assert not Customer.objects.exists()


def test_a_stranger_cannot_be_exported() -> None:
    with pytest.raises(CommandError, match="nobody"):
        said_by("export_customer", "unknown")


def test_an_export_without_livechat_fails_as_a_whole(
    widget: Widget, api: ActingCustomer, sandbox: Sandbox
) -> None:
    sandbox.fault("down")
    with pytest.raises(CommandError, match="LiveChat"):
        said_by("export_customer", api.customer.entity_id)


def test_erasing_leaves_nothing_and_ends_the_token(customer: Customer, sandbox: Sandbox) -> None:
    said_by("erase_customer", customer.entity_id)
    assert not Customer.objects.exists()
    info = sandbox.http.get(
        f"{sandbox.url}/v2/customer/info", params={"code": customer.access_token}, timeout=30
    )
    assert info.status_code == 401


def test_a_stranger_cannot_be_erased() -> None:
    with pytest.raises(CommandError, match="nobody"):
        said_by("erase_customer", "unknown")


def test_tokens_that_have_expired_go_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops the command keeps what was done."""
    monkeypatch.setattr(models, "MANY", 2)
    customer = stored_customer()  # with a token
    for _ in range(4):
        customer.admit()
    BearerToken.objects.update(used_at=timezone.now() - dt.timedelta(days=4000))
    customer.admit()
    with CaptureQueriesContext(connection) as queries:
        assert BearerToken.objects.forget_unused() == 5
    assert BearerToken.objects.count() == 1
    assert sum('DELETE FROM "chatproxy_bearertoken"' in query["sql"] for query in queries) == 3


def test_customers_of_a_widget_that_moves_are_erased_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "MANY", 2)
    for number in range(5):
        stored_customer(token=f"{number}")
    other = stored_customer(widget_key="other", token="other")
    with CaptureQueriesContext(connection) as queries:
        assert Customer.objects.filter(widget_key="shop").erase() == 5
    assert Customer.objects.get() == other
    assert sum('DELETE FROM "chatproxy_customer"' in query["sql"] for query in queries) == 3
    assert not any('"cst"' in query["sql"] for query in queries)


def test_people_are_signed_out_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "MANY", 2)
    customer = stored_customer()
    stays = customer.bearer_tokens.get()
    Customer.objects.update(subject="nora")
    for _ in range(4):
        customer.admit()
    stays.customer = stored_customer(token="of-nobody")
    stays.save()
    with CaptureQueriesContext(connection) as queries:
        BearerToken.objects.sign_out("shop")
    assert BearerToken.objects.filter(customer=customer).count() == 0
    assert BearerToken.objects.filter(pk=stays.pk).exists()
    assert sum('DELETE FROM "chatproxy_bearertoken"' in query["sql"] for query in queries) == 2
