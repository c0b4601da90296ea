"""LiveChat calls when an agent says something: then nobody has to stay logged in to be told."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from chatproxy import conf
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually
from tests.widget.notifications.conftest import answer, in_thread
from tests.widget.notifications.push_service import PushService
from tests.widget.visitor import Visitor
from widget.customers.views.webhooks import LARGEST
from widget.models import Membership, Subscription, Webhook, Widget
from widget.notifications.listening import Listener
from widget.owners import changes
from widget.running import Running

Listen = Callable[..., Listener]
SWITCH = "Let LiveChat tell us of answers"


class Door:
    """Where LiveChat reaches us; what it sends is kept, and handed on to our views."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self.answers: list[int] = []
        self.is_open = True
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(door.take(self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # closing waits for a call, which uses the database
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, path: str, body: bytes) -> int:
        if not self.is_open:
            return 503
        self.calls.append(body)
        self.answers.append(call(path, body))
        return self.answers[-1]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def call(path: str, body: bytes | str) -> int:
    """The status with which we answer LiveChat."""
    status: int = Client().post(path, body, content_type="application/json").status_code
    return status


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


@pytest.fixture
def owner(gone: Visitor, shop_widget: Widget, agent: Agent) -> Client:
    """Of the widget, with an agent's token."""
    shop_widget.agent_token = agent.config["token"]
    shop_widget.save()
    user = User.objects.create_user("olga", is_staff=True)
    organization_id = shop_widget.organization_id
    Membership.objects.create(user=user, organization_id=organization_id, role="owner")
    client = Client()
    client.force_login(user)
    return client


def switch(owner: Client, door: Door) -> str:
    """What the admin says when the owner presses the button."""
    address = f"/admin/widget/widget/{Widget.objects.get().pk}/webhook/"
    response = owner.post(address, follow=True, headers={"Host": door.host})
    return " ".join(map(str, response.context["messages"]))


@pytest.fixture
def calling(owner: Client, door: Door, settings: Any) -> Door:
    """LiveChat calls the widget's server."""
    settings.ALLOWED_HOSTS = ["*"]
    assert "LiveChat has not called yet" in switch(owner, door)
    return door


def have_called() -> None:
    """It has called before; nobody has been here for long."""
    Webhook.objects.update(heard_at=timezone.now())
    Subscription.objects.update(listen_until=None)


async def test_a_call_brings_the_answer_to_who_is_not_listened_for(
    calling: Door, listen: Listen, process: Running, push_service: PushService, agent: Agent
) -> None:
    await in_thread(have_called)
    listener = listen()
    await listener.look()
    assert not process.relay.states()
    event_id = await answer(agent, "Yes, we do.")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown and calling.answers)
    assert [news["id"] for news in phone.shown] == [event_id]
    assert set(calling.answers) == {204}
    await Subscription.objects.aupdate(listen_until=timezone.now())
    await listener.look()
    await eventually(lambda: not process.relay.states())  # nobody stays logged in
    last = await answer(agent, "And to Sweden.")
    await eventually(lambda: len(phone.shown) == 2)
    assert phone.shown[-1]["id"] == last
    assert len(phone.received) == 2


async def test_until_the_first_call_we_listen_ourselves_and_both_ways_tell_once(
    calling: Door, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    calling.is_open = False
    listen()
    listen()
    await answer(agent, "Yes, we do.")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    calling.is_open = True
    await answer(agent, "And to Sweden.")
    await eventually(lambda: len(phone.shown) == 2 and calling.answers)
    await asyncio.sleep(0.3)  # several looks at what is to be told
    assert len(phone.received) == 2
    assert (await Webhook.objects.aget()).heard_at


async def test_when_livechat_has_not_called_for_long_we_listen_ourselves_again(
    calling: Door, listen: Listen, process: Running
) -> None:
    await in_thread(have_called)
    listener = listen()
    await listener.look()
    assert not process.relay.states()
    await Webhook.objects.aupdate(heard_at=timezone.now() - Webhook.TRUSTED)
    await listener.look()
    assert process.relay.states().total() == 1


@pytest.mark.night  # by day without calls: test_listening.py
async def test_what_was_seen_elsewhere_is_not_told(
    calling: Door, gone: Visitor, listen: Listen, push_service: PushService, agent: Agent
) -> None:
    await in_thread(have_called)
    event_id = await answer(agent, "Yes, we do.")
    chat = (await in_thread(agent.chats))[0]
    events = (await in_thread(agent.chat, chat["id"]))["thread"]["events"]
    at = next(event["created_at"] for event in events if event["id"] == event_id)
    await in_thread(gone.ask, "post", "seen", {"chat": chat["id"], "at": at})
    await eventually(lambda: calling.calls)
    listen(pause=0.3)
    last = await answer(agent, "And to Sweden.")
    phone = push_service.devices["phone"]
    await eventually(lambda: phone.shown)
    assert [news["id"] for news in phone.shown] == [last]


async def test_who_was_here_a_moment_ago_is_listened_for(
    calling: Door, listen: Listen, process: Running
) -> None:
    """They may have left without reading what came while they were here."""
    await in_thread(have_called)
    listener = listen()
    subscription = await Subscription.objects.select_related("bearer_token").aget()
    customer = subscription.bearer_token.customer_id
    claim = Subscription.objects.claim
    assert await in_thread(claim, listener.name, {customer}, 10)
    assert await in_thread(claim, listener.name, set(), 10)
    later = timezone.now() - dt.timedelta(seconds=1)
    await Subscription.objects.aupdate(listen_until=later)
    assert not await in_thread(claim, listener.name, set(), 10)


async def test_what_the_customer_says_is_no_call(
    calling: Door, gone: Visitor, agent: Agent
) -> None:
    await in_thread(gone.send, "Hello?")
    await answer(agent, "Yes, we do.")
    await eventually(lambda: calling.calls)
    (told,) = (json.loads(body) for body in calling.calls)
    assert told["payload"]["event"]["text"] == "Yes, we do."


def told(**changes: Any) -> str:
    """What LiveChat sends."""
    body = {
        "webhook_id": "hook",
        "secret_key": Webhook.objects.get().secret,
        "action": "incoming_event",
        "organization_id": "an-organization",
        "payload": {"chat_id": "CHAT", "thread_id": "THREAD", "event": {"type": "message"}},
    }
    return json.dumps(body | changes)


NO_WEBHOOKS = [
    "",
    "[]",
    "{}",
    "null",
    '{"payload": []}',
    "[" * 20_000,
    '{"secret_key": "\\ud800", "action": "x", "payload": {}}',
    '{"secret_key": 5, "action": "x", "payload": {}}',
    '{"secret_key": "x", "action": "x", "payload": {"chat_id": "a\\u0000"}}',
]


def test_who_does_not_know_the_secret_is_refused(calling: Door) -> None:
    address = "/w/shop/webhook"
    assert call(address, told()) == 204
    for wrong in ("", "x", "é", Webhook.objects.get().secret[:-1]):
        assert call(address, told(secret_key=wrong)) == 403
    assert [call(address, body) for body in NO_WEBHOOKS] == [400] * len(NO_WEBHOOKS)
    assert call(address, b"\xff") == 400
    assert call(address, " " * (LARGEST + 1)) == 413
    assert call("/w/nobody/webhook", told()) == 404
    assert Client().get(address).status_code == 405
    secret = Webhook.objects.get().secret
    Webhook.objects.all().delete()
    Widget.objects.create(
        key="other",
        name="Other",
        organization_id="c0a2f6b4-3e1d-4c6b-8f2a-9d5e7b1a6c30",
        client_id="other",
        redirect_uri="https://other.example/",
    )
    body = json.dumps({"secret_key": secret, "action": "incoming_event", "payload": {}})
    assert call(address, body) == 403
    assert call("/w/other/webhook", body) == 403


def test_a_call_of_one_widget_is_none_of_anothers(calling: Door, gone: Visitor) -> None:
    other = Widget.objects.create(
        key="other",
        name="Other",
        organization_id="c0a2f6b4-3e1d-4c6b-8f2a-9d5e7b1a6c30",
        client_id="other",
        redirect_uri="https://other.example/",
    )
    have_called()
    chat_id = Subscription.objects.get().bearer_token.customer.chat_id
    assert chat_id
    webhook = Webhook.objects.create(widget=other, livechat_id="theirs")
    theirs = {"secret_key": webhook.secret, "payload": {"chat_id": chat_id}}
    assert call("/w/other/webhook", told_by(theirs)) == 204
    assert Subscription.objects.get().listen_until is None
    ours = theirs | {"secret_key": Webhook.objects.get(widget__key="shop").secret}
    assert call("/w/shop/webhook", told_by(ours)) == 204
    assert Subscription.objects.get().listen_until


def told_by(body: dict[str, Any]) -> str:
    return json.dumps({"action": "incoming_event"} | body)


def test_an_owner_switches_it_off_again(
    calling: Door, owner: Client, shop_widget: Widget, sandbox: Sandbox, agent: Agent
) -> None:
    page = f"/admin/widget/widget/{shop_widget.pk}/change/"
    shown = owner.get(page).content.decode()
    assert "LiveChat has not called yet" in shown
    assert Webhook.objects.get().secret not in shown
    Webhook.objects.get().hear()
    assert "LiveChat has called." in owner.get(page).content.decode()
    assert "does not call us any more" in switch(owner, calling)
    assert not Webhook.objects.exists()
    agent.send(agent.chats()[0]["id"], "Yes, we do.")
    shown = owner.get(page).content.decode()
    assert SWITCH in shown
    assert known_to_livechat(agent, shop_widget) == []


def known_to_livechat(agent: Agent, widget: Widget) -> list[dict[str, Any]]:
    """The webhooks of the widget's app; it may have three."""
    found = agent.sandbox.http.post(
        f"{agent.sandbox.url}/v3.6/configuration/action/list_webhooks",
        json={"owner_client_id": widget.client_id},
        headers={"Authorization": agent.authorization},
        timeout=10,
    )
    webhooks: list[dict[str, Any]] = found.json()
    return webhooks


def deletes_the_token(owner: Client, widget: Widget) -> None:
    owner.post(f"/admin/widget/widget/{widget.pk}/agent-token/", {"agent_token": ""})


def moves_the_widget(owner: Client, widget: Widget) -> None:
    widget.organization_id = "c0a2f6b4-3e1d-4c6b-8f2a-9d5e7b1a6c30"
    changes.publish(widget, User.objects.create_superuser("root"))


def takes_another_app(owner: Client, widget: Widget) -> None:
    widget.client_id = "another"
    changes.publish(widget, User.objects.get(username="olga"))


def deletes_the_widget(owner: Client, widget: Widget) -> None:
    owner.post(f"/admin/widget/widget/{widget.pk}/delete/", {"post": "yes"})


def deletes_the_widget_in_the_list(owner: Client, widget: Widget) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [widget.pk], "post": "yes"}
    owner.post("/admin/widget/widget/", chosen)


@pytest.mark.parametrize(
    "leave",
    [
        *(deletes_the_token, deletes_the_widget),
        pytest.param(moves_the_widget, marks=pytest.mark.night),
        pytest.param(takes_another_app, marks=pytest.mark.night),
        pytest.param(deletes_the_widget_in_the_list, marks=pytest.mark.night),
    ],
)
def test_livechat_is_told_before_nothing_could_end_its_calls(
    calling: Door,
    owner: Client,
    agent: Agent,
    shop_widget: Widget,
    leave: Callable[[Client, Widget], None],
) -> None:
    assert len(known_to_livechat(agent, shop_widget)) == 1
    leave(owner, Widget.objects.get())
    assert known_to_livechat(agent, shop_widget) == []
    assert not Webhook.objects.exists()


@pytest.mark.night  # rare
def test_calls_can_be_stopped_when_nobody_can_be_notified(
    calling: Door, owner: Client, shop_widget: Widget, settings: Any
) -> None:
    settings.CHAT_PUSH_KEY = ""
    page = owner.get(f"/admin/widget/widget/{shop_widget.pk}/change/").content.decode()
    assert "Stop LiveChat" in page
    assert "does not call us any more" in switch(owner, calling)
    assert not Webhook.objects.exists()


@pytest.mark.night  # rare
def test_it_is_said_when_livechat_could_not_be_told_to_stop(
    calling: Door, owner: Client, agent: Agent, shop_widget: Widget
) -> None:
    Widget.objects.update(agent_token="")
    page = owner.get(f"/admin/widget/widget/{shop_widget.pk}/change/").content.decode()
    assert "Stop LiveChat" in page
    shown = switch(owner, calling)
    assert "does not call us any more" not in shown
    assert "LiveChat refused" in shown
    assert not Webhook.objects.exists()
    assert len(known_to_livechat(agent, shop_widget)) == 1


def test_its_secret_is_encrypted_again_with_new_keys(calling: Door, settings: Any) -> None:
    secret = Webhook.objects.get().secret
    settings.CHAT_ENCRYPTION_KEYS = ["b" * 32, *conf.encryption_secrets()]
    Webhook.objects.encrypt_again()
    settings.CHAT_ENCRYPTION_KEYS = ["b" * 32]
    assert Webhook.objects.get().secret == secret


def test_a_secret_that_no_key_opens_is_not_known(calling: Door, settings: Any) -> None:
    said = told()
    settings.CHAT_ENCRYPTION_KEYS = ["b" * 32]
    assert call("/w/shop/webhook", said) == 403


@pytest.mark.night  # by day for other tasks: owners/test_agent_token.py
def test_a_token_that_may_not_is_named(
    calling: Door, owner: Client, shop_widget: Widget, sandbox: Sandbox
) -> None:
    switch(owner, calling)
    made = sandbox.control("tokens", {"agent": "piotr@shop.example", "scopes": ["chats--all:ro"]})
    shop_widget.agent_token = made["token"]
    shop_widget.save()
    assert "webhooks.configuration:rw, webhooks.state:rw" in switch(owner, calling)
    assert not Webhook.objects.exists()
    shop_widget.agent_token = ""
    shop_widget.save()
    page = owner.get(f"/admin/widget/widget/{shop_widget.pk}/change/").content.decode()
    assert SWITCH not in page
