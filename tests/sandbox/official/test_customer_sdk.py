"""@livechat/customer-sdk drives the sandbox: every method it has, every event it emits."""

from typing import Any

import pytest

from tests.sandbox.clients import Customer
from tests.sandbox_rig import Agent, Sandbox

from .javascript import CustomerSdk, SdkError

pytestmark = pytest.mark.timeout(300)  # the first installs the SDK
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def start(sdk: CustomerSdk, text: str = "Hello") -> tuple[str, str]:
    """Start a chat; returns the ids of chat and thread."""
    event = {"type": "message", "text": text}
    chat = sdk.call("startChat", {"chat": {"thread": {"events": [event]}}})["chat"]
    return chat["id"], chat["thread"]["id"]


def send(sdk: CustomerSdk, chat_id: str, text: str) -> Any:
    event = {"type": "message", "text": text}
    return sdk.call("sendEvent", {"chatId": chat_id, "event": event})


def test_it_connects_and_learns_who_it_is(sdk: CustomerSdk) -> None:
    token = sdk.call("auth.getToken")
    assert token["entityId"] == sdk.call("getCustomer")["id"]


def test_start_chat_resolves_with_the_chat(sdk: CustomerSdk) -> None:
    event = {"type": "message", "text": "Hello"}
    started = sdk.call("startChat", {"chat": {"thread": {"events": [event]}}})
    assert [event["text"] for event in started["chat"]["thread"]["events"]] == ["Hello"]


def test_send_event_resolves_with_the_event(sdk: CustomerSdk) -> None:
    chat_id, _ = start(sdk)
    assert send(sdk, chat_id, "One more thing")["text"] == "One more thing"


def test_an_own_message_is_not_emitted_as_incoming(sdk: CustomerSdk) -> None:
    chat_id, _ = start(sdk)
    send(sdk, chat_id, "Mine")
    sdk.call("getCustomer")
    emitted = [line["event"] for line in list(sdk.emitted.queue)]
    assert "incoming_event" not in emitted


def test_deactivate_and_resume_chat(sdk: CustomerSdk) -> None:
    chat_id, thread_id = start(sdk)
    sdk.call("deactivateChat", {"id": chat_id})
    sdk.wait_for("chat_deactivated")
    resumed = sdk.call("resumeChat", {"chat": {"id": chat_id}})
    assert resumed["chat"]["thread"]["id"] != thread_id


def test_sending_to_a_closed_chat_is_rejected_with_a_code(sdk: CustomerSdk) -> None:
    chat_id, _ = start(sdk)
    sdk.call("deactivateChat", {"id": chat_id})
    with pytest.raises(SdkError) as caught:
        send(sdk, chat_id, "Too late")
    assert caught.value.code == "CHAT_INACTIVE"


def test_list_chats(sdk: CustomerSdk) -> None:
    chat_id, _ = start(sdk)
    listed = sdk.call("listChats")
    assert [chat["id"] for chat in listed["chatsSummary"]] == [chat_id]


def test_list_threads_and_get_chat(sdk: CustomerSdk) -> None:
    chat_id, thread_id = start(sdk)
    threads = sdk.call("listThreads", {"chatId": chat_id})["threads"]
    chat = sdk.call("getChat", {"chatId": chat_id})
    assert [thread["id"] for thread in threads] == [thread_id] == [chat["thread"]["id"]]


def test_chat_history_goes_back_page_by_page_and_ends(sdk: CustomerSdk, sandbox: Sandbox) -> None:
    sandbox.settings(requests_per_second=None)
    chat_id, first = start(sdk)
    for number in range(13):
        send(sdk, chat_id, f"first {number}")
    sdk.call("deactivateChat", {"id": chat_id})
    second = sdk.call("resumeChat", {"chat": {"id": chat_id}})["chat"]["thread"]["id"]
    for number in range(26):
        send(sdk, chat_id, f"second {number}")
    newest = sdk.call("history.next", {"chatId": chat_id})
    oldest = sdk.call("history.next", {"chatId": chat_id})
    assert [thread["id"] for thread in newest["value"]["threads"]] == [second]
    assert [thread["id"] for thread in oldest["value"]["threads"]] == [first]
    assert (newest["done"], oldest["done"]) == (False, True)


def test_upload_file_and_send_it(sdk: CustomerSdk) -> None:
    chat_id, _ = start(sdk)
    url = sdk.upload("dot.png", "image/png", PNG)["url"]
    sent = sdk.call("sendEvent", {"chatId": chat_id, "event": {"type": "file", "url": url}})
    assert (sent["name"], sent["contentType"]) == ("dot.png", "image/png")


def test_rate_chat_and_cancel_the_rating(sdk: CustomerSdk) -> None:
    chat_id, thread_id = start(sdk)
    sdk.call("rateChat", {"chatId": chat_id, "rating": {"score": 1, "comment": "Quick!"}})
    updated = sdk.wait_for("thread_properties_updated")
    assert updated["properties"] == {"rating": {"score": 1, "comment": "Quick!"}}
    sdk.call("cancelRate", {"chatId": chat_id})
    assert sdk.wait_for("thread_properties_deleted")["threadId"] == thread_id


PROPERTIES = {"test": {"string_property": "blue"}}
NAMES = {"test": ["string_property"]}


@pytest.mark.parametrize("level", ["chat", "thread", "event"])
def test_properties_are_updated_and_deleted(sdk: CustomerSdk, level: str) -> None:
    chat_id, thread_id = start(sdk)
    where = {
        "chat": {"id": chat_id},
        "thread": {"chatId": chat_id, "threadId": thread_id},
        "event": {"chatId": chat_id, "threadId": thread_id, "eventId": f"{thread_id}_1"},
    }[level]
    sdk.call(f"update{level.title()}Properties", where | {"properties": PROPERTIES})
    assert sdk.wait_for(f"{level}_properties_updated")["properties"] == PROPERTIES
    sdk.call(f"delete{level.title()}Properties", where | {"properties": NAMES})
    assert sdk.wait_for(f"{level}_properties_deleted")["properties"] == NAMES


def test_customer_is_updated(sdk: CustomerSdk) -> None:
    sdk.call("updateCustomer", {"name": "Nora", "email": "nora@shop.example"})
    assert sdk.wait_for("customer_updated")["name"] == "Nora"
    assert sdk.call("getCustomer")["email"] == "nora@shop.example"


def test_session_fields_are_set(sdk: CustomerSdk) -> None:
    sdk.call("setCustomerSessionFields", {"sessionFields": {"plan": "gold", "cart": "3"}})
    assert sdk.call("getCustomer")["sessionFields"] == {"plan": "gold", "cart": "3"}


def test_a_page_change_reaches_the_agents(sdk: CustomerSdk, agent: Agent) -> None:
    start(sdk)
    sdk.call("updateCustomerPage", {"url": "https://shop.example/cart", "title": "Cart"})
    customer = sdk.call("getCustomer")
    seen = agent.call("get_customer", id=customer["id"])
    assert seen["visit"]["last_pages"][-1]["title"] == "Cart"


def test_group_statuses_and_predicted_agent(sdk: CustomerSdk, agent: Agent) -> None:
    assert sdk.call("listGroupStatuses")["0"] == "online"
    assert sdk.call("getPredictedAgent")["agent"]["id"] == agent.opaque_id


def test_forms(sdk: CustomerSdk, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": True})
    form = sdk.call("getForm", {"groupId": 0, "type": "prechat"})
    assert form["enabled"]
    assert form["form"]["fields"]


def test_url_info(sdk: CustomerSdk, sandbox: Sandbox) -> None:
    assert "url" in sdk.call("getUrlInfo", {"url": f"{sandbox.url}/"})


def test_events_are_marked_as_seen(sdk: CustomerSdk, agent: Agent) -> None:
    chat_id, _ = start(sdk)
    agent.send(chat_id, "Hello Nora")
    event = sdk.wait_for("incoming_event")["event"]
    sdk.call("markEventsAsSeen", {"chatId": chat_id, "seenUpTo": event["createdAt"]})
    assert sdk.wait_for("events_marked_as_seen")["seenUpTo"] == event["createdAt"]


def test_a_button_is_pressed(sdk: CustomerSdk, agent: Agent) -> None:
    chat_id, thread_id = start(sdk)
    button = {"text": "Yes", "type": "message", "value": "Yes", "postback_id": "yes"}
    card = {"title": "Ready?", "buttons": [button]}
    event_id = agent.send_event(
        chat_id, {"type": "rich_message", "template_id": "cards", "elements": [card]}
    )
    assert sdk.wait_for("incoming_event")["event"]["id"] == event_id
    where = {"chatId": chat_id, "threadId": thread_id, "eventId": event_id}
    sdk.call("sendRichMessagePostback", where | {"postback": {"id": "yes", "toggled": True}})
    assert sdk.wait_for("incoming_rich_message_postback")["postback"]["id"] == "yes"
    assert sdk.wait_for("event_updated")["event"]["id"] == event_id


def test_a_sneak_peek_is_accepted(sdk: CustomerSdk, sandbox: Sandbox) -> None:
    chat_id, _ = start(sdk)
    sdk.call("setSneakPeek", {"chatId": chat_id, "sneakPeekText": "I wonder"})
    sdk.call("getCustomer")


def test_typing_and_seen_marks_of_agents_are_emitted(sdk: CustomerSdk, agent: Agent) -> None:
    chat_id, _ = start(sdk)
    agent.type(chat_id)
    assert sdk.wait_for("incoming_typing_indicator")["typingIndicator"]["isTyping"]
    last = agent.chat(chat_id)["thread"]["events"][-1]
    agent.see(chat_id, last["created_at"])
    assert sdk.wait_for("events_marked_as_seen")["userId"] == agent.opaque_id


def test_an_agents_ending_is_emitted(sdk: CustomerSdk, agent: Agent) -> None:
    chat_id, _ = start(sdk)
    agent.close(chat_id)
    assert sdk.wait_for("chat_deactivated")["chatId"] == chat_id


def test_transfer_and_people_coming_and_going_are_emitted(
    sdk: CustomerSdk, sandbox: Sandbox, agent: Agent
) -> None:
    sandbox.settings(agents={"maria@shop.example": "accepting_chats"}, max_chats={})
    chat_id, _ = start(sdk)
    present = [user["id"] for user in agent.chat(chat_id)["users"] if user.get("email")]
    target = {"type": "agent", "ids": ["maria@shop.example" if agent.id in present else agent.id]}
    agent.call("transfer_chat", id=chat_id, target=target, ignore_requester_presence=True)
    assert sdk.wait_for("user_removed_from_chat")["chatId"] == chat_id
    assert sdk.wait_for("user_added_to_chat")["chatId"] == chat_id
    assert sdk.wait_for("chat_transferred")["reason"] == "manual"


def test_availability_follows_the_agents(sdk: CustomerSdk, sandbox: Sandbox) -> None:
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    assert sdk.wait_for("availability_updated")["availability"] == "offline"


def test_a_place_in_the_queue_is_emitted_as_it_changes(
    sdk: CustomerSdk, sandbox: Sandbox, agent: Agent
) -> None:
    sandbox.settings(max_chats={agent.id: 1})
    served, waiting = Customer(sandbox), Customer(sandbox)
    served_chat, _ = served.start("First")
    waiting.start("Second")
    start(sdk, "Third")
    agent.close(served_chat)
    assert sdk.wait_for("queue_position_updated")["queue"]["position"] == 1


def test_a_greeting_is_shown_accepted_and_canceled(sdk: CustomerSdk, sandbox: Sandbox) -> None:
    sandbox.settings(greetings={"1": True})
    sdk.call("updateCustomerPage", {"url": "https://shop.example/new", "title": "New"})
    greeting = sdk.wait_for("incoming_greeting")
    which = {"greetingId": greeting["id"], "uniqueId": greeting["uniqueId"]}
    sdk.call("acceptGreeting", which)
    assert sdk.wait_for("greeting_accepted")["uniqueId"] == greeting["uniqueId"]
    sdk.call("cancelGreeting", {"uniqueId": greeting["uniqueId"]})
    assert sdk.wait_for("greeting_canceled")["uniqueId"] == greeting["uniqueId"]


def test_it_leaves_and_comes_back(sdk: CustomerSdk) -> None:
    sdk.call("disconnect")
    with pytest.raises(SdkError) as caught:
        sdk.call("getCustomer")
    assert caught.value.code == "NO_CONNECTION"
    sdk.call("connect")
    sdk.wait_for("connected")


def test_a_ban_ends_the_instance(sdk: CustomerSdk, agent: Agent) -> None:
    start(sdk)
    agent.ban(sdk.call("getCustomer")["id"])
    assert sdk.wait_for("disconnected")["reason"] == "customer_banned"


def test_a_destroyed_instance_takes_no_more_calls(sdk: CustomerSdk) -> None:
    sdk.call("destroy")
    with pytest.raises(SdkError):
        sdk.call("getCustomer")
