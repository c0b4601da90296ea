"""What happens is counted once, without what was said, and written down apart from the chats."""

import asyncio
import contextlib
import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from chatproxy import metrics
from chatproxy.livechat.errors import (
    ChatInactive,
    CustomerBanned,
    GrantRefused,
    Internal,
    LiveChatError,
    NotConnected,
    PendingRequestsLimitReached,
    RequestTimeout,
    Unreachable,
    error_from,
)
from chatproxy.livechat.pushes import IncomingEvent, Push
from chatproxy.livechat.service import Call, Reason
from chatproxy.livechat.structures import User, parse_event
from chatproxy.models import Customer
from chatproxy.relay.bans import MANY
from chatproxy.relay.updates import Conversation, State
from chatproxy.service import ConfiguredService, billed
from tests.chatproxy.people import Watcher, stored_customer
from tests.sandbox_rig import Agent, Sandbox
from tests.steps import steps_of
from tests.widget.visitor import Visitor
from widget.models import InvitationTally, Presence, Tally, Trouble, Widget
from widget.running import running
from widget.statistics import counting
from widget.statistics.counting import KEPT, Counts, forget_old_tallies
from widget.statistics.figures import live_now

What = Tally.What
PIOTR = User(id="piotr", type="agent", name="Piotr")
TALKING = Conversation("nora", chat_id="CHAT", thread_id="T", people={"piotr": PIOTR})

pytestmark = pytest.mark.django_db


@pytest.fixture
def process_counts() -> Counts:
    """What the whole process counts."""
    return running().counts


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def nora(shop_widget: Widget) -> Customer:
    return stored_customer(widget_key=shop_widget.key)


def somebody(widget: Widget) -> Customer:
    return stored_customer(widget_key=widget.key, token=uuid.uuid4().hex)


def heard(author: str, **fields: str) -> Push:
    data = {"id": "T_2", "type": "message", "text": "Secret", "author_id": author}
    return IncomingEvent(chat_id="CHAT", thread_id="T", event=parse_event(data | fields))


def written(counts: Counts) -> dict[str, int]:
    counts.write()
    return dict(Tally.objects.values_list("what", "count"))


def test_a_chat_and_its_messages_are_counted(
    customer: Visitor, agent: Agent, process_counts: Counts
) -> None:
    customer.send("Hello")
    customer.send("Are you there?")
    customer.ask("post", "end")
    customer.send("Hello again")
    found = written(process_counts)
    assert (found[What.CHAT], found[What.CUSTOMER_MESSAGE]) == (2, 3)


def test_what_agents_say_is_counted_and_what_customers_hear_of_themselves_is_not(
    counts: Counts, nora: Customer
) -> None:
    for push in (heard("piotr"), heard("nora"), heard("", type="system_message")):
        counts.hear(nora, push, TALKING)
    assert written(counts) == {What.AGENT_MESSAGE: 1}


def test_what_an_agent_says_is_counted_in_few_steps(counts: Counts, nora: Customer) -> None:
    """Thousands of times a second, and whoever is told waits for it."""
    counts.hear(nora, heard("piotr"), TALKING)
    push = heard("piotr")
    assert steps_of(lambda: counts.hear(nora, push, TALKING)) < 12


def test_what_agents_say_is_summed_up_before_it_becomes_too_much(
    counts: Counts, nora: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.statistics.counting.HEARD_AT_MOST", 3)
    for _ in range(10):
        counts.hear(nora, heard("piotr"), TALKING)
        assert len(counts._heard) <= 3
    assert written(counts) == {What.AGENT_MESSAGE: 10}


class Clock:
    """Stands for `time` in one module, so that others, such as a database's pool, have theirs."""

    def __init__(self, times: Iterable[float]) -> None:
        self._times = iter(times)

    def monotonic(self) -> float:
        return next(self._times)


def test_only_the_first_reply_of_a_chat_is_timed(
    counts: Counts, nora: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.statistics.counting.time", Clock([1000.0, 1090.0]))
    counts.act(nora, "start_chat", {"chat": {"thread": {"events": [{"type": "message"}]}}}, {})
    counts.hear(nora, heard("piotr"), TALKING)
    counts.hear(nora, heard("piotr"), TALKING)
    counts.write()
    reply = Tally.objects.get(what=What.FIRST_REPLY)
    assert (reply.count, reply.seconds) == (1, 90)


def test_a_first_reply_counts_for_the_day_on_which_its_chat_began(
    counts: Counts, nora: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = timezone.now().replace(hour=23, minute=58)
    night = evening + dt.timedelta(minutes=4)
    monkeypatch.setattr("widget.statistics.counting.today", evening.date)
    counts.act(nora, "start_chat", {"chat": {"thread": {"events": [{"type": "message"}]}}}, {})
    monkeypatch.setattr("widget.statistics.counting.today", night.date)
    counts.hear(nora, heard("piotr"), TALKING)
    counts.write()
    counted = dict(Tally.objects.values_list("what", "day"))
    assert counted[What.FIRST_REPLY] == counted[What.CHAT] == evening.date()
    assert counted[What.AGENT_MESSAGE] == night.date()


def test_what_livechat_bills_is_counted_for_the_widget_that_asked(
    customer: Visitor, agent: Agent, sandbox: Sandbox, process_counts: Counts
) -> None:
    process_counts.write()
    Tally.objects.all().delete()
    sandbox.control("requests", method="DELETE")
    customer.send("Hello")
    customer.send("Are you there?")
    assert written(process_counts)[What.REQUEST] == len(sandbox.requests()) > 0


@pytest.mark.parametrize(
    ("error", "count"),
    [
        (ChatInactive(), 2),
        (Internal(), 1),
        (NotConnected(), 1),
        (PendingRequestsLimitReached(), 1),
        (error_from("<html>", 500), 1),
        (error_from("<html>", 502), 2),
    ],
)
def test_what_livechat_does_not_bill_is_not_counted(
    counts: Counts, nora: Customer, error: LiveChatError, count: int
) -> None:
    billed.connect(counts.bill)
    service = ConfiguredService(nora.widget_key)
    for outcome in (None, error):
        service.on_call(Call("web", "send_event", Reason.CUSTOMER, 0.1, outcome))
    ConfiguredService().on_call(Call("web", "send_event", Reason.CUSTOMER, 0.1))
    assert written(counts) == {What.REQUEST: count}


def test_ratings_are_counted_by_kind(
    customer: Visitor, agent: Agent, process_counts: Counts
) -> None:
    customer.send("Hello")
    for score in ("good", "bad", "good", "none"):
        customer.ask("post", "rating", {"score": score})
    found = written(process_counts)
    assert (found[What.GOOD], found[What.BAD]) == (2, 1)


def test_several_writings_add_up(counts: Counts, nora: Customer) -> None:
    other_process = Counts()
    for each in (counts, other_process, counts):
        each.hear(nora, heard("piotr"), TALKING)
        each.write()
    assert Tally.objects.get().count == 3


def refuse_after(writings: int) -> Callable[..., Any]:
    """A database that goes away after it has taken so many rows."""
    left = itertools.count(writings, -1)

    def refuse(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        if sql.startswith(("UPDATE", "INSERT")) and next(left) <= 0:
            raise OperationalError("the connection is lost")
        return execute(sql, *others)

    return refuse


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken", range(11))
def test_what_the_database_did_not_take_is_written_once_it_is_back(
    counts: Counts, shop_widget: Widget, nora: Customer, taken: int
) -> None:
    shop_widget.invitations = [{"id": "a"}]
    for _ in range(2):
        counts.hear(nora, heard("piotr"), TALKING)
        counts.count("shop", What.FIRST_REPLY, 30)
        counts.count_invitation(shop_widget, {"id": "a", "variant": "a"}, "shown")
        counts.fail(nora, Unreachable())
        with contextlib.suppress(OperationalError), connection.execute_wrapper(refuse_after(taken)):
            counts.write()
    counts.write()
    found = {tally.what: (tally.count, tally.seconds) for tally in Tally.objects.all()}
    assert found == {What.AGENT_MESSAGE: (2, 0), What.FIRST_REPLY: (2, 60), What.FAILURE: (2, 0)}
    assert InvitationTally.objects.get().count == 2
    trouble = Trouble.objects.get()
    assert trouble.count == 2
    assert trouble.first_at < trouble.last_at


@pytest.mark.django_db(transaction=True)
def test_what_the_database_never_takes_holds_nothing_else_up(
    counts: Counts, shop_widget: Widget, nora: Customer
) -> None:
    now, most = timezone.now(), 2**31 - 1  # in PostgreSQL
    for kind in ("Unreachable", "internal", "request_timeout"):
        Trouble.objects.create(widget=shop_widget, kind=kind, count=most, first_at=now, last_at=now)
    for error in (Unreachable(), NotConnected(), Internal(), RequestTimeout()):
        counts.fail(nora, error)
    counts.write()
    assert Trouble.objects.get(kind="NotConnected").count == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_does_not_fill_the_memory(
    counts: Counts, shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.statistics.counting.UNWRITTEN_AT_MOST", 2)
    first = timezone.now().date()
    for number in range(4):
        counts.count("shop", What.CHAT, day=first + dt.timedelta(days=number))
        with contextlib.suppress(OperationalError), connection.execute_wrapper(refuse_after(0)):
            counts.write()
    counts.write()
    assert Tally.objects.count() == 2


def test_an_invitation_counts_for_the_day_on_which_it_was_shown(
    counts: Counts, shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = timezone.now().replace(hour=23, minute=58)
    shop_widget.invitations = [{"id": "a"}]
    monkeypatch.setattr("widget.statistics.counting.today", evening.date)
    counts.count_invitation(shop_widget, {"id": "a", "variant": "a"}, "shown")
    night = evening + dt.timedelta(minutes=4)
    monkeypatch.setattr("widget.statistics.counting.today", night.date)
    counts.write()
    assert InvitationTally.objects.get().day == evening.date()


def test_a_failure_is_kept_in_its_owners_words(counts: Counts, nora: Customer) -> None:
    counts.fail(nora, Unreachable("Secret"))
    counts.write()
    counts.fail(nora, Unreachable("Secret"))
    counts.fail(nora, GrantRefused("invalid_request", "client_id_not_found"))
    counts.write()
    first, second = Trouble.objects.order_by("count")
    assert "does not know this client ID" in first.advice
    assert (second.kind, second.count) == ("Unreachable", 2)
    assert Tally.objects.get(what=What.FAILURE).count == 3
    assert not Trouble.objects.filter(advice__contains="Secret").exists()


def test_a_refusal_that_is_a_step_on_the_way_is_no_failure(counts: Counts, nora: Customer) -> None:
    counts.fail(nora, ChatInactive())
    assert written(counts) == {}


def test_a_widget_that_was_deleted_meanwhile_is_passed_over(
    counts: Counts, nora: Customer, shop_widget: Widget
) -> None:
    counts.hear(nora, heard("piotr"), TALKING)
    shop_widget.delete()
    assert written(counts) == {}


def test_a_process_says_whom_it_holds_and_is_forgotten_when_it_has_gone(
    counts: Counts, shop_widget: Widget
) -> None:
    counts.write_presence(Counter({"shop": 3, "gone": 1}))
    assert Presence.objects.get().customers == 3
    Presence.objects.update(told_at=timezone.now() - dt.timedelta(minutes=5))
    Counts().write_presence(Counter())
    assert not Presence.objects.exists()


def test_who_is_there_is_told_without_opening_a_widgets_secrets(
    counts: Counts, shop_widget: Widget, settings: Settings
) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["another"]
    counts.write_presence(Counter({"shop": 3}))
    assert live_now(Widget.objects.only("pk").get()) == 3


@pytest.mark.django_db(transaction=True)
def test_who_is_there_is_told_in_one_go(counts: Counts, shop_widget: Widget) -> None:
    counts.write_presence(Counter({"shop": 3}))

    def lose_new_rows(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("the connection is lost")
        return execute(sql, *others)

    with contextlib.suppress(OperationalError), connection.execute_wrapper(lose_new_rows):
        counts.write_presence(Counter({"shop": 4}))
    assert live_now(shop_widget) == 3


def test_old_counts_are_dropped(shop_widget: Widget) -> None:
    today = timezone.now().date()
    for day in (today, today - KEPT - dt.timedelta(days=1)):
        Tally.objects.create(widget=shop_widget, day=day, what=What.CHAT, count=1)
    forget_old_tallies()
    assert Tally.objects.get().day == today


def test_opening_the_panel_is_counted_without_knowing_who(
    visitor: Visitor, process_counts: Counts
) -> None:
    assert visitor.client.post("/w/shop/opened").status_code == 204
    process_counts.write()
    assert Tally.objects.get(what=What.OPENING).count == 1
    assert not Customer.objects.exists()


def test_a_livechat_that_cannot_be_reached_is_counted(
    customer: Visitor, sandbox: Sandbox, agent: Agent, process_counts: Counts
) -> None:
    sandbox.fault("down", transport="web")
    customer.send("Hello?")
    sandbox.clear_faults()
    process_counts.write()
    assert Tally.objects.get(what=What.FAILURE).count >= 1
    assert "cannot reach LiveChat" in Trouble.objects.get().advice


def test_one_customer_who_is_banned_is_no_trouble(counts: Counts, nora: Customer) -> None:
    for _ in range(20):
        counts.fail(nora, CustomerBanned())
    counts.write()
    assert not Trouble.objects.exists()


def test_many_banned_at_once_are_told_to_owner_and_operator(
    counts: Counts, shop_widget: Widget, caplog: pytest.LogCaptureFixture
) -> None:
    before = metrics.address_bans._value.get()
    for _ in range(MANY + 1):
        counts.fail(somebody(shop_widget), CustomerBanned())
    counts.write()
    trouble = Trouble.objects.get()
    assert (trouble.kind, trouble.count) == ("customer_banned", 2)
    assert "monitoring.ip_mask" in trouble.advice
    ours = [record for record in caplog.records if record.name == counting.__name__]
    assert [record.levelname for record in ours] == ["ERROR"]
    assert metrics.address_bans._value.get() == before + 1


def test_bans_of_different_times_are_not_at_once(
    counts: Counts, shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatproxy.relay.bans.time", Clock(range(0, 100_000, 700)))
    for _ in range(MANY + 1):
        counts.fail(somebody(shop_widget), CustomerBanned())
    counts.write()
    assert not Trouble.objects.exists()


def ban_our_address(agent: Agent) -> None:
    agent.sandbox.http.post(
        f"{agent.sandbox.url}/v3.7/configuration/action/ban_customer",
        json={"ip": "127.0.0.1", "seconds": 60},
        headers={"Authorization": agent.authorization},
        timeout=10,
    ).raise_for_status()


async def is_sent_away(tab: Watcher) -> None:
    await tab.until(lambda: tab.state is State.REFUSED)


@pytest.mark.django_db(transaction=True)
async def test_many_whose_connections_a_ban_ends_are_told_to_the_owner(
    agent: Agent, shop_widget: Widget, process_counts: Counts
) -> None:
    relay = running().relay

    def welcome() -> Customer:
        return Customer.objects.welcome(shop_widget.key, shop_widget.organization)[0]

    tabs = [
        Watcher(relay, await asyncio.to_thread(welcome), shop_widget.organization)
        for _ in range(MANY)
    ]
    for tab in tabs:
        await tab.snapshot()
    await asyncio.to_thread(ban_our_address, agent)
    for tab in tabs:
        await is_sent_away(tab)
    await asyncio.to_thread(process_counts.write)
    assert (await Trouble.objects.aget()).kind == "customer_banned"
    await relay.close()


def test_who_could_not_become_a_customer_counts_too(
    agent: Agent, shop_widget: Widget, process_counts: Counts
) -> None:
    visitor = Visitor(shop_widget.key)
    ban_our_address(agent)
    for _ in range(MANY):
        visitor.introduce()
    process_counts.write()
    assert Trouble.objects.get().kind == "customer_banned"
