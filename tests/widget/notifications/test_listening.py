"""Who has left and asked for it is told of an answer: once, and whatever breaks on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db.models import TextField, Value
from django.utils import timezone
from pytest_django import Settings

from chatproxy.livechat.organization import Organization
from chatproxy.livechat.structures import Json
from chatproxy.models import BearerToken, Customer
from chatproxy.relay.tabs import AbsentTab, Show
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.notifications.conftest import (
    PAGE,
    Process,
    answer,
    ask_to_be_told,
    in_thread,
)
from tests.widget.notifications.push_service import PushService
from tests.widget.visitor import Visitor
from widget.models import Browser, Subscription, Widget
from widget.models.widgets import WidgetQuerySet
from widget.notifications.listening import MOST_TRIES, Listener
from widget.notifications.outcomes import Result
from widget.notifications.sending import Sender
from widget.running import Running

Listen = Callable[..., Listener]


@sync_to_async
def change_widget(**fields: object) -> None:
    widget = Widget.objects.get()
    for name, value in fields.items():
        setattr(widget, name, value)
    widget.save()


async def test_an_answer_is_told_without_its_words(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    listen()
    event_id = await answer(agent, "Yes, we do.")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    told = phone.shown[0]
    assert told["title"] == "Chat"
    assert told["body"] == "You have an answer."
    assert told["url"] == f"{PAGE}#chat={event_id}"
    assert "Yes, we do." not in str(told)
    assert push_service.headers[0]["Urgency"] == "high"


async def test_livechat_is_listened_to_from_the_website_that_was_left(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent, sandbox: Sandbox
) -> None:
    listen()
    await answer(agent, "Yes, we do.")
    await eventually(lambda: push_service.devices["phone"].shown)
    (login,) = await in_thread(sandbox.control, "requests?method=login", None, "GET")
    assert login["origin"] == "https://shop.example"


async def test_its_words_are_told_where_the_owner_wants_it(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    await change_widget(words_in_notifications=True)
    listen()
    await answer(agent, "Yes, we do.")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    assert (phone.shown[0]["title"], phone.shown[0]["body"]) == ("Piotr", "Yes, we do.")


async def test_what_was_answered_while_nobody_listened_is_told_afterwards(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    await answer(agent, "Yes, we do.")
    listen()
    await eventually(lambda: push_service.devices["phone"].shown)


async def test_what_was_seen_elsewhere_is_not_told(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent, process: Running
) -> None:
    listener = listen(pause=600)
    event_id = await answer(agent, "Yes, we do.")
    chat = (await in_thread(agent.chats))[0]
    events = (await in_thread(agent.chat, chat["id"]))["thread"]["events"]
    at = next(event["created_at"] for event in events if event["id"] == event_id)
    await in_thread(gone.ask, "post", "seen", {"chat": chat["id"], "at": at})
    customer = (await Customer.objects.aget()).pk
    await eventually(lambda: process.relay.seen_up_to(customer) >= at)
    listener.pause = 0  # it is over
    listener.tell()
    last = await answer(agent, "And to Sweden.")
    await eventually(lambda: push_service.devices["phone"].shown)
    told = push_service.devices["phone"].shown
    assert [news["id"] for news in told] == [last]


async def test_nobody_is_told_who_may_be_looking(
    gone: Visitor,
    listen: Listen,
    open_socket: OpenSocket,
    process: Running,
    push_service: PushService,
    agent: Agent,
) -> None:
    """A tab that is shown has the answer on screen; one in the background does not count."""
    listen()
    socket = open_socket(gone.token)
    await socket.connect()
    await socket.send_json_to({"hello": {"page": {}, "visible": True}})
    await eventually(process.relay.watched)
    event_id = await answer(agent, "Yes, we do.")
    while event_id not in await socket.receive_from():
        continue
    await asyncio.sleep(0.3)  # several looks at what is to be told
    phone = push_service.devices["phone"]
    assert not phone.shown
    await socket.send_json_to({"visible": False})
    await eventually(lambda: phone.shown)
    assert not process.relay.watched()


async def test_a_passing_failure_is_tried_again(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    push_service.answers += [500, 429, "late", 503]
    listen()
    await answer(agent, "Yes, we do.")
    phone = push_service.devices["phone"]
    await eventually(lambda: len(phone.received) == 2)
    assert len(phone.shown) == 1  # the service worker knows the second one


async def test_after_many_tries_it_is_given_up_and_the_next_answer_is_told(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    push_service.answers += [500] * 8
    listener = listen()
    listener.first_wait = 0.001
    await answer(agent, "Yes, we do.")
    await eventually(lambda: not push_service.answers)
    last = await answer(agent, "Are you there?")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    assert [news["id"] for news in phone.shown] == [last]


@pytest.mark.night  # by day when all are used up
async def test_each_answer_has_its_own_tries(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    await Subscription.objects.aupdate(tries=MOST_TRIES - 2)
    push_service.answers += [500, 500]
    listen()
    await answer(agent, "Yes, we do.")
    await eventually(lambda: len(push_service.answers) == 1)
    last = await answer(agent, "Are you there?")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    assert [news["id"] for news in phone.shown] == [last]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent, status: int
) -> None:
    push_service.answers += [status]
    listen()
    await answer(agent, "Yes, we do.")
    await eventually(nobody_asked_to_be_told)


async def nobody_asked_to_be_told() -> bool:
    return not await Subscription.objects.aexists()


async def test_a_redirect_is_not_followed(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    push_service.answers += [302]
    listen()
    await answer(agent, "Yes, we do.")
    await eventually(lambda: push_service.headers)
    await answer(agent, "And to Sweden.")
    await eventually(lambda: push_service.devices["phone"].shown)
    assert len(push_service.headers) == 2  # none of them asked for /elsewhere


async def test_another_process_takes_over_from_one_that_died(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    """What was told is not told again."""
    first = Process()
    phone = push_service.devices["phone"]
    await answer(agent, "Yes, we do.")
    await eventually(all_were_told)
    await first.die()
    listen()
    last = await answer(agent, "And to Sweden.")
    await eventually(lambda: len(phone.shown) == 2)
    assert phone.shown[-1]["id"] == last
    assert len(phone.received) == 2


async def all_were_told() -> bool:
    """And it is written down: the push service knows it a moment earlier."""
    return not await Subscription.objects.filter(told="").aexists()


async def test_only_so_many_are_listened_for(
    gone: Visitor, listen: Listen, push_service: PushService, process: Running, settings: Settings
) -> None:
    settings.CHAT_PUSH_BROWSERS = 0
    listener = listen()
    await listener.look()
    assert not process.relay.states()


async def test_nobody_is_listened_for_any_longer_than_promised(
    gone: Visitor, listen: Listen, process: Running
) -> None:
    await Subscription.objects.aupdate(until=timezone.now())
    await listen().look()
    assert not process.relay.states()


async def test_a_widget_that_is_switched_off_tells_nobody(
    gone: Visitor, listen: Listen, process: Running
) -> None:
    await change_widget(enabled=False)
    await listen().look()
    assert not process.relay.states()


async def test_nobody_is_listened_for_who_has_not_agreed(
    gone: Visitor, listen: Listen, process: Running
) -> None:
    """The owner began to ask, or asks for something else, after they had left."""
    await change_widget(ask_consent=True, consent_version="2027-01")
    await listen().look()
    assert not process.relay.states()


@pytest.fixture
def other(gone: Visitor, push_service: PushService) -> Visitor:
    """Somebody else who left the same widget, on a page for the group 2."""
    visitor = Visitor()
    visitor.introduce()
    subscription = push_service.device("tablet").subscription() | {"page": PAGE}
    visitor.ask("post", "notifications", subscription, **{"X-Chat-Group": "2"})
    return visitor


@pytest_asyncio.fixture
async def looking(process: Running) -> AsyncIterator[Listener]:
    """It looks when it is told to."""
    listener = Listener(process.relay, Sender())
    yield listener
    await listener.close()
    await process.relay.close()


async def test_a_widget_is_found_once_for_all_who_left_it(
    other: Visitor, looking: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    find = WidgetQuerySet.find

    def count(widgets: WidgetQuerySet, key: str) -> Widget:
        found.append(key)
        return find(widgets, key)

    monkeypatch.setattr(WidgetQuerySet, "find", count)
    await looking.look()
    assert found == ["shop"]


async def test_each_is_listened_for_in_the_group_that_they_left(
    other: Visitor, looking: Listener, process: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []
    listen = process.relay.listen

    def note(customer: Customer, organization: Organization, show: Show) -> AbsentTab:
        groups.append(organization.group_id)
        return listen(customer, organization, show)

    monkeypatch.setattr(process.relay, "listen", note)
    await looking.look()
    assert sorted(groups) == [0, 2]


@pytest.fixture
def newest(gone: Visitor, add_widget: AddWidget, push_service: PushService) -> Visitor:
    """Somebody of the widget `newest` who comes before all others, where there is one place."""
    add_widget("newest")
    visitor = Visitor("newest")
    visitor.introduce()
    ask_to_be_told(visitor, push_service.device("newest").subscription())
    return visitor


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"enabled": False}, marks=pytest.mark.night),
        {"ask_consent": True, "consent_version": "2027-01"},
        pytest.param({"allowed_origins": []}, marks=pytest.mark.night),
        None,  # it is deleted
    ],
)
async def test_who_may_not_be_listened_for_takes_nobodys_place(
    newest: Visitor,
    listen: Listen,
    push_service: PushService,
    agent: Agent,
    settings: Settings,
    change: dict[str, object] | None,
) -> None:
    settings.CHAT_PUSH_BROWSERS = 1
    await BearerToken.objects.filter(customer__widget_key="newest").aupdate(
        website="https://shop.example"
    )
    await in_thread(change_or_delete, change)
    listen()
    await answer(agent, "Yes, we do.")
    await eventually(lambda: push_service.devices["phone"].shown)


def change_or_delete(change: dict[str, object] | None) -> None:
    widget = Widget.objects.get(key="newest")
    if change is None:
        widget.delete()
        return
    for name, value in change.items():
        setattr(widget, name, value)
    widget.save()


@pytest.mark.parametrize("secret", ["subscription", "customer"])
async def test_a_secret_that_no_key_opens_is_no_trouble_to_others(
    newest: Visitor,
    listen: Listen,
    push_service: PushService,
    agent: Agent,
    settings: Settings,
    secret: str,
) -> None:
    settings.CHAT_PUSH_BROWSERS = 1
    lost = Value("no key opens this", output_field=TextField())
    if secret == "customer":
        await Customer.objects.filter(widget_key="newest").aupdate(access_token=lost)
    else:
        theirs = Subscription.objects.filter(bearer_token__customer__widget_key="newest")
        await theirs.aupdate(secret=lost)
    listen()
    await answer(agent, "Yes, we do.")
    await eventually(lambda: push_service.devices["phone"].shown)


class SlowSender(Sender):
    """Sends when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.is_about_to, self.may = False, asyncio.Event()

    async def until_asked_by(self, listener: Listener) -> None:
        def is_about_to() -> bool:
            listener.tell()
            return self.is_about_to

        await eventually(is_about_to)

    async def send(self, browser: Browser, payload: Json, topic: str) -> Result:
        self.is_about_to = True
        await self.may.wait()
        return await super().send(browser, payload, topic)


async def test_who_stopped_while_they_were_told_is_no_trouble(
    gone: Visitor,
    process: Running,
    push_service: PushService,
    agent: Agent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    push_service.answers += [410]
    sender = SlowSender()
    listener = Listener(process.relay, sender, pause=0)
    await listener.look()
    await answer(agent, "Yes, we do.")
    await sender.until_asked_by(listener)
    await in_thread(gone.ask, "delete", "notifications")
    await listener.look()
    sender.may.set()
    await listener.close()
    await process.relay.close()
    assert push_service.headers
    assert "could not be told" not in caplog.text


async def test_who_is_listened_for_anew_is_not_told_again_what_they_were_just_told(
    gone: Visitor, process: Running, push_service: PushService, agent: Agent
) -> None:
    """A widget was off for a moment, while the push service took its time."""
    sender = SlowSender()
    listener = Listener(process.relay, sender, pause=0)
    await listener.look()
    event_id = await answer(agent, "Yes, we do.")
    await sender.until_asked_by(listener)
    for is_on in (False, True):
        await change_widget(enabled=is_on)
        await listener.look()
    sender.may.set()
    await eventually(lambda: not listener._telling)
    await listener.look()
    (listening,) = listener._listening.values()
    await eventually(lambda: listening.answer.id == event_id)
    listener.tell()
    await listener.close()
    await process.relay.close()
    assert len(push_service.devices["phone"].received) == 1


async def test_customers_who_have_left_are_no_visitors(
    gone: Visitor, listen: Listen, process: Running
) -> None:
    await listen().look()
    assert process.relay.states().total() == 1
    assert not process.relay.customers_of_widgets()


async def test_a_connection_that_broke_loses_no_answer(
    gone: Visitor, listen: Listen, push_service: PushService, agent: Agent, sandbox: Sandbox
) -> None:
    listen()
    await in_thread(sandbox.fault, "drop")
    event_id = await answer(agent, "Yes, we do.")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    assert [news["id"] for news in phone.shown] == [event_id]
