"""Webhooks: registered, filtered, really delivered, tried again."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from livechat.webhooks.parser import parse_webhook

from tests.sandbox.clients import Customer
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import Agent, Payload, Refused, Sandbox

PATIENCE = 30  # seconds
SECRET = "laudla991lamda0pnoaa0"


class Receiver:
    """An app's web server. It answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        self.bodies: queue.Queue[Payload] = queue.Queue()
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.bodies.put(json.loads(body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self) -> Payload:
        return self.bodies.get(timeout=PATIENCE)

    def next_thread(self) -> str:
        thread_id: str = self.next()["payload"]["chat"]["thread"]["id"]
        return thread_id

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def owner(sandbox: Sandbox) -> Owner:
    return Owner(sandbox)


def register(owner: Owner, receiver: Receiver, action: str, **more: Any) -> str:
    answer = owner.call(
        "register_webhook",
        action=action,
        secret_key=SECRET,
        url=receiver.url,
        owner_client_id=owner.client_id,
        type="license",
        **more,
    )
    webhook_id: str = answer["id"]
    return webhook_id


def test_a_webhook_carries_its_secret_and_what_happened(
    owner: Owner, receiver: Receiver, customer: Customer
) -> None:
    webhook_id = register(owner, receiver, "incoming_chat")
    chat_id, _ = customer.start("Hello")
    body = receiver.next()
    assert (body["webhook_id"], body["secret_key"]) == (webhook_id, SECRET)
    assert body["organization_id"] == customer.token["organization_id"]
    assert body["payload"]["chat"]["id"] == chat_id


def test_it_is_sent_again_until_it_is_taken(
    sandbox: Sandbox, owner: Owner, receiver: Receiver, customer: Customer
) -> None:
    sandbox.settings(webhook_retry_delay=0.01)
    register(owner, receiver, "incoming_chat")
    receiver.statuses = [500, 503]
    customer.start("Hello")
    assert receiver.next() == receiver.next() == receiver.next()


def test_it_is_given_up_after_the_last_retry(
    sandbox: Sandbox, owner: Owner, receiver: Receiver, customer: Customer
) -> None:
    sandbox.settings(webhook_retry_delay=0.01, webhook_retries=1)
    register(owner, receiver, "incoming_event")
    chat_id, _ = customer.start()
    receiver.statuses = [500, 500]
    customer.send(chat_id, "first")
    customer.send(chat_id, "second")
    texts = [receiver.next()["payload"]["event"]["text"] for _ in range(3)]
    assert texts == ["first", "first", "second"]


def test_they_keep_their_order(owner: Owner, receiver: Receiver, customer: Customer) -> None:
    register(owner, receiver, "incoming_event")
    chat_id, _ = customer.start()
    for number in range(10):
        customer.send(chat_id, str(number))
    texts = [receiver.next()["payload"]["event"]["text"] for _ in range(10)]
    assert texts == [str(number) for number in range(10)]


def test_the_author_can_be_asked_for(
    owner: Owner, receiver: Receiver, customer: Customer, agent: Agent
) -> None:
    register(owner, receiver, "incoming_event", filters={"author_type": "customer"})
    chat_id, _ = customer.start()
    agent.send(chat_id, "from the agent")
    customer.send(chat_id, "from the customer")
    assert receiver.next()["payload"]["event"]["text"] == "from the customer"


def test_chats_can_be_left_out_by_who_is_in_them(
    owner: Owner, receiver: Receiver, customer: Customer, agent: Agent
) -> None:
    excluded = {"chat_presence": {"user_ids": {"exclude_values": [agent.id]}}}
    register(owner, receiver, "incoming_event", filters=excluded)
    register(owner, receiver, "thread_tagged")
    chat_id, thread_id = customer.start()
    customer.send(chat_id, "nobody hears of this")
    agent.call("tag_thread", chat_id=chat_id, thread_id=thread_id, tag="parcel")
    assert receiver.next()["action"] == "thread_tagged"
    assert receiver.bodies.empty()


def test_additional_data_is_sent_along(
    owner: Owner, receiver: Receiver, customer: Customer, agent: Agent
) -> None:
    register(owner, receiver, "incoming_chat", additional_data=["chat_presence_user_ids"])
    customer.start("Hello")
    assert agent.id in receiver.next()["additional_data"]["chat_presence_user_ids"]


def test_a_chat_that_agents_see_later_is_no_new_one(
    sandbox: Sandbox, owner: Owner, receiver: Receiver, customer: Customer, agent: Agent
) -> None:
    register(owner, receiver, "incoming_chat")
    maria = Agent(sandbox, 1)
    chat_id, first = customer.start("Hello")
    maria.call("follow_chat", id=chat_id)
    to_maria = {"type": "agent", "ids": [maria.id]}
    agent.call("transfer_chat", id=chat_id, target=to_maria, ignore_agents_availability=True)
    added = {"user_id": agent.id, "user_type": "agent", "visibility": "all"}
    maria.call("add_user_to_chat", chat_id=chat_id, **added)
    agent.close(chat_id)
    second = customer.call("resume_chat", chat={"id": chat_id})["thread_id"]
    assert [receiver.next_thread() for _ in range(2)] == [first, second]


def test_a_chat_that_gets_its_customer_is_no_new_one(
    owner: Owner, receiver: Receiver, customer: Customer, agent: Agent
) -> None:
    register(owner, receiver, "incoming_chat")
    started = agent.call("start_chat")
    chat_id = started["chat_id"]
    added = {"user_id": customer.id, "user_type": "customer", "visibility": "all"}
    agent.call("add_user_to_chat", chat_id=chat_id, **added)
    agent.close(chat_id)
    second = agent.call("resume_chat", chat={"id": chat_id})["thread_id"]
    assert [receiver.next_thread() for _ in range(2)] == [started["thread_id"], second]


def test_an_unregistered_webhook_is_silent(
    owner: Owner, receiver: Receiver, customer: Customer
) -> None:
    webhook_id = register(owner, receiver, "incoming_chat")
    register(owner, receiver, "chat_deactivated")
    owner.call("unregister_webhook", id=webhook_id, owner_client_id=owner.client_id)
    chat_id, _ = customer.start("Hello")
    customer.call("deactivate_chat", id=chat_id)
    assert receiver.next()["action"] == "chat_deactivated"


def test_those_of_the_license_can_be_switched_off_and_on(
    owner: Owner, receiver: Receiver, customer: Customer
) -> None:
    register(owner, receiver, "incoming_event")
    chat_id, _ = customer.start()
    owner.call("disable_license_webhooks", owner_client_id=owner.client_id)
    state = owner.call("get_license_webhooks_state", owner_client_id=owner.client_id)
    customer.send(chat_id, "unheard")
    owner.call("enable_license_webhooks", owner_client_id=owner.client_id)
    customer.send(chat_id, "heard")
    assert state == {"license_webhooks_enabled": False}
    assert receiver.next()["payload"]["event"]["text"] == "heard"


def test_a_reset_ends_what_was_still_to_be_sent(sandbox: Sandbox, receiver: Receiver) -> None:
    """With the same seed a webhook has the id of the one whose receiver failed."""
    sandbox.reset("webhooks")
    sandbox.settings(webhook_retry_delay=60)
    register(Owner(sandbox), receiver, "incoming_chat")
    receiver.statuses = [500]
    Customer(sandbox).start("before")
    receiver.next()
    sandbox.reset("webhooks")
    with closing(Receiver()) as other:
        register(Owner(sandbox), other, "incoming_chat")
        Customer(sandbox).start("after")
        events = other.next()["payload"]["chat"]["thread"]["events"]
    assert [event["text"] for event in events] == ["after"]


def test_the_secret_is_not_listed(owner: Owner, receiver: Receiver) -> None:
    register(owner, receiver, "incoming_chat")
    [listed] = owner.call("list_webhooks", owner_client_id=owner.client_id)
    assert listed["url"] == receiver.url
    assert "secret_key" not in listed


def test_a_fourth_webhook_for_one_action_is_refused(owner: Owner, receiver: Receiver) -> None:
    for _ in range(3):
        register(owner, receiver, "incoming_chat")
    with pytest.raises(Refused) as caught:
        register(owner, receiver, "incoming_chat")
    assert caught.value.type == "limit_reached"


def test_a_filter_the_action_does_not_have_is_refused(owner: Owner, receiver: Receiver) -> None:
    with pytest.raises(Refused) as caught:
        register(owner, receiver, "incoming_chat", filters={"author_type": "agent"})
    assert caught.value.type == "validation"


EIGHTEEN = [
    "incoming_chat",
    "chat_deactivated",
    "chat_transferred",
    "user_added_to_chat",
    "user_removed_from_chat",
    "incoming_event",
    "event_updated",
    "event_deleted",
    "incoming_rich_message_postback",
    "chat_properties_updated",
    "chat_properties_deleted",
    "thread_properties_updated",
    "thread_properties_deleted",
    "event_properties_updated",
    "event_properties_deleted",
    "thread_tagged",
    "thread_untagged",
    "chat_access_updated",
]


def test_all_events_of_an_agents_builder_arrive_and_livechats_parser_reads_them(
    owner: Owner, receiver: Receiver, customer: Customer, agent: Agent
) -> None:
    for action in EIGHTEEN:
        register(owner, receiver, action)
    live_through_everything(customer, agent)
    arrived: set[str] = set()
    while arrived != set(EIGHTEEN):
        body = receiver.next()
        arrived.add(body["action"])
        if body["action"] != "event_deleted":  # the parser is older than that action
            parse_webhook(body)


def live_through_everything(customer: Customer, agent: Agent) -> None:
    """One chat in which all that can happen to a chat happens."""
    chat_id, thread_id = customer.start("Hello")
    button = {"text": "Yes", "type": "message", "value": "Yes", "postback_id": "yes"}
    card = {"title": "Ready?", "buttons": [button]}
    event_id = agent.send_event(
        chat_id, {"type": "rich_message", "template_id": "cards", "elements": [card]}
    )
    thread = {"chat_id": chat_id, "thread_id": thread_id}
    event = thread | {"event_id": event_id}
    customer.call("send_rich_message_postback", postback={"id": "yes", "toggled": True}, **event)
    for level, where in [("chat", {"id": chat_id}), ("thread", thread), ("event", event)]:
        given = {"test": {"string_property": "blue"}}
        agent.call(f"update_{level}_properties", properties=given, **where)
        names = {"test": ["string_property"]}
        agent.call(f"delete_{level}_properties", properties=names, **where)
    agent.call("tag_thread", tag="parcel", **thread)
    agent.call("untag_thread", tag="parcel", **thread)
    agent.call("delete_event", **event)
    agent.call(
        "transfer_chat",
        id=chat_id,
        target={"type": "group", "ids": [1]},
        ignore_agents_availability=True,
    )
    agent.call(
        "add_user_to_chat",
        chat_id=chat_id,
        user_id="maria@shop.example",
        user_type="agent",
        visibility="all",
        ignore_requester_presence=True,
    )
    agent.call("deactivate_chat", id=chat_id, ignore_requester_presence=True)


def test_an_app_hears_of_the_chats_that_its_own_bot_began(
    sandbox: Sandbox, owner: Owner, receiver: Receiver, customer: Customer, stranger: Customer
) -> None:
    app = "0805e283233042b37f460ed8fbf22160"
    bot = Agent(sandbox)
    made = owner.call(
        "create_bot", name="Ada", default_group_priority="normal", owner_client_id=app
    )
    issued = owner.call(
        "issue_bot_token",
        bot_id=made["id"],
        bot_secret=made["secret"],
        client_id=app,
        organization_id=sandbox.config["organization_id"],
    )
    bot.authorization = f"Bearer {issued['token']}"
    owner.call(
        "register_webhook",
        action="incoming_chat",
        secret_key=SECRET,
        url=receiver.url,
        owner_client_id=app,
        type="license",
        filters={"only_my_chats": True},
    )
    stranger.start("Hello")
    users = [{"id": customer.id, "type": "customer"}]
    chat_id = bot.call("start_chat", chat={"users": users})["chat_id"]
    assert receiver.next()["payload"]["chat"]["id"] == chat_id


def test_a_webhook_about_the_configuration_names_who_changed_it(
    sandbox: Sandbox, owner: Owner, receiver: Receiver
) -> None:
    register(owner, receiver, "group_updated")
    owner.call("update_group", id=1, name="Sales")
    [account_id] = [
        each["account_id"]
        for each in owner.call("list_agents")
        if each["id"] == "piotr@shop.example"
    ]
    assert receiver.next()["requester"] == {
        "user_id": "piotr@shop.example",
        "account_id": account_id,
        "client_id": owner.client_id,
    }


def test_webhooks_of_3_5_and_those_about_chats_name_no_requester(
    owner: Owner, receiver: Receiver, customer: Customer
) -> None:
    register(owner, receiver, "tag_created", version="3.5")
    owner.call("create_tag", name="refund", group_ids=[0])
    assert "requester" not in receiver.next()
    register(owner, receiver, "incoming_chat")
    customer.start("Hello")
    assert "requester" not in receiver.next()


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_changes_of_auto_access_arrive_as_an_array(
    owner: Owner, receiver: Receiver, version: str
) -> None:
    register(owner, receiver, "auto_accesses_updated", version=version)
    conditions = {"url": {"values": [{"value": "/sale"}]}}
    made = owner.call("add_auto_access", access={"groups": [1]}, conditions=conditions)
    owner.call("delete_auto_access", id=made["id"])
    added, deleted = receiver.next(), receiver.next()
    assert [each["status"] for each in added["payload"]] == ["added"]
    assert deleted["payload"] == [{"id": made["id"], "status": "deleted"}]
    assert ("requester" in added) == (version != "3.5")
