"""Gone means gone: whose ground to stay is taken away neither hears nor says anything any more."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client
from django.utils import timezone

from chatproxy.models import BearerToken, Customer, hash_of
from tests.chatproxy.people import stored_customer
from tests.sandbox_rig import Agent, Sandbox
from tests.security.ways import add_widget as widget_of_an_organization
from tests.security.ways import changes_it, deletes_chosen, deletes_it, person, renews_the_secret
from tests.waiting import PATIENCE, eventually
from tests.widget.browser_socket import BrowserSocket
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.customers.test_identities import sign_in, signed
from tests.widget.visitor import Visitor
from widget import sockets
from widget.models import Membership, Widget
from widget.running import Running

Role = Membership.Role
SHOP, OUTLET = "https://shop.example", "https://outlet.example"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who must go is told so: it would not be found out during a test."""
    monkeypatch.setattr(sockets, "LOOK_EVERY", 3600.0)


@pytest.fixture
def widget(transactional_db: None, add_widget: AddWidget) -> Widget:
    return add_widget("shop", allowed_origins=[SHOP, OUTLET])


@pytest.fixture
def nora(widget: Widget) -> Visitor:
    return known_on(SHOP)


def known_on(website: str) -> Visitor:
    """Somebody who has acted on this website."""
    visitor = Visitor()
    answer = visitor.ask("post", "customer", **{"X-Chat-Website": website})
    visitor.token = answer.headers["X-Chat-Token"]
    return visitor


def customer_of(visitor: Visitor) -> Customer:
    customer = Customer.objects.find(visitor.key, visitor.token)
    assert customer
    return customer


async def welcomed(socket: BrowserSocket) -> BrowserSocket:
    """The socket, once it is shown the chat."""
    await socket.connect()
    await socket.send_json_to({"hello": {"language": "en", "zone": "UTC", "event": ""}})
    while 'hx-target="#threads"' not in await socket.receive_from(timeout=15):
        pass
    return socket


async def closed_with(socket: BrowserSocket) -> int:
    """The code with which the server closes the socket."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await socket.receive_output(timeout=PATIENCE)
            if message["type"] == "websocket.close":
                return int(message["code"])


async def stays(socket: BrowserSocket) -> bool:
    """Whether everybody who must go has gone, and this socket has not."""
    for _ in range(10):  # for half a second: nobody tells that nothing happens
        await asyncio.sleep(0.05)
        while not socket.output_queue.empty():
            if (await socket.receive_output())["type"] == "websocket.close":
                return False
    return True


def erase(nora: Visitor, widget: Widget) -> None:
    call_command("erase_customer", customer_of(nora).entity_id)


def forget_me(nora: Visitor, widget: Widget) -> None:
    assert nora.ask("delete", "customer").status_code == 204


def log_out(nora: Visitor, widget: Widget) -> None:
    assert nora.ask("post", "logout").status_code == 204


def switch_off(nora: Visitor, widget: Widget) -> None:
    widget.enabled = False
    widget.save()


def delete(nora: Visitor, widget: Widget) -> None:
    widget.delete()


def delete_in_a_list(nora: Visitor, widget: Widget) -> None:
    Widget.objects.filter(pk=widget.pk).delete()


def remove_website(nora: Visitor, widget: Widget) -> None:
    widget.allowed_origins = [OUTLET]
    widget.save()


ENDINGS: dict[Callable[[Visitor, Widget], None], tuple[int, int]] = {
    erase: (4401, 401),
    forget_me: (4401, 401),
    log_out: (4401, 401),
    switch_off: (4404, 404),
    delete: (4404, 404),
    delete_in_a_list: (4404, 404),
    remove_website: (4403, 403),
}
# By day one of each code; that the token is worth nothing is seen of all.
EACH_ENDING = [
    pytest.param(
        end, marks=() if end in {forget_me, switch_off, remove_website} else pytest.mark.night
    )
    for end in ENDINGS
]


@pytest.mark.parametrize("end", EACH_ENDING)
async def test_every_tab_is_sent_away_for_good(
    nora: Visitor, widget: Widget, open_socket: OpenSocket, end: Callable[..., None]
) -> None:
    tabs = [await welcomed(open_socket(nora.token)) for _ in range(2)]
    await sync_to_async(end)(nora, widget)
    assert [await closed_with(tab) for tab in tabs] == [ENDINGS[end][0]] * 2


@pytest.mark.parametrize("end", EACH_ENDING)
async def test_who_listens_without_a_websocket_is_sent_away_too(
    nora: Visitor, widget: Widget, end: Callable[..., None]
) -> None:
    headers = {"Authorization": f"Bearer {nora.token}"}
    answer = await AsyncClient().get("/w/shop/stream", headers=headers)
    assert isinstance(answer, StreamingHttpResponse)
    events = aiter(answer.streaming_content)
    await anext(events)
    await sync_to_async(end)(nora, widget)
    async with asyncio.timeout(PATIENCE):
        async for _ in events:
            pass


@pytest.mark.parametrize("end", ENDINGS)
def test_the_token_is_worth_nothing(
    nora: Visitor, widget: Widget, end: Callable[..., None]
) -> None:
    end(nora, widget)
    for method, path in [("post", "events"), ("post", "end"), ("get", "history")]:
        body = {"text": "Still here?", "custom_id": "still-here"}
        assert nora.ask(method, path, body).status_code == ENDINGS[end][1]


@pytest.mark.parametrize("end", [switch_off, delete, remove_website])
def test_who_acts_in_a_chat_that_was_closed_is_told_so_in_their_language(
    nora: Visitor, widget: Widget, end: Callable[..., None]
) -> None:
    end(nora, widget)
    answer = nora.ask("post", "end", **{"X-Chat-Language": "de"})
    assert "X-Chat-Gone" in answer.headers
    assert "Dieser Chat ist im Moment geschlossen." in answer.content.decode()


@pytest.mark.parametrize("end", [switch_off, delete, remove_website])
@pytest.mark.parametrize(("method", "path"), [("get", "history"), ("post", "end")])
def test_no_cache_tells_anybody_else_that_a_chat_was_closed(
    nora: Visitor, widget: Widget, end: Callable[..., None], method: str, path: str
) -> None:
    end(nora, widget)
    nobody_keeps(nora.ask(method, path))


def test_no_cache_tells_anybody_else_that_a_website_may_not_ask(widget: Widget) -> None:
    nobody_keeps(Visitor().ask("post", "customer", Origin="https://evil.example"))


def nobody_keeps(answer: HttpResponse) -> None:
    assert "X-Chat-Gone" in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Authorization", "X-Chat-Language"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.parametrize("website", ["https://evil.example", f"{SHOP}\0", f"{SHOP}/", "x" * 400])
def test_a_token_of_an_older_version_learns_of_no_other_website_than_the_owner_s(
    nora: Visitor, widget: Widget, website: str
) -> None:
    BearerToken.objects.update(website="")
    assert nora.ask("post", "end", **{"X-Chat-Website": website}).status_code == 403
    assert BearerToken.objects.get().website == ""
    assert nora.ask("post", "end", **{"X-Chat-Website": SHOP}).status_code == 204


def test_a_token_of_an_older_version_ends_with_the_website_that_used_it(
    nora: Visitor, widget: Widget
) -> None:
    """It did not say which page keeps it; every request of a panel does."""
    BearerToken.objects.update(website="")
    assert nora.ask("post", "end", **{"X-Chat-Website": SHOP}).status_code == 204
    assert BearerToken.objects.get().website == SHOP
    remove_website(nora, widget)
    assert nora.send("Still here?").status_code == 403


@pytest.mark.parametrize("end", EACH_ENDING)
async def test_nobody_comes_back(
    nora: Visitor, widget: Widget, open_socket: OpenSocket, end: Callable[..., None]
) -> None:
    await sync_to_async(end)(nora, widget)
    socket = open_socket(nora.token)
    await socket.connect()
    assert await closed_with(socket) in (ENDINGS[end][0], 4401)


@pytest.mark.parametrize(
    "end",
    [
        forget_me,
        *(pytest.param(end, marks=pytest.mark.night) for end in (erase, log_out, remove_website)),
    ],
)
async def test_others_stay(
    nora: Visitor, widget: Widget, open_socket: OpenSocket, end: Callable[..., None]
) -> None:
    other = await sync_to_async(known_on)(OUTLET)
    tab = await welcomed(open_socket(other.token))
    gone = await welcomed(open_socket(nora.token))
    await sync_to_async(end)(nora, widget)
    await closed_with(gone)
    assert await stays(tab)


async def test_a_new_secret_ends_what_was_got_for_the_old_one(
    nora: Visitor, widget: Widget, open_socket: OpenSocket
) -> None:
    ada = Visitor()
    await sync_to_async(sign_in)(ada, signed(widget))
    tab, stranger = [await welcomed(open_socket(each.token)) for each in (ada, nora)]
    await sync_to_async(widget.renew_secret)()
    assert await closed_with(tab) == 4401
    assert await stays(stranger)
    assert (await sync_to_async(ada.send)("Still Ada?")).status_code == 401
    assert (await sync_to_async(sign_in)(ada, signed(widget))).status_code == 201


async def test_signing_out_leaves_a_person_s_other_devices(
    widget: Widget, open_socket: OpenSocket
) -> None:
    phone, laptop = Visitor(), Visitor()
    for device in (phone, laptop):
        await sync_to_async(sign_in)(device, signed(widget))
    tabs = [await welcomed(open_socket(device.token)) for device in (phone, laptop)]
    await sync_to_async(log_out)(phone, widget)
    assert await closed_with(tabs[0]) == 4401
    assert await stays(tabs[1])


async def test_a_saved_widget_sends_nobody_away(
    nora: Visitor, widget: Widget, open_socket: OpenSocket
) -> None:
    tab = await welcomed(open_socket(nora.token))
    widget.name = "Another"
    await sync_to_async(widget.save)()
    assert await stays(tab)


async def test_what_nobody_told_us_is_noticed_all_the_same(
    nora: Visitor, widget: Widget, open_socket: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command beside a server without Redis, say."""
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.1)
    tab = await welcomed(open_socket(nora.token))
    await sync_to_async(Customer.objects.all().delete)()
    assert await closed_with(tab) == 4401


def test_a_website_that_is_allowed_again_has_its_customers_back(
    nora: Visitor, widget: Widget
) -> None:
    remove_website(nora, widget)
    assert nora.send("Too early").status_code == 403
    widget.allowed_origins = [SHOP]
    widget.save()
    assert nora.send("Hello again").status_code == 204


def test_a_website_that_is_not_allowed_gets_no_token(widget: Widget) -> None:
    answer = Visitor().ask("post", "customer", **{"X-Chat-Website": "https://evil.example"})
    assert answer.status_code == 403
    assert not Customer.objects.exists()


@pytest.mark.parametrize("end", [erase, forget_me, log_out, remove_website])
def test_a_link_to_a_transcript_ends_as_well(
    nora: Visitor, widget: Widget, end: Callable[..., None]
) -> None:
    nora.send("Hello")
    link = nora.ask("post", "transcript/link").headers["HX-Redirect"]
    assert Visitor().client.get(link).status_code == 200
    end(nora, widget)
    assert Visitor().client.get(link).status_code == 404


@pytest.mark.parametrize("end", EACH_ENDING)
async def test_another_widget_s_customers_stay(
    nora: Visitor,
    widget: Widget,
    add_widget: AddWidget,
    open_socket: OpenSocket,
    end: Callable[..., None],
) -> None:
    await sync_to_async(add_widget)("library", allowed_origins=[SHOP])
    reader = Visitor("library")
    await sync_to_async(reader.introduce)()
    tab = await welcomed(open_socket(reader.token, "library"))
    await sync_to_async(end)(nora, widget)
    assert await stays(tab)
    assert (await sync_to_async(reader.send)("Still here")).status_code == 204


@pytest.mark.parametrize("attempt", [renews_the_secret, deletes_it, deletes_chosen, changes_it])
@pytest.mark.parametrize("own", [None, Role.VIEWER])
# By day what would mislead most.
@pytest.mark.parametrize(
    "other",
    [
        pytest.param(each, marks=() if each == Role.OWNER else pytest.mark.night)
        for each in (None, *Role)
    ],
)
def test_who_may_not_change_a_widget_ends_nothing_of_it(
    db: None,
    own: Role | None,
    other: Role | None,
    attempt: Callable[[Client, Widget], bool],
) -> None:
    """Whatever they are in another organization."""
    widget = widget_of_an_organization()
    customer = stored_customer(token="a-signed-in-browser")
    Customer.objects.update(subject="user-42")
    assert not attempt(person(own, other), widget)
    bearer = BearerToken.objects.find("shop", "a-signed-in-browser")
    assert bearer
    assert bearer.customer == customer
    assert Widget.objects.find("shop").may_stand_on(SHOP)


def test_a_token_of_a_deleted_widget_is_worth_nothing_under_any_other(
    nora: Visitor, widget: Widget, add_widget: AddWidget
) -> None:
    widget.delete()
    add_widget("library", allowed_origins=[SHOP])
    nora.key = "library"
    assert nora.send("Let me in").status_code == 401


async def test_who_is_no_longer_tracked_is_heard_no_longer(
    nora: Visitor, widget: Widget, open_socket: OpenSocket
) -> None:
    widget.track_visitors = True
    await sync_to_async(widget.save)()
    page, tab = open_socket(nora.token, path="visit"), await welcomed(open_socket(nora.token))
    await page.connect()
    widget.track_visitors = False
    await sync_to_async(widget.save)()
    assert await closed_with(page) == 4403
    assert await stays(tab)


async def test_a_socket_that_a_website_opened_itself_ends_with_it(
    widget: Widget, open_socket: OpenSocket
) -> None:
    """The token may be our own page's."""
    nora = await sync_to_async(known_on)("http://testserver")
    own, theirs = [
        await welcomed(open_socket(nora.token, origin=o)) for o in ("http://testserver", SHOP)
    ]
    await sync_to_async(remove_website)(nora, widget)
    assert await closed_with(theirs) == 4403
    assert await stays(own)


async def test_what_is_typed_is_shown_to_nobody_once_an_owner_forbids_it(
    nora: Visitor, widget: Widget, open_socket: OpenSocket, sandbox: Sandbox
) -> None:
    widget.sneak_peek = True
    await sync_to_async(widget.save)()
    await sync_to_async(nora.send)("Hello")
    [chat] = Agent(sandbox).chats()
    other = await sync_to_async(known_on)(OUTLET)
    tab, told = [await welcomed(open_socket(each.token)) for each in (nora, other)]
    widget.sneak_peek, widget.allowed_origins = False, [SHOP]
    await sync_to_async(widget.save)()
    assert await closed_with(told) == 4403  # by now all have been looked at
    await tab.send_json_to({"sneak_peek": {"chat": chat["id"], "text": "My secret"}})
    await tab.send_json_to({"page": {"url": f"{SHOP}/cart", "title": "Cart"}})
    await eventually(lambda: "update_customer_page" in sandbox.requests())
    assert "send_sneak_peek" not in sandbox.requests()


def unused_for(visitor: Visitor, days: float) -> None:
    used_at = timezone.now() - dt.timedelta(days=days)
    customer_of(visitor).bearer_tokens.update(used_at=used_at)


def test_a_token_that_is_not_used_expires(nora: Visitor, settings: Any) -> None:
    settings.CHAT_TOKEN_DAYS = 10
    unused_for(nora, 10.1)
    assert nora.send("After the holidays").status_code == 401
    call_command("forget_customers")
    assert not BearerToken.objects.exists()


def test_a_token_that_is_used_holds(nora: Visitor, settings: Any) -> None:
    settings.CHAT_TOKEN_DAYS = 10
    unused_for(nora, 9)
    assert nora.send("Just in time").status_code == 204
    call_command("forget_customers")
    assert timezone.now() - BearerToken.objects.get().used_at < dt.timedelta(hours=1)


def test_an_open_tab_uses_its_token(nora: Visitor, settings: Any) -> None:
    settings.CHAT_TOKEN_DAYS = 10
    unused_for(nora, 9)
    BearerToken.objects.still_there([BearerToken.objects.get().token_hash])
    assert timezone.now() - BearerToken.objects.get().used_at < dt.timedelta(hours=1)


class Deaf:
    """The socket of a browser that does not read, or that its server fails to close."""

    hears_of_moves = False

    def __init__(self, visitor: Visitor, customer: Customer, *, fails: bool) -> None:
        self.widget_key, self.customer_pk = visitor.key, customer.pk
        self.token_hash, self.website = hash_of(visitor.token), SHOP
        self.fails, self.is_refused = fails, asyncio.Event()

    def follow(self, widget: Widget) -> bool:
        return True

    async def refuse(self, code: int) -> None:
        self.is_refused.set()
        if self.fails:
            raise RuntimeError("Unexpected ASGI message 'websocket.close'")
        await asyncio.Event().wait()

    async def tell_of_move(self) -> None:
        """Nobody would hear it."""


@pytest.mark.parametrize("fails", [False, True])
async def test_who_does_not_listen_holds_nobody_else_back(
    nora: Visitor,
    widget: Widget,
    open_socket: OpenSocket,
    process: Running,
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,
) -> None:
    """Some servers wait for a slow browser when they close its socket."""
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.1)
    customer = await sync_to_async(customer_of)(nora)
    deaf = Deaf(nora, customer, fails=fails)
    process.sockets.add(deaf)
    other = await sync_to_async(known_on)(OUTLET)
    tab = await welcomed(open_socket(other.token))
    await sync_to_async(customer.delete)()  # nobody tells: a look has to find it
    await asyncio.wait_for(deaf.is_refused.wait(), PATIENCE)
    await sync_to_async(Customer.objects.all().delete)()
    try:
        assert await closed_with(tab) == 4401
    finally:
        process.sockets.remove(deaf)
