"""Nobody acts too often, and who does disturbs nobody else."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.http import HttpResponseBase
from django.test import Client

from tests.sandbox_rig import Agent, Sandbox
from tests.stopped_clock import stop_clock_of
from tests.waiting import eventually
from tests.widget.browser_socket import BrowserSocket
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.visitor import Visitor
from widget import limits
from widget.limits import Limit, Limits, Pace, SocketCounts, Told, wait_before
from widget.models import Webhook, Widget
from widget.networks import networks_of
from widget.urls import urlpatterns

HOME, OTHER = "203.0.113.7", "203.0.113.8"


@pytest.fixture(autouse=True)
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times an hour from an address, twice for a customer, five times for a widget.

    No hour ends during a test: everything would be allowed again.
    """
    stop_clock_of(monkeypatch, "widget.limits")
    settings.CHAT_LIMITS = True
    each = Limits(Limit(3, 3600), Limit(2, 3600), Limit(5, 3600))
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(limits.LIMITS, each))


@pytest.fixture
def at() -> Any:
    """`at(address)` is a browser there."""
    return lambda address, key="shop": Visitor(key, Client(REMOTE_ADDR=address))


def statuses(*responses: HttpResponseBase) -> list[int]:
    return [response.status_code for response in responses]


def test_an_address_gets_only_so_many_identities(shop_widget: Widget, at: Any) -> None:
    answers = [at(HOME).introduce() for _ in range(4)]
    assert statuses(*answers) == [201, 201, 201, 429]


def test_who_must_wait_is_told_how_long_and_in_words(shop_widget: Widget, at: Any) -> None:
    answer = [at(HOME).introduce() for _ in range(4)][-1]
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert "wait a moment" in answer.content.decode()


def test_another_address_is_not_disturbed(shop_widget: Widget, at: Any) -> None:
    for _ in range(4):
        at(HOME).introduce()
    assert at(OTHER).introduce().status_code == 201


def test_a_widget_gets_only_so_many_from_everywhere(shop_widget: Widget, at: Any) -> None:
    answers = [at(f"203.0.113.{number}").introduce() for number in range(6)]
    assert statuses(*answers) == [201] * 5 + [429]


def test_a_widget_under_attack_does_not_disturb_the_others(
    shop_widget: Widget,
    add_widget: AddWidget,
    at: Any,
) -> None:
    add_widget("library")
    for number in range(6):
        at(f"203.0.113.{number}").introduce()
    assert at(OTHER, "library").introduce().status_code == 201


def test_who_is_over_their_limit_does_not_use_up_the_widgets(shop_widget: Widget, at: Any) -> None:
    for _ in range(20):
        at(HOME).introduce()
    assert at(OTHER).introduce().status_code == 201


def test_a_customer_writes_only_so_often(shop_widget: Widget, at: Any) -> None:
    nora = at(HOME)
    nora.introduce()
    answers = [nora.send(f"message {number}") for number in range(3)]
    assert statuses(*answers) == [204, 204, 429]


def test_reading_is_free(shop_widget: Widget, at: Any) -> None:
    assert statuses(*[at(HOME).ask("get", "") for _ in range(6)]) == [200] * 6


def test_asking_for_one_group_after_another_is_not_free(shop_widget: Widget, at: Any) -> None:
    client = Client(REMOTE_ADDR=HOME)
    asked = [client.get("/w/shop/", headers={"X-Chat-Group": str(n)}) for n in range(1, 5)]
    assert statuses(*asked) == [200, 200, 200, 429]


@pytest.fixture
def many_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may open as often as they like; LiveChat is asked for less."""
    plenty = Limits(Limit(100, 3600), Limit(100, 3600), Limit(100, 3600))
    monkeypatch.setitem(limits.LIMITS, "welcome", plenty)


def welcome(visitor: Visitor, group: int) -> int:
    return visitor.ask("get", "welcome", **{"X-Chat-Group": str(group)}).status_code


def test_livechat_is_asked_about_only_so_many_groups_that_somebody_names(
    many_panels: None, shop_widget: Widget, at: Any, sandbox: Sandbox
) -> None:
    """The owner pays for each, and who asks need not be anybody's customer."""
    asked = [welcome(at(f"203.0.113.{group}"), group) for group in range(1, 9)]
    assert asked == [200] * 8
    assert sandbox.requests().count("get_dynamic_configuration") == 5


def test_one_address_does_not_use_up_what_livechat_may_be_asked(
    many_panels: None, shop_widget: Widget, at: Any, sandbox: Sandbox
) -> None:
    for group in range(1, 9):
        welcome(at(HOME), group)
    assert sandbox.requests().count("get_dynamic_configuration") == 3
    welcome(at(OTHER), 9)
    assert sandbox.requests().count("get_dynamic_configuration") == 4


def test_about_the_widget_s_own_group_livechat_is_asked_all_the_same(
    many_panels: None, shop_widget: Widget, at: Any, sandbox: Sandbox
) -> None:
    for group in range(1, 9):
        welcome(at(f"203.0.113.{group}"), group)
    before = sandbox.requests().count("get_dynamic_configuration")
    at(HOME).ask("get", "welcome")
    assert sandbox.requests().count("get_dynamic_configuration") == before + 1


def test_the_plain_page_has_limits_too(shop_widget: Widget, at: Any) -> None:
    answers = [at(HOME).ask("post", "plain/", {"text": ""}) for _ in range(4)]
    assert answers[-1].status_code == 429


def test_identities_made_by_the_plain_page_are_counted_as_such(
    shop_widget: Widget, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plenty = Limits(Limit(100, 3600), Limit(100, 3600), Limit(100, 3600))
    monkeypatch.setitem(limits.LIMITS, "act", plenty)
    answers = [write_plainly(at(HOME)) for _ in range(4)]
    assert statuses(*answers) == [302, 302, 302, 429]
    assert at(HOME).introduce().status_code == 429


def test_who_is_known_to_the_plain_page_becomes_nobody_new(
    shop_widget: Widget, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Limits(Limit(1, 3600), Limit(1, 3600), Limit(1, 3600))
    monkeypatch.setitem(limits.LIMITS, "identity", once)
    nora = at(HOME)
    assert statuses(write_plainly(nora), write_plainly(nora)) == [302, 302]


def write_plainly(visitor: Visitor) -> HttpResponseBase:
    return visitor.ask("post", "plain/", {"text": "Hello", "custom_id": uuid.uuid4().hex})


@pytest.mark.parametrize(
    "path", ["welcome", "history", "forms/postchat", "forms/thread/event", "stream"]
)
def test_reading_what_livechat_is_asked_for_is_counted(
    shop_widget: Widget, at: Any, path: str
) -> None:
    nora = at(HOME)
    nora.introduce()
    answers = [nora.ask("get", path) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]


def link_to_transcript(visitor: Visitor) -> str:
    visitor.send("Hello")
    return visitor.ask("post", "transcript/link").headers["HX-Redirect"]


def test_a_transcript_is_counted_wherever_its_link_is_opened(shop_widget: Widget, at: Any) -> None:
    nora = at(HOME)
    nora.introduce()
    link = link_to_transcript(nora)
    answers = [Client(REMOTE_ADDR=f"198.51.100.{number}").get(link) for number in range(3)]
    assert statuses(*answers) == [200, 200, 204]


def test_of_one_customers_transcripts_another_takes_nothing(shop_widget: Widget, at: Any) -> None:
    nora, olga = at(HOME), at(OTHER)
    for each in (nora, olga):
        each.introduce()
    link, other = link_to_transcript(nora), link_to_transcript(olga)
    for number in range(3):
        Client(REMOTE_ADDR=f"198.51.100.{number}").get(link)
    assert Client(REMOTE_ADDR="192.0.2.1").get(other).status_code == 200


def test_transcripts_are_counted_by_the_address_as_well(shop_widget: Widget, at: Any) -> None:
    people = [at(f"198.51.100.{number}") for number in range(2)]
    for each in people:
        each.introduce()
    links = [link_to_transcript(each) for each in people]
    answers = [Client(REMOTE_ADDR=HOME).get(link) for link in (*links, *links)]
    assert statuses(*answers) == [200, 200, 200, 204]


def test_every_name_that_is_counted_is_a_urls() -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert {*limits.CHANGES, *limits.READING} <= names


def test_every_limit_that_is_named_there_is() -> None:
    assert {*limits.CHANGES.values(), *limits.READING.values()} <= set(limits.LIMITS)


def test_who_only_says_that_they_are_livechat_keep_it_out_of_nothing(
    shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, "call", Limits(Limit(3, 3600), Limit(3, 3600), None))
    secret = Webhook.objects.create(widget=shop_widget, livechat_id="W").secret
    for number in range(20):
        assert call_as_livechat(f"203.0.113.{number}", "made up") == 403
    assert call_as_livechat(HOME, secret) == 204


def test_livechat_itself_calls_only_so_often(
    shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, "call", Limits(Limit(9, 3600), Limit(9, 3600), None))
    secret = Webhook.objects.create(widget=shop_widget, livechat_id="W").secret
    assert [call_as_livechat(HOME, secret) for _ in range(6)] == [204] * 5 + [429]


def test_one_address_says_only_so_often_that_it_is_livechat(shop_widget: Widget) -> None:
    Webhook.objects.create(widget=shop_widget, livechat_id="W")
    assert [call_as_livechat(HOME, "made up") for _ in range(4)] == [403] * 3 + [429]


def call_as_livechat(address: str, secret: str) -> int:
    call = {"secret_key": secret, "action": "incoming_event", "payload": {}}
    path, client = "/w/shop/webhook", Client(REMOTE_ADDR=address)
    return client.post(path, call, content_type="application/json").status_code


def test_a_panel_announces_its_tab_without_using_up_what_the_customer_may_say(
    shop_widget: Widget, at: Any
) -> None:
    nora = at(HOME)
    nora.introduce()
    answers = [nora.ask("post", "expected") for _ in range(3)]
    assert statuses(*answers) == [204, 204, 429]
    assert nora.send("Hello").status_code == 204


def test_the_plain_log_that_reloads_itself_is_counted(shop_widget: Widget, at: Any) -> None:
    nora = at(HOME)
    write_plainly(nora)
    answers = [nora.ask("get", "plain/log") for _ in range(3)]
    assert statuses(*answers) == [200, 200, 429]


def test_an_address_cannot_be_forged_by_a_header(shop_widget: Widget, at: Any) -> None:
    """Neither header is believed here: only a proxy we trust is asked, by Daphne."""
    answers = [
        at(HOME).ask(
            "post", "customer", **{"X-Forwarded-For": f"10.0.0.{n}", "X-Real-IP": "1.1.1.1"}
        )
        for n in range(4)
    ]
    assert answers[-1].status_code == 429


def networks(address: str) -> list[str]:
    return [network for network, _ in networks_of(address)]


def test_a_provider_gives_a_customer_a_network_not_an_address() -> None:
    assert networks("2001:db8:1:2::1") == networks("2001:db8:1:2:ffff::9")
    assert networks("2001:db8:1:2::1")[0] != networks("2001:db8:1:3::1")[0]
    assert networks("203.0.113.7") == ["203.0.113.7"]
    assert networks("") == [""]


def test_ipv4_is_the_same_in_the_clothes_of_ipv6() -> None:
    """As a server on `::` sees it."""
    assert networks("::ffff:203.0.113.7") == ["203.0.113.7"]
    assert networks("::ffff:203.0.113.8") == ["203.0.113.8"]


def test_ipv4_is_the_same_where_nat64_has_made_it_ipv6() -> None:
    """As a server without IPv4 sees it."""
    assert networks("64:ff9b::203.0.113.7") == ["203.0.113.7"]
    assert networks("64:ff9b::203.0.113.8") == ["203.0.113.8"]


@pytest.mark.parametrize("clothes", ["::ffff:", "64:ff9b::"])
def test_customers_in_the_clothes_of_ipv6_do_not_share_a_limit(
    shop_widget: Widget, at: Any, clothes: str
) -> None:
    answers = [at(f"{clothes}203.0.113.{number}").introduce() for number in range(5)]
    assert statuses(*answers) == [201] * 5


def test_one_provider_of_ipv6_does_not_use_up_a_widget(shop_widget: Widget, at: Any) -> None:
    answers = [at(f"2001:db8:{number}::1").introduce() for number in range(6)]
    assert statuses(*answers) == [201] * 3 + [429] * 3
    assert at(HOME).introduce().status_code == 201


def test_a_provider_may_do_more_than_a_customer_but_half_of_what_the_widget_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    each = Limits(Limit(30, 60), Limit(30, 60), Limit(200, 60))
    monkeypatch.setitem(limits.LIMITS, "identity", each)
    counted = limits.counts_of("identity", "shop", "2001:db8:1:2::1", "")
    assert [limit.times for _, limit in counted] == [30, 100, 100, 200]


def test_sockets_of_one_address_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SOCKETS", 2)
    sockets = SocketCounts()
    sockets.add(HOME)
    assert not sockets.is_full(HOME)
    sockets.add(HOME)
    assert sockets.is_full(HOME)
    assert not sockets.is_full(OTHER)
    sockets.remove(HOME)
    assert not sockets.is_full(HOME)


def test_sockets_of_one_provider_of_ipv6_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SOCKETS", 2)
    sockets = SocketCounts()
    for number in range(20):
        assert not sockets.is_full(f"2001:db8:{number}::1")
        sockets.add(f"2001:db8:{number}::1")
    assert sockets.is_full("2001:db8:99::1")
    assert not sockets.is_full("2001:db9::1")


def test_addresses_without_sockets_are_forgotten() -> None:
    sockets = SocketCounts()
    sockets.add(HOME)
    sockets.remove(HOME)
    assert not sockets._open


async def handshake(address: str) -> bool:
    """Whether a socket from this address is taken in."""
    from config.asgi import application

    headers = [(b"host", b"testserver")]
    socket = BrowserSocket(application, "/w/shop/socket", headers, subprotocols=["chat"])
    socket.scope["client"] = [address, 1]
    taken, _ = await socket.connect()
    await socket.disconnect()
    return bool(taken)


@pytest.mark.django_db(transaction=True)
async def test_who_connects_too_often_fails_the_handshake_and_comes_back_later(
    sandbox: Any,
) -> None:
    assert [await handshake(HOME) for _ in range(4)] == [True, True, True, False]
    assert await handshake(OTHER)


def test_a_socket_is_not_heard_beyond_its_pace() -> None:
    pace = Pace()
    heard = [pace.allows() for _ in range(3 * Pace.MESSAGES)]
    assert Pace.MESSAGES <= sum(heard) <= 2 * Pace.MESSAGES


TOLD = {
    "update_customer_page": ("socket", {"page": {"url": "https://shop.example/NUMBER"}}),
    "send_sneak_peek": ("socket", {"sneak_peek": {"chat": "CHAT", "text": "NUMBER"}}),
    "mark_events_as_seen": ("socket", {"seen": {"chat": "CHAT", "at": "2099-01-0NUMBER"}}),
    "accept_greeting": ("visit", {"accept": {"id": 3, "unique_id": "NUMBER"}}),
    "cancel_greeting": ("visit", {"cancel": {"unique_id": "NUMBER"}}),
    "send_greeting_button_clicked": ("visit", {"press": {"unique_id": "NUMBER", "button": "a"}}),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", TOLD)
async def test_livechat_is_told_only_so_much_over_a_socket(
    add_widget: AddWidget, open_socket: OpenSocket, sandbox: Sandbox, action: str
) -> None:
    """The owner pays for each request, and a socket may say thirty things a second."""
    await sync_to_async(add_widget)(sneak_peek=True, track_visitors=True)
    visitor = Visitor()
    await sync_to_async(visitor.introduce)()
    await sync_to_async(visitor.send)("Hello")
    [chat] = Agent(sandbox).chats()
    path, frame = TOLD[action]
    socket = open_socket(visitor.token, path=path)
    await socket.connect()
    await socket.send_json_to({"hello": {"language": "en", "zone": "UTC", "event": ""}})
    while not (await socket.receive_from(timeout=15)).count(
        "Hello" if path == "socket" else "chat"
    ):
        pass
    for number in range(1, 7):
        text = json.dumps(frame).replace("NUMBER", str(number)).replace("CHAT", chat["id"])
        await socket.send_to(text_data=text)
    await eventually(lambda: sandbox.requests().count(action) >= 2)
    await sync_to_async(Agent(sandbox).send)(chat["id"], "Over here")  # by now the others were too
    while path == "socket" and "Over here" not in await socket.receive_from(timeout=15):
        pass
    assert sandbox.requests().count(action) == 2


def test_who_tells_too_much_does_not_use_up_what_others_may() -> None:
    told = Told()
    assert [told.allows("shop", HOME, "Ada") for _ in range(4)] == [True, True, False, False]
    assert told.allows("shop", OTHER, "Ola")


def test_a_cache_that_remembers_nothing_lets_everybody_pass(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert [wait_before("act", "shop", HOME, "") for _ in range(4)] == [0] * 4


def test_whom_the_server_knows_no_address_of_are_not_taken_for_one_and_the_same() -> None:
    assert [wait_before("act", "shop", "", f"token-{n}") for n in range(5)] == [0] * 5
    sockets = SocketCounts()
    for _ in range(limits.SOCKETS):
        sockets.add("")
    assert not sockets.is_full("")
