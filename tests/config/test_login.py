"""How somebody comes into the admin: tried only so often, with a second factor if they want."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.security.ways import add_widget
from tests.stopped_clock import stop_clock_of
from widget.models import Tally

LOGIN, PAGE = "/admin/login/", "/admin/second-factor/"
# By day an ordinary one and an odd one.
EACH_SPELLING = [
    *("OLGA", "\u3000olgª\u2003"),
    *(pytest.param(each, marks=pytest.mark.night) for each in ("Olga ", "ｏlga", "𝐨lga", "OLGＡ")),
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes change every half minute, and tries are allowed again every five: not during a test."""
    modules = ("config.login", "widget.limits", "django_otp.plugins.otp_totp.models")
    stopped = stop_clock_of(monkeypatch, *modules)
    monkeypatch.setattr("django_otp.oath.time", stopped.time)


@pytest.fixture(autouse=True)
def olga() -> User:
    return User.objects.create_superuser("olga", password="right")


def log_in(name: str = "olga", password: str = "right", **more: Any) -> Client:
    """Try it; `address` is where from."""
    client = Client(REMOTE_ADDR=more.pop("address", "192.0.2.1"))
    client.post(LOGIN, {"username": name, "password": password, **more})
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def guess(times: int, address: str = "192.0.2.1") -> list[int]:
    client = Client(REMOTE_ADDR=address)
    tried = ({"username": "olga", "password": f"wrong {number}"} for number in range(times))
    return [client.post(LOGIN, each).status_code for each in tried]


def test_of_sixty_wrong_passwords_ten_are_looked_at() -> None:
    assert guess(60) == [200] * 10 + [429] * 50
    assert not is_in(log_in())


def test_who_tries_too_often_is_told_how_long_to_wait() -> None:
    guess(10)
    response = Client(REMOTE_ADDR="192.0.2.1").post(LOGIN, {"username": "olga"})
    assert 0 < int(response["Retry-After"]) <= 300
    assert "Too many tries." in response.content.decode()


@pytest.mark.parametrize(
    ("name", "address"), [("olga", "198.51.100.7"), ("piotr", "192.0.2.1"), ("olga", "2001:db8::1")]
)
def test_nobody_else_is_kept_out(name: str, address: str) -> None:
    User.objects.create_superuser("piotr", password="right")
    guess(30)
    assert is_in(log_in(name, address=address))


@pytest.mark.parametrize(
    ("first", "second"),
    [("2001:db8::1", "2001:db8::2"), ("192.0.2.1", "192.0.2.1")],
    ids=["the same network", "the same address"],
)
@pytest.mark.parametrize("name", EACH_SPELLING)
def test_another_spelling_is_no_new_try(first: str, second: str, name: str) -> None:
    guess(10, first)
    assert answer_to(name, second) == 429


def test_a_name_that_is_too_long_to_be_one_takes_no_time() -> None:
    began = time.process_time()
    assert answer_to("\u0301\u0327" * 50_000) == 200
    assert time.process_time() - began < 5


def answer_to(name: str, address: str = "192.0.2.1") -> int:
    """The status for a wrong password."""
    tried = {"username": name, "password": "wrong"}
    return Client(REMOTE_ADDR=address).post(LOGIN, tried).status_code


def test_an_organizations_networks_together_have_four_times_as_many_tries_for_a_name() -> None:
    answers = [guess(10, f"2001:db8:1:{number:x}::1") for number in range(5)]
    assert answers == [[200] * 10] * 4 + [[429] * 10]


@pytest.mark.night  # by day the networks of an organization
def test_a_provider_of_ipv6_has_ten_times_as_many_tries_for_a_name() -> None:
    answers = [guess(10, f"2001:db8:{number:x}::1") for number in range(11)]
    assert answers == [[200] * 10] * 10 + [[429] * 10]
    assert is_in(log_in(address="2001:db9::1"))


@pytest.mark.parametrize(
    "address", ["192.0.2.1", pytest.param("2001:db8::1", marks=pytest.mark.night)]
)
def test_of_sixty_names_from_one_address_forty_are_looked_at(address: str) -> None:
    answers = [answer_to(f"olga{number}", address) for number in range(60)]
    assert answers == [200] * 40 + [429] * 20
    assert is_in(log_in(address="198.51.100.7"))


def test_whose_name_is_tried_too_often_does_not_use_up_their_offices_tries() -> None:
    guess(100)
    assert [answer_to(f"olga{number}") for number in range(30)] == [200] * 30


@pytest.mark.night  # rare
def test_who_comes_from_no_address_we_know_shares_no_limit_but_their_names() -> None:
    """A server behind a Unix socket knows none."""
    assert [answer_to(f"olga{number}", "") for number in range(50)] == [200] * 50
    assert guess(11, "")[-1] == 429


# The second factor


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    return f"{totp(device.bin_key, drift=steps):06}"


def set_up(client: Client) -> TOTPDevice:
    client.get(PAGE)
    device = TOTPDevice.objects.get()
    client.post(PAGE, {"code": code_of(device, -1)})
    return TOTPDevice.objects.get()


def test_without_a_second_factor_a_password_is_enough() -> None:
    assert is_in(log_in())


def test_with_one_a_password_is_not_enough() -> None:
    device = set_up(log_in())
    assert device.confirmed
    assert not is_in(log_in())
    assert not is_in(log_in(code="000000"))
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert is_in(log_in(code=code_of(device)))


def test_a_code_counts_once() -> None:
    device = set_up(log_in())
    code = code_of(device)
    assert is_in(log_in(code=code))
    assert not is_in(log_in(code=code))


def test_a_wrong_code_sets_nothing_up() -> None:
    client = log_in()
    client.get(PAGE)
    client.post(PAGE, {"code": "000000"})
    assert not TOTPDevice.objects.get().confirmed
    assert is_in(log_in())


def test_who_sets_it_up_stays_in_and_every_other_session_asks_for_the_code() -> None:
    client, elsewhere = log_in(), log_in()
    set_up(client)
    assert is_in(client)
    assert not is_in(elsewhere)


def test_it_ends_with_a_code_only() -> None:
    client = log_in()
    device = set_up(client)
    client.post(PAGE, {"code": "000000"})
    assert TOTPDevice.objects.exists()
    TOTPDevice.objects.update(throttling_failure_count=0)
    client.post(PAGE, {"code": code_of(device)})
    assert not TOTPDevice.objects.exists()


def test_the_key_is_shown_until_it_is_set_up_and_never_again() -> None:
    client = log_in()
    assert "data:image/svg+xml" in client.get(PAGE).content.decode()
    set_up(client)
    assert "data:image/svg+xml" not in client.get(PAGE).content.decode()


def test_an_operator_helps_those_who_lost_their_phone() -> None:
    set_up(log_in())
    call_command("remove_second_factor", "olga")
    assert is_in(log_in())
    with pytest.raises(CommandError, match="no second factor"):
        call_command("remove_second_factor", "olga")


def test_a_try_that_is_refused_costs_no_password_hash() -> None:
    guess(10)
    started = time.process_time()
    guess(20)
    assert time.process_time() - started < 2  # seconds; a hash takes 0.4 in production


# The first page


def test_the_home_page_shows_widgets_and_how_they_do(olga: User) -> None:
    widget = add_widget(name="Fern & Clay")
    for what, count in (("chat", 7), ("first_reply", 4), ("failure", 9)):
        Tally.objects.create(widget=widget, day=timezone.now().date(), what=what, count=count)
    html = log_in().get("/admin/").content.decode()
    assert ">Fern &amp; Clay</a>" in html
    assert re.findall(r"<dd>(?:<[^>]+>)?(\d)<", html) == ["7", "3", "9"]
    assert "Groups" not in html
