"""Asking to be told: where we may post to, who may ask, and how it ends."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import aiohttp
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from chatproxy.encryption import _fernet
from chatproxy.models import BearerToken
from tests.widget.conftest import AddWidget
from tests.widget.notifications.conftest import PAGE, ask_to_be_told
from tests.widget.notifications.push_service import PushService
from tests.widget.visitor import Visitor
from widget import checks
from widget.models import Browser, Subscription, Widget
from widget.notifications import keys
from widget.notifications.addresses import may_post_to
from widget.notifications.outcomes import Outcome
from widget.notifications.sending import PublicHosts, Sender, is_public

TICKET = re.compile(r"#([^\"]+)\"")


def ticket_of(visitor: Visitor) -> str:
    """What the window for the permission is opened with."""
    found = TICKET.search(visitor.ask("get", "notifications", {"page": PAGE}).content.decode())
    assert found
    return found[1]


@pytest.fixture
def subscription(push_service: PushService) -> dict[str, str]:
    return push_service.device("phone").subscription()


def test_without_keys_nothing_is_offered(customer: Visitor, shop_widget: Widget) -> None:
    assert customer.ask("get", "notifications").status_code == 404
    assert customer.ask("post", "notifications").status_code == 404
    assert Visitor().ask("get", "permission").status_code == 404
    assert Visitor().ask("post", "renewed").status_code == 404
    assert 'id="push"' not in Visitor().ask("get", "").content.decode()


def test_with_keys_it_is_offered_and_can_be_ended(
    customer: Visitor, subscription: dict[str, str]
) -> None:
    assert 'id="push"' in Visitor().ask("get", "").content.decode()
    assert "Tell me when you answer" in customer.ask("get", "notifications").content.decode()
    ask_to_be_told(customer, subscription)
    assert "data-on" in customer.ask("get", "notifications").content.decode()
    assert "data-on" not in customer.ask("delete", "notifications").content.decode()
    assert not Subscription.objects.exists()


def test_a_browser_is_kept_encrypted(customer: Visitor, subscription: dict[str, str]) -> None:
    ask_to_be_told(customer, subscription)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM widget_subscription")
        stored = cursor.fetchone()[0]
    assert subscription["endpoint"] not in stored
    assert PAGE not in stored
    assert json.loads(_fernet().decrypt(stored.encode()))[0] == subscription["endpoint"]
    kept = Subscription.objects.get()
    assert (kept.browser, kept.page) == (Browser(**subscription), PAGE)


def test_a_click_leads_to_no_other_website(customer: Visitor, subscription: dict[str, str]) -> None:
    customer.ask("post", "notifications", subscription | {"page": "https://evil.example/"})
    assert Subscription.objects.get().page == "http://testserver/w/shop/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://127.0.0.1/1"},
        {"p256dh": "BAAA"},
        {"p256dh": "é"},
        {"auth": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_no_browser_gives_is_refused(
    customer: Visitor, subscription: dict[str, str], wrong: dict[str, str]
) -> None:
    assert customer.ask("post", "notifications", subscription | wrong).status_code == 400
    assert not Subscription.objects.exists()


def test_the_window_for_the_permission_subscribes_for_the_chat(
    customer: Visitor, subscription: dict[str, str]
) -> None:
    ticket = ticket_of(customer)
    stranger = Visitor()
    window = stranger.ask("get", "permission")
    assert window.status_code == 200
    assert keys.public_key() in window.content.decode()
    given = subscription | {"ticket": ticket}
    assert stranger.ask("post", "permission", given).status_code == 204
    assert Subscription.objects.get().page == PAGE


def test_a_ticket_is_worth_nothing_elsewhere_or_afterwards(
    add_widget: AddWidget, customer: Visitor, subscription: dict[str, str]
) -> None:
    add_widget("other")
    given = subscription | {"ticket": ticket_of(customer)}
    assert Visitor("other").ask("post", "permission", given).status_code == 403
    assert Visitor().ask("post", "permission", given | {"ticket": "x"}).status_code == 403
    customer.ask("post", "logout")
    assert Visitor().ask("post", "permission", given).status_code == 403
    assert not Subscription.objects.exists()


def test_a_ticket_is_worth_nothing_without_consent(
    customer: Visitor, shop_widget: Widget, subscription: dict[str, str]
) -> None:
    given = subscription | {"ticket": ticket_of(customer)}
    shop_widget.ask_consent, shop_widget.consent_version = True, "2027-01"
    shop_widget.save()
    cache.clear()  # as after a commit
    assert Visitor().ask("post", "permission", given).status_code == 403
    assert not Subscription.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_is_asking_once(
    transactional_db: None, customer: Visitor, subscription: dict[str, str]
) -> None:
    """As a double click does. SQLite in memory lets one write at a time, as it is."""
    at_once = 4 if connection.features.has_select_for_update else 1

    def ask(_number: int) -> int:
        try:
            return customer.ask("post", "notifications", subscription).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as workers:
        assert set(workers.map(ask, range(12))) == {200}
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize("end", ["logout", "forget"])
def test_it_ends_with_the_customer(
    customer: Visitor, subscription: dict[str, str], end: str
) -> None:
    ask_to_be_told(customer, subscription)
    if end == "logout":
        customer.ask("post", "logout")
    else:
        customer.ask("delete", "customer")
    assert not Subscription.objects.exists()


def test_an_export_says_that_it_was_asked_for(
    customer: Visitor, subscription: dict[str, str]
) -> None:
    ask_to_be_told(customer, subscription)
    out = StringIO()
    call_command("export_customer", BearerToken.objects.get().customer.entity_id, stdout=out)
    (browser,) = json.loads(out.getvalue())[0]["browsers"]
    assert browser["notifications"]["page"] == PAGE
    assert subscription["auth"] not in out.getvalue()


def test_a_customer_has_only_so_many(
    customer: Visitor, push_service: PushService, subscription: dict[str, str]
) -> None:
    token = BearerToken.objects.get()
    browser = Browser(**subscription)
    for number in range(12):
        other = token.customer.bearer_tokens.create(token_hash=str(number))
        Subscription.objects.subscribe(other, browser, page=PAGE, language="en", group_id=0)
    assert Subscription.objects.count() == 10


def test_new_keys_encrypt_them_again(
    customer: Visitor, subscription: dict[str, str], settings: Settings
) -> None:
    ask_to_be_told(customer, subscription)
    settings.CHAT_ENCRYPTION_KEYS = ["a new one", settings.SECRET_KEY]
    call_command("rotate_keys", stdout=StringIO())
    settings.CHAT_ENCRYPTION_KEYS = ["a new one"]
    assert Subscription.objects.get().browser == Browser(**subscription)


# A browser that gets another subscription by itself


@pytest.fixture
def renewed(subscription: dict[str, str], push_service: PushService) -> dict[str, str]:
    """What a service worker says then: what it had, and what it has."""
    before = {"before": subscription["endpoint"], "secret": subscription["auth"]}
    return push_service.device("renewed").subscription() | before


def test_a_subscription_that_no_key_opens_is_not_renewed(
    customer: Visitor, subscription: dict[str, str], renewed: dict[str, str], settings: Settings
) -> None:
    ask_to_be_told(customer, subscription)
    settings.CHAT_ENCRYPTION_KEYS = ["another one"]
    assert Visitor().ask("post", "renewed", renewed).status_code == 403


def test_a_browser_that_has_got_another_subscription_is_told_there(
    customer: Visitor, subscription: dict[str, str], renewed: dict[str, str]
) -> None:
    ask_to_be_told(customer, subscription)
    Subscription.objects.update(told="2026-11-30", language="de", group_id=7)
    assert Visitor().ask("post", "renewed", renewed).status_code == 204
    kept = Subscription.objects.get()
    assert kept.browser == Browser(*(renewed[name] for name in ("endpoint", "p256dh", "auth")))
    assert (kept.page, kept.told, kept.language, kept.group_id) == (PAGE, "2026-11-30", "de", 7)
    assert Visitor().ask("post", "renewed", renewed).status_code == 403  # what it had is over


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"before": "https://push.example/1"}, 403),
        ({"secret": "AAAA"}, 403),
        ({"secret": ""}, 403),
        ({"endpoint": "https://127.0.0.1/1"}, 400),
    ],
)
def test_whoever_does_not_know_what_it_had_changes_nothing(
    customer: Visitor,
    subscription: dict[str, str],
    renewed: dict[str, str],
    wrong: dict[str, str],
    status: int,
) -> None:
    ask_to_be_told(customer, subscription)
    assert Visitor().ask("post", "renewed", renewed | wrong).status_code == status
    assert Subscription.objects.get().browser == Browser(**subscription)


def test_what_a_browser_had_is_worth_nothing_elsewhere_or_without_consent(
    add_widget: AddWidget,
    customer: Visitor,
    shop_widget: Widget,
    subscription: dict[str, str],
    renewed: dict[str, str],
) -> None:
    add_widget("other")
    ask_to_be_told(customer, subscription)
    assert Visitor("other").ask("post", "renewed", renewed).status_code == 403
    shop_widget.ask_consent, shop_widget.consent_version = True, "2027-01"
    shop_widget.save()
    cache.clear()  # as after a commit
    assert Visitor().ask("post", "renewed", renewed).status_code == 403
    assert Subscription.objects.get().browser == Browser(**subscription)


# Where we post to


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://fcm.googleapis.com/fcm/send/a:b-c_d", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/gAAA", True),
        ("https://web.push.apple.com/Q", True),
        ("http://fcm.googleapis.com/1", False),
        ("https://localhost/1", False),
        ("https://127.0.0.1/1", False),
        ("https://2130706433/1", False),
        ("https://0x7f.1/1", False),
        ("https://[::1]/1", False),
        ("https://push.example:8443/1", False),
        ("https://fcm.googleapis.com@push.example/1", False),
        ("https://push.example\\@fcm.googleapis.com/1", False),
        ("https://push.example/\n", False),
        ("https://ｐush.example/1", False),
        ("https://push.example/" + "a" * 1000, False),
        ("ftp://push.example/1", False),
        ("", False),
    ],
)
def test_only_push_services_are_posted_to(address: str, may: bool) -> None:
    assert may_post_to(address) is may


async def test_a_public_name_that_leads_inside_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, subscription: dict[str, str]
) -> None:
    """Whatever it was when the browser gave it to us: it is looked at when it is used."""
    asked: list[str] = []

    async def look_up(_resolver: object, host: str, *_where: object) -> list[dict[str, object]]:
        asked.append(host)
        return [{"hostname": host, "host": "127.0.0.1", "port": 443, "proto": 0, "flags": 0}]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", look_up)
    with pytest.raises(OSError, match="no public host"):
        await PublicHosts().resolve("push.example", 443)
    sender = Sender()
    browser = Browser(**subscription | {"endpoint": "https://push.example/1"})
    assert (await sender.send(browser, {"title": "", "body": ""}, "t")).outcome is Outcome.LATER
    assert asked == ["push.example"] * 2
    await sender.close()


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("142.250.74.106", True),
        ("2a00:1450:4001:80f::200a", True),
        ("64:ff9b::8efa:4a6a", True),  # 142.250.74.106 in a network without IPv4
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("fd00:ec2::254", False),
        ("fec0::1", False),
        ("::ffff:127.0.0.1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
        ("fe80::1%lo", False),
    ],
)
def test_an_address_inside_is_known_in_every_disguise(host: str, is_one: bool) -> None:
    assert is_public(host) is is_one


# Keys


def test_the_command_makes_a_key(settings: Settings) -> None:
    out = StringIO()
    call_command("new_push_key", stdout=out)
    settings.CHAT_PUSH_KEY = out.getvalue().strip()
    settings.CHAT_PUSH_CONTACT = "mailto:chat@shop.example"
    assert keys.is_possible()
    assert not list(checks.check_notifications())
    assert not list(checks.check_settings())


def test_checks_say_what_is_missing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAT_PUSH_KEY = keys.new_private_key()
    assert [found.id for found in checks.check_notifications()] == ["widget.E008"]
    assert not keys.is_possible()
    settings.CHAT_PUSH_CONTACT = "mailto:chat@shop.example"
    monkeypatch.setattr(keys, "LIBRARY", "not_installed")
    (missing,) = checks.check_notifications()
    assert "livechat-web-widget[push]" in str(missing.hint)
    settings.CHAT_PUSH_KEY = "no key"
    assert "CHAT_PUSH_KEY" in next(iter(checks.check_settings())).msg


def test_the_worker_is_a_script_for_any_website(client: Client, shop_widget: Widget) -> None:
    response = client.get("/w/shop/worker.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert '"shop"' in response.content.decode()
