"""What a widget promises to views, to the loader and to its owner."""

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from chatproxy.endings import ended
from chatproxy.models import Customer
from tests.sandbox_rig import ROOT
from widget.models import Subscription, Widget, cache_key
from widget.models.settings import WidgetSettings

SOURCES = {
    path: path.read_text()
    for path in (*ROOT.glob("widget/**/*.py"), *ROOT.glob("templates/widget/**/*.html"))
    if not {"owners", "migrations"} & set(path.parts)
}

VALID: dict[str, Any] = {
    "key": "shop",
    "name": "Shop",
    "organization_id": "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44",
    "client_id": "c2c0ffee",
    "redirect_uri": "https://shop.example/",
    "allowed_origins": ["https://shop.example"],
}

pytestmark = pytest.mark.django_db


def errors_of(**changes: Any) -> dict[str, list[str]]:
    """The errors of a widget that is valid but for these changes."""
    with pytest.raises(ValidationError) as caught:
        Widget(**(VALID | changes)).full_clean()
    return caught.value.message_dict


def test_a_widget_with_four_values_from_livechat_is_valid() -> None:
    Widget(**VALID).full_clean()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("organization_id", "10012345", "An organization ID looks like"),
        ("client_id", "my client", "no spaces"),
        ("redirect_uri", "shop.example", "full web address"),
        ("redirect_uri", "https://shop.example/#top", "without #"),
        ("redirect_uri", "https://shop.example/?a=1", "without #, ?"),
        ("redirect_uri", "https://shop.example?", "without #, ?"),
        ("redirect_uri", "https://shop.example/a/../b", "or .. in it"),
        ("redirect_uri", "https://shop.example/a/%2e%2E/b", "or .. in it"),
        ("redirect_uri", "https://name@shop.example/", "full web address"),
        ("redirect_uri", "javascript:alert(1)//", "full web address"),
        ("key", "My Shop", "small letters"),
        ("brand_color", "blue", "written as #"),
        ("default_language", "klingon", "not one of this server's languages"),
        ("allowed_origins", ["shop example"], "not an address such as"),
        ("texts", {"de": {"footer": "Hallo"}}, "There is no text called"),
        (
            "texts",
            {"klingon": {"header_title": "nuqneH"}},
            "not one of this server's languages",
        ),
        ("texts", {"de": {"header_title": "x" * 501}}, "may have 500 characters"),
        ("corner_radius", 99, "less than or equal to 32"),
        ("retention_days", 0, "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_refused_in_words_an_owner_understands(
    field: str, value: Any, said: str
) -> None:
    errors = errors_of(**{field: value})
    assert list(errors) == [field]
    assert said in " ".join(errors[field])


def test_capitals_spaces_and_paths_are_forgiven() -> None:
    widget = Widget(
        **VALID
        | {
            "organization_id": " 7C1F0D2E-5B0A-4A53-9A5E-2F1D6F3B8C44 ",
            "brand_color": "#FFCC00",
            "allowed_origins": ["shop.example/help", "https://shop.example"],
        }
    )
    widget.full_clean()
    assert widget.organization_id == "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
    assert widget.brand_color == "#ffcc00"
    assert widget.allowed_origins == ["https://shop.example"]


def test_the_key_stays_what_the_websites_know() -> None:
    widget = Widget.objects.create(**VALID)
    widget.key = "other"
    with pytest.raises(ValidationError, match="keep it"):
        widget.full_clean()


def test_a_widget_knows_whose_livechat_it_opens() -> None:
    organization = Widget(**VALID, group_id=3, region="fra", api_version="3.5").organization
    assert organization.organization_id == VALID["organization_id"]
    assert (organization.group_id, organization.region, organization.version) == (3, "fra", "3.5")


def test_a_widget_allows_its_own_websites_only() -> None:
    widget = Widget(**VALID)
    assert widget.allows("https://shop.example")
    assert not widget.allows("https://other.example")
    assert not widget.allows("null")


def test_a_widget_without_websites_may_stand_in_no_frame() -> None:
    assert Widget(**VALID | {"allowed_origins": []}).frame_ancestors == "'none'"
    assert Widget(**VALID).frame_ancestors == "https://shop.example"


def test_the_snippet_is_one_async_tag_and_a_link() -> None:
    assert Widget(**VALID).snippet("https://chat.example/") == (
        '<script async src="https://chat.example/w/shop/embed.js"></script>\n'
        '<noscript><a href="https://chat.example/w/shop/">Chat with us</a></noscript>'
    )


def test_a_text_falls_back_from_region_to_language_to_default() -> None:
    widget = Widget(**VALID, header_title="Hello", texts={"de": {"header_title": "Hallo"}})
    assert widget.text("header_title", "de-at") == "Hallo"
    assert widget.text("header_title", "fr") == "Hello"
    assert widget.text("header_text", "de") == ""


def test_a_widget_that_is_switched_off_is_not_found() -> None:
    Widget.objects.create(**VALID, enabled=False)
    with pytest.raises(Widget.DoesNotExist):
        Widget.objects.find("shop")


def test_finding_a_widget_again_asks_no_database(django_assert_num_queries: Any) -> None:
    Widget.objects.create(**VALID)
    Widget.objects.find("shop")
    with django_assert_num_queries(0):
        assert Widget.objects.find("shop").name == "Shop"


def test_a_saved_change_is_seen_at_once(django_capture_on_commit_callbacks: Any) -> None:
    widget = Widget.objects.create(**VALID)
    Widget.objects.find("shop")
    with django_capture_on_commit_callbacks(execute=True):
        widget.name = "New name"
        widget.save()
    assert Widget.objects.find("shop").name == "New name"


def test_a_deleted_widget_is_gone_at_once(django_capture_on_commit_callbacks: Any) -> None:
    widget = Widget.objects.create(**VALID)
    Widget.objects.find("shop")
    with django_capture_on_commit_callbacks(execute=True):
        widget.delete()
    with pytest.raises(Widget.DoesNotExist):
        Widget.objects.find("shop")


def delete_in_a_list(widget: Widget) -> None:
    Widget.objects.filter(pk=widget.pk).delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("delete", [Widget.delete, delete_in_a_list])
def test_nobody_is_told_to_look_before_a_widget_is_deleted(
    delete: Callable[[Widget], object],
) -> None:
    """They would find it, have its customers stay, and remember it for a minute."""
    widget = Widget.objects.create(**VALID)
    found: list[bool] = []

    def look(**_: object) -> None:
        found.append(Widget.objects.filter(key="shop").exists())

    ended.connect(look)
    delete(widget)
    assert found == [False]


@pytest.mark.parametrize("end", [Widget.save, Widget.delete])
def test_what_was_read_before_a_change_is_not_remembered_after_it(
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Widget], object],
) -> None:
    widget = Widget.objects.create(**VALID)
    widget.enabled = False
    remember = cache.set

    def end_and_remember(key: str, *value: Any) -> None:
        if key == cache_key("shop"):
            with django_capture_on_commit_callbacks(execute=True):
                end(widget)
        remember(key, *value)

    with monkeypatch.context() as patched:
        patched.setattr(cache, "set", end_and_remember)
        Widget.objects.find("shop")
    with pytest.raises(Widget.DoesNotExist):
        Widget.objects.find("shop")


def seen(days_ago: int, widget_key: str = "shop") -> Customer:
    """A customer we saw last so many days ago."""
    now = timezone.now()
    customer = Customer.objects.create(
        widget_key=widget_key,
        organization_id=VALID["organization_id"],
        entity_id="customer",
        fresh_until=now,
        last_seen_at=now - dt.timedelta(days=days_ago),
    )
    customer.admit()
    return customer


def test_customers_are_forgotten_when_their_widget_promised_it() -> None:
    Widget.objects.create(**VALID, retention_days=30)
    Widget.objects.create(**VALID | {"key": "other"}, retention_days=60)
    seen(31)
    recent = seen(29)
    of_another_widget = seen(31, widget_key="other")
    output = io.StringIO()
    call_command("forget_customers", stdout=output)
    assert set(Customer.objects.all()) == {recent, of_another_widget}
    assert "1 forgotten" in output.getvalue()


def test_customers_of_deleted_widgets_and_of_previews_are_forgotten() -> None:
    Widget.objects.create(**VALID, retention_days=30)
    kept = [seen(2), seen(0, widget_key="preview-1234")]
    seen(2, widget_key="preview-5678")
    seen(2, widget_key="deleted")
    call_command("forget_customers", stdout=io.StringIO())
    assert list(Customer.objects.order_by("pk")) == kept


def test_many_are_forgotten_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    Widget.objects.create(**VALID, retention_days=30)
    monkeypatch.setattr("chatproxy.models.MANY", 2)
    for _ in range(5):
        seen(31)
    assert Widget.objects.get().forget_old_customers() == 5
    assert not Customer.objects.exists()


def test_customers_are_forgotten_though_no_key_opens_their_widgets_secrets(
    settings: Settings,
) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["lost"]
    Widget.objects.create(**VALID, retention_days=30)
    seen(31)
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    call_command("forget_customers", stdout=io.StringIO())
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Customer, ["widget_key", "chat_id"]),  # with each event of a license that calls us
        (Subscription, ["held_by", "until"]),  # every five seconds in each process, as the next
        (Subscription, ["until"]),
    ],
)
def test_what_is_asked_again_and_again_has_an_index(model: Any, columns: list[str]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert columns in [each["columns"] for each in found.values() if each["index"]]


def test_sessions_that_have_expired_are_forgotten() -> None:
    now = timezone.now()
    for name, expires in [("old", now - dt.timedelta(days=1)), ("new", now + dt.timedelta(days=1))]:
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    call_command("forget_customers", stdout=io.StringIO())
    assert [session.session_key for session in Session.objects.all()] == ["new"]


def places_that_read(option: str) -> list[str]:
    """Lines that go by what the owner has set, outside the forms in which they set it."""
    anywhere = re.compile(rf'\bwidget\.{option}\b|\.text\("{option}"|filter\({option}=')
    of_its_own = re.compile(rf"\bself\.{option}\b(?! = )")
    return [
        line
        for path, source in SOURCES.items()
        for line in source.splitlines()
        if anywhere.search(line) or ("models" in path.parts and of_its_own.search(line))
    ]


@pytest.mark.parametrize("option", [field.name for field in WidgetSettings._meta.fields])
def test_what_an_owner_sets_is_gone_by(option: str) -> None:
    assert places_that_read(option)
