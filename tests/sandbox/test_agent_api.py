"""The Agent Chat API: who may do what, and what customers and agents see of it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.sandbox.clients import Customer, Rtm
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox

SAM = 2  # an agent of the role `normal`, in the groups General and Support
MARIA = "maria@shop.example"
ACCEPTING = {"status": "accepting_chats"}
TICKET_FORM = "177383"
SALES, SUPPORT = 1, 2  # groups


class AgentRtm:
    """An agent's connection, logged in."""

    def __init__(self, sandbox: Sandbox, token: str, version: str = "3.6", **login: Any) -> None:
        self.stack = ExitStack()
        url = f"{sandbox.ws_url}/v{version}/agent/rtm/ws"
        self.socket = self.stack.enter_context(connect(url, compression=None, close_timeout=0.2))
        self.pushes: list[Payload] = []
        self.login = self.call("login", token=token, **login)

    def receive(self) -> Payload:
        frame: Payload = json.loads(self.socket.recv(REQUEST_LIMIT))
        if frame["type"] == "push":
            self.pushes.append(frame)
        return frame

    def call(self, action: str, beside: Payload | None = None, /, **payload: Any) -> Any:
        """`beside` is what else the frame has."""
        asked = {"request_id": "1", "action": action, "payload": payload} | (beside or {})
        self.socket.send(json.dumps(asked))
        while (frame := self.receive())["type"] != "response":
            pass
        assert frame["success"], frame["payload"]["error"]["message"]
        return frame["payload"]

    def next(self, action: str) -> Any:
        while True:
            frame = self.receive()
            if frame["type"] == "push" and frame["action"] == action:
                return frame["payload"]


@pytest.fixture
def desk(sandbox: Sandbox, agent: Agent) -> Iterator[AgentRtm]:
    running = AgentRtm(sandbox, agent.authorization)
    yield running
    running.stack.close()


def bot_of(sandbox: Sandbox, **more: Any) -> Agent:
    """A new bot that calls with a token of its own."""
    owner = Owner(sandbox)
    made = owner.call("create_bot", **({"name": "Ada", "default_group_priority": "first"} | more))
    issued = owner.call(
        "issue_bot_token",
        bot_id=made["id"],
        bot_secret=made["secret"],
        client_id=owner.client_id,
        organization_id=sandbox.config["organization_id"],
    )
    bot = Agent(sandbox)
    bot.id = bot.opaque_id = made["id"]
    bot.name, bot.authorization = "Ada", f"Bearer {issued['token']}"
    return bot


def refusal(agent: Agent, action: str, **parameters: Any) -> str:
    with pytest.raises(Refused) as caught:
        agent.call(action, **parameters)
    return caught.value.type


# --- who may pass -----------------------------------------------------------------------------


def test_a_customers_token_is_refused(agent: Agent, customer: Customer) -> None:
    agent.authorization = customer.authorization
    assert refusal(agent, "list_chats") == "authentication"


def test_a_basic_credential_is_taken(agent: Agent) -> None:
    agent.authorization = f"Basic {agent.config['basic']}"
    assert agent.call("list_chats")["found_chats"] == 0


def test_an_unknown_action_is_refused(agent: Agent) -> None:
    assert refusal(agent, "make_coffee") == "validation"


def test_a_chat_of_other_groups_is_missing_access(sandbox: Sandbox, customer: Customer) -> None:
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [1]}})["chat_id"]
    assert refusal(Agent(sandbox, SAM), "get_chat", chat_id=chat_id) == "missing_access"


def test_writing_without_being_in_the_chat_is_refused(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    event = {"type": "message", "text": "Hi"}
    other = Agent(sandbox, 1)
    assert refusal(other, "send_event", chat_id=chat_id, event=event) == "authorization"


def test_a_bot_token_lets_a_bot_in(sandbox: Sandbox, agent: Agent) -> None:
    bot = bot_of(sandbox)
    bot.call("set_routing_status", **ACCEPTING)
    assert status_of(agent, bot) == "accepting_chats"


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_a_bot_cannot_log_in_over_rtm(sandbox: Sandbox, version: str) -> None:
    bot = bot_of(sandbox)
    with pytest.raises(AssertionError, match="Bots use the Web API"):
        AgentRtm(sandbox, bot.authorization, version)


def status_of(agent: Agent, other: Agent) -> str:
    listed = agent.call("list_routing_statuses")
    statuses: dict[str, str] = {each["agent_id"]: each["status"] for each in listed}
    return statuses[other.id]


@pytest.mark.parametrize(
    ("version", "status"), [("3.5", "accepting_chats"), ("3.6", "offline"), ("3.7", "offline")]
)
def test_a_web_request_speaks_for_a_bot_in_3_5_only(
    sandbox: Sandbox, agent: Agent, version: str, status: str
) -> None:
    bot = bot_of(sandbox)
    sandbox.http.post(
        f"{sandbox.url}/v{version}/agent/action/set_routing_status",
        json=ACCEPTING,
        headers={"Authorization": agent.authorization, "X-Author-Id": bot.id},
        timeout=REQUEST_LIMIT,
    ).raise_for_status()
    assert status_of(agent, bot) == status


@pytest.mark.parametrize(
    ("version", "status"), [("3.5", "accepting_chats"), ("3.6", "offline"), ("3.7", "offline")]
)
def test_a_frame_speaks_for_a_bot_in_3_5_only(
    sandbox: Sandbox, agent: Agent, version: str, status: str
) -> None:
    bot = bot_of(sandbox)
    desk = AgentRtm(sandbox, agent.authorization, "3.5")
    with desk.stack:
        desk.call("set_routing_status", {"version": version, "author_id": bot.id}, **ACCEPTING)
    assert status_of(agent, bot) == status


# --- one fact, two shapes ---------------------------------------------------------------------


def test_agents_are_known_by_mail_to_agents_and_by_another_id_to_customers(
    agent: Agent, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    agent.send(chat_id, "Hello Nora")
    as_agents_see_it = agent.chat(chat_id)["thread"]["events"][-1]
    as_customers_see_it = customer.thread(chat_id)["events"][-1]
    assert as_agents_see_it["author_id"] == agent.id
    assert as_customers_see_it["author_id"] == agent.opaque_id
    assert (as_agents_see_it["visibility"], as_customers_see_it["recipients"]) == ("all", "all")


def test_a_note_among_agents_never_reaches_the_customer(
    agent: Agent, customer: Customer, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("Hello")
    agent.send(chat_id, "A difficult one", visibility="agents")
    agent.send(chat_id, "Hello Nora")
    texts = [push["event"].get("text") for push in rtm.of("incoming_event")]
    assert texts == ["Hello Nora"]
    assert "A difficult one" not in json.dumps(customer.call("list_threads", chat_id=chat_id))


def test_an_event_that_was_deleted_is_a_stub_for_normal_agents(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    chat_id, thread_id = customer.start("Hello")
    event_id = agent.send(chat_id, "A slip")
    agent.call("delete_event", chat_id=chat_id, thread_id=thread_id, event_id=event_id)
    as_owner = agent.chat(chat_id)["thread"]["events"][-1]
    as_normal = Agent(sandbox, SAM).chat(chat_id)["thread"]["events"][-1]
    assert as_owner["text"] == "A slip"
    assert as_normal["deleted"]
    assert "text" not in as_normal


def test_3_7_lists_chats_as_chats_info(agent: Agent, customer: Customer) -> None:
    customer.start("Hello")
    [info] = agent.call("list_chats", version="3.7")["chats_info"]
    assert info["last_thread_info"]["last_event_per_type"]["message"]["event"]["text"] == "Hello"


def test_3_5_calls_the_visit_last_visit(agent: Agent, customer: Customer, rtm: Rtm) -> None:
    rtm.call("update_customer_page", url="https://shop.example/", title="Shop")
    shown = agent.call("get_customer", version="3.5", id=customer.id)
    assert shown["last_visit"]["last_pages"][-1]["title"] == "Shop"


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_what_an_app_fills_as_it_likes_is_the_same_in_every_version(
    agent: Agent, customer: Customer, version: str
) -> None:
    free = {"cart": 1, "carts": [2], "type": "customer", "visit": 3, "chats_summary": [4]}
    session_fields = [{"cart": "5"}, {"visit": "6"}]
    customer.call("update_customer", session_fields=session_fields)
    chat_id, _ = customer.start()
    agent.send_event(chat_id, {"type": "custom", "content": free})
    shown = agent.call("get_chat", version=version, chat_id=chat_id)
    assert shown["thread"]["events"][-1]["content"] == free
    told = agent.call("get_customer", version=version, id=customer.id)
    assert told["session_fields"] == session_fields


# --- lists ------------------------------------------------------------------------------------


def test_a_page_remembers_the_filters_of_the_first_request(sandbox: Sandbox, agent: Agent) -> None:
    for number in range(3):
        chat_id, _ = Customer(sandbox).start(str(number))
        if number == 1:
            agent.close(chat_id)
    first = agent.call("list_chats", filters={"active": True}, limit=1)
    second = agent.call("list_chats", page_id=first["next_page_id"])
    assert len(second["chats_summary"]) == 1
    assert "next_page_id" not in second


def test_a_page_goes_on_where_it_was_when_its_last_chat_moves(
    sandbox: Sandbox, agent: Agent
) -> None:
    customers = [Customer(sandbox) for _ in range(3)]
    oldest, middle, newest = [customer.start()[0] for customer in customers]
    first = agent.call("list_chats", limit=2)
    assert [chat["id"] for chat in first["chats_summary"]] == [newest, middle]
    agent.close(middle)
    customers[1].call("resume_chat", chat={"id": middle})
    second = agent.call("list_chats", page_id=first["next_page_id"])
    assert [chat["id"] for chat in second["chats_summary"]] == [oldest]


def test_archives_are_found_by_text_and_tag(agent: Agent, customer: Customer) -> None:
    chat_id, thread_id = customer.start("Where is my parcel?")
    agent.call("tag_thread", chat_id=chat_id, thread_id=thread_id, tag="delivery")
    agent.close(chat_id)
    by_text = agent.call("list_archives", filters={"query": "PARCEL"})
    by_tag = agent.call("list_archives", filters={"tags": {"values": ["delivery"]}})
    by_other_tag = agent.call("list_archives", filters={"tags": {"values": ["refund"]}})
    assert [by_text["found_chats"], by_tag["found_chats"], by_other_tag["found_chats"]] == [1, 1, 0]


# --- RTM --------------------------------------------------------------------------------------


def test_login_answers_before_any_push(desk: AgentRtm, agent: Agent) -> None:
    assert desk.login["my_profile"]["id"] == agent.id
    assert desk.pushes == []


def test_an_agent_sees_a_new_chat_and_what_the_customer_is_typing(
    desk: AgentRtm, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    assert desk.next("incoming_chat")["chat"]["id"] == chat_id
    customer.call("send_sneak_peek", chat_id=chat_id, sneak_peek_text="I wonder")
    assert desk.next("incoming_sneak_peek")["sneak_peek"]["text"] == "I wonder"


def test_the_push_of_an_own_event_carries_the_request_id(
    desk: AgentRtm, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    desk.next("incoming_chat")
    desk.call("send_event", chat_id=chat_id, event={"type": "message", "text": "Hi"})
    desk.next("incoming_event")
    assert desk.pushes[-1]["request_id"] == "1"


def test_the_customer_sees_typing_thinking_and_previews(
    desk: AgentRtm, customer: Customer, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("Hello")
    bold = {"chats": {"formatting": "commonmark"}}
    preview = {"type": "message", "text": "Your par", "custom_id": "a-1", "properties": bold}
    desk.call("send_typing_indicator", chat_id=chat_id, is_typing=True)
    desk.call("send_thinking_indicator", chat_id=chat_id, title="Looking")
    desk.call("send_event_preview", chat_id=chat_id, event=preview)
    assert rtm.next("incoming_typing_indicator")["typing_indicator"]["is_typing"]
    assert rtm.next("incoming_thinking_indicator")["title"] == "Looking"
    shown = rtm.next("incoming_event_preview")["event"]
    assert shown["text"] == "Your par"
    assert shown["properties"]["chats"] == bold["chats"]


def test_logout_answers_and_then_the_connection_ends(sandbox: Sandbox, agent: Agent) -> None:
    connection = AgentRtm(sandbox, agent.authorization)
    assert connection.call("logout") == {}
    assert connection.next("agent_disconnected")["reason"] == "agent_logged_out_remotely"


def test_an_agent_who_left_for_long_hands_the_chat_over(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    connection = AgentRtm(sandbox, agent.authorization)
    chat_id, _ = customer.start("Hello")
    sandbox.settings(agents={MARIA: "accepting_chats"})
    connection.stack.close()
    agent.call("list_chats")
    sandbox.advance(31)
    present = [user["id"] for user in agent.chat(chat_id)["users"] if user["present"]]
    assert MARIA in present
    assert agent.id not in present


def test_a_ban_closes_the_customers_connection(agent: Agent, customer: Customer, rtm: Rtm) -> None:
    customer.start("Hello")
    agent.ban(customer.id)
    assert rtm.farewell()["reason"] == "customer_banned"


# --- chats that agents see later --------------------------------------------------------------


@pytest.fixture
def support(sandbox: Sandbox) -> Iterator[AgentRtm]:
    """Sam, who is of Support and not of Sales, and gets no chats himself."""
    running = AgentRtm(sandbox, Agent(sandbox, SAM).authorization, away=True)
    yield running
    running.stack.close()


def sales_chat(customer: Customer) -> str:
    chat_id: str = customer.call("start_chat", chat={"access": {"group_ids": [1]}})["chat_id"]
    return chat_id


def transfer(agent: Agent, chat_id: str, kind: str, *ids: object, waits: bool = False) -> None:
    target = {"type": kind, "ids": ids}
    agent.call("transfer_chat", id=chat_id, target=target, ignore_agents_availability=waits)


def test_a_group_is_shown_a_chat_that_waits_for_it(
    support: AgentRtm, agent: Agent, customer: Customer
) -> None:
    chat_id = sales_chat(customer)
    transfer(agent, chat_id, "group", 2, waits=True)
    shown = support.next("incoming_chat")
    assert shown["chat"]["id"] == chat_id
    assert shown["requester_id"] == agent.id
    assert shown["transferred_from"] == {"group_ids": [1], "agent_ids": [agent.id]}


def test_a_group_is_shown_a_chat_that_one_of_it_takes(
    sandbox: Sandbox, support: AgentRtm, agent: Agent, customer: Customer
) -> None:
    taker = bot_of(sandbox, groups=[{"id": 2, "priority": "first"}])
    taker.call("set_routing_status", **ACCEPTING)
    chat_id = sales_chat(customer)
    transfer(agent, chat_id, "group", 2)
    shown = support.next("incoming_chat")
    assert taker.id in [user["id"] for user in shown["chat"]["users"] if user["present"]]
    assert shown["transferred_from"] == {"group_ids": [1], "agent_ids": [agent.id]}


def test_who_is_given_a_chat_is_told_from_whom(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    maria = AgentRtm(sandbox, Agent(sandbox, 1).authorization, away=True)
    with maria.stack:
        chat_id = sales_chat(customer)
        assert "transferred_from" not in maria.next("incoming_chat")
        transfer(agent, chat_id, "agent", MARIA, waits=True)
        shown = maria.next("incoming_chat")
    assert shown["transferred_from"] == {"group_ids": [1], "agent_ids": [agent.id]}


# --- chats without a customer, deletions, carts -----------------------------------------------


def test_a_chat_begins_without_a_customer_who_is_added_later(
    sandbox: Sandbox, agent: Agent, customer: Customer, rtm: Rtm
) -> None:
    chat_id = agent.call("start_chat")["chat_id"]
    assert [user["type"] for user in agent.chat(chat_id)["users"]] == ["agent"]
    assert agent.call("list_customers", version="3.5")["total_customers"] == 1
    added = {"chat_id": chat_id, "user_type": "customer", "visibility": "all"}
    agent.call("add_user_to_chat", user_id=customer.id, **added)
    assert rtm.next("incoming_chat")["chat"]["id"] == chat_id
    assert rtm.next("user_added_to_chat")["user"]["id"] == customer.id
    customer.send(chat_id, "Hello")
    assert {user["id"] for user in agent.chat(chat_id)["users"]} == {agent.id, customer.id}
    another = Customer(sandbox)
    with pytest.raises(Refused, match="limit_reached"):
        agent.call("add_user_to_chat", user_id=another.id, **added)
    second = agent.call("start_chat")["chat_id"]
    with pytest.raises(Refused, match="chat_limit_reached"):
        agent.call("add_user_to_chat", user_id=customer.id, **(added | {"chat_id": second}))


def test_agents_are_told_what_was_deleted(
    sandbox: Sandbox, agent: Agent, customer: Customer, stranger: Customer, desk: AgentRtm
) -> None:
    chat_id, thread_id = customer.start("Hello")
    with pytest.raises(AssertionError, match="active"):
        sandbox.control("deletions", {"chat_id": chat_id})
    agent.close(chat_id)
    other_chat, tagged = stranger.start("Hello")
    agent.call("tag_thread", chat_id=other_chat, thread_id=tagged, tag="test")
    agent.close(other_chat)
    sandbox.control("deletions", {"chat_id": chat_id, "thread_id": thread_id})
    assert desk.next("thread_deleted") == {"chat_id": chat_id, "thread_id": thread_id}
    sandbox.control("deletions", {"tag": "test"})
    assert desk.next("threads_deleted") == {"tag": "test"}
    assert agent.chats() == []
    chat_id, _ = customer.start("Again")
    agent.close(chat_id)
    sandbox.control("deletions", {"chat_id": chat_id})
    assert desk.next("chat_deleted") == {"chat_id": chat_id}


def leave_ticket(customer: Customer) -> Payload:
    """What an offline widget asks for, filled in twice; the ids of the chat and its thread."""
    filled: Payload = {"type": "filled_form", "form_id": TICKET_FORM, "fields": []}
    started: Payload = customer.call(
        "start_chat", active=False, chat={"thread": {"events": [filled, filled]}}
    )
    return started


def test_agents_are_told_once_of_a_ticket(customer: Customer, desk: AgentRtm) -> None:
    ticket_id = leave_ticket(customer)["thread_id"]
    desk.call("ping")
    (told,) = [push["payload"] for push in desk.pushes if push["action"] == "ticket_created"]
    created_at = told.pop("created_at")
    assert created_at.startswith("20")
    assert told == {"customer_id": customer.id, "ticket_id": ticket_id, "silo": "inbox"}


@pytest.mark.parametrize("whole", [True, False])
def test_agents_are_told_of_a_ticket_that_is_deleted(
    sandbox: Sandbox, customer: Customer, desk: AgentRtm, whole: bool
) -> None:
    made = leave_ticket(customer)
    names = ("chat_id",) if whole else ("chat_id", "thread_id")
    sandbox.control("deletions", {name: made[name] for name in names})
    told = {"customer_id": customer.id, "ticket_id": made["thread_id"]}
    assert desk.next("ticket_deleted") == told


def test_no_ticket_is_told_of_in_a_chat_without_its_form(
    customer: Customer, desk: AgentRtm
) -> None:
    customer.start("Hello")
    desk.call("ping")
    assert "ticket_created" not in [push["action"] for push in desk.pushes]


def test_agents_are_told_what_is_in_a_cart(
    sandbox: Sandbox, agent: Agent, customer: Customer, desk: AgentRtm
) -> None:
    cart = {"store_uuid": "a1", "currency": "USD", "total": 9.5, "items": [{"id": 1}]}
    sandbox.control("carts", {"customer_id": customer.id, "cart": cart})
    told = desk.next("customer_updated")
    assert told["cart"] | cart == told["cart"]
    sandbox.control("carts", {"customer_id": customer.id, "cart": cart | {"total": 12}})
    [kept] = agent.call("get_customer", id=customer.id)["carts"]
    assert kept["total"] == 12
    assert "carts" not in agent.call("get_customer", version="3.5", id=customer.id)
    assert "carts" not in customer.call("get_customer")


# --- properties that agents may only read -----------------------------------------------------


@pytest.mark.parametrize(
    ("level", "properties"),
    [
        ("thread", {"rating": {"score": 1}}),
        ("thread", {"rating": {"comment": "Well done, me"}}),
        ("thread", {"lc2": {"greeting_id": 1}}),
        ("thread", {"routing": {"idle": True}}),
        ("thread", {"routing": {"ignore_bots": True}}),
        ("thread", {"routing": {"offline_message": True}}),
        ("thread", {"routing": {"last_transfer_timestamp": 1}}),
        ("chat", {"routing": {"continuous": True}}),
        ("chat", {"routing": {"email_follow_up": True}}),
        ("chat", {"source": {"client_id": "x"}}),
        ("event", {"lc2": {"welcome_message": True}}),
    ],
)
def test_agents_do_not_write_what_they_may_only_read(
    agent: Agent, customer: Customer, level: str, properties: Payload
) -> None:
    chat_id, thread_id = customer.start("Hello")
    [event] = customer.thread(chat_id)["events"]
    where = {
        "chat": {"id": chat_id},
        "thread": {"chat_id": chat_id, "thread_id": thread_id},
        "event": {"chat_id": chat_id, "thread_id": thread_id, "event_id": event["id"]},
    }[level]
    action = f"update_{level}_properties"
    assert refusal(agent, action, properties=properties, **where) == "authorization"


def test_agents_pin_chats_and_translate_messages(agent: Agent, customer: Customer) -> None:
    chat_id, thread_id = customer.start("Hello")
    [event] = customer.thread(chat_id)["events"]
    agent.call("update_chat_properties", id=chat_id, properties={"routing": {"pinned": True}})
    agent.call(
        "update_event_properties",
        chat_id=chat_id,
        thread_id=thread_id,
        event_id=event["id"],
        properties={"translation": {"target_message": "Witaj"}},
    )
    chat = agent.chat(chat_id)
    assert chat["properties"]["routing"]["pinned"]
    [translated] = chat["thread"]["events"]
    assert translated["properties"]["translation"] == {"target_message": "Witaj"}


def test_the_time_of_a_transfer_is_a_number(agent: Agent, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    target = {"type": "agent", "ids": [MARIA]}
    agent.call("transfer_chat", id=chat_id, target=target, ignore_agents_availability=True)
    moved_at = agent.chat(chat_id)["thread"]["properties"]["routing"]["last_transfer_timestamp"]
    assert isinstance(moved_at, int)


# --- the app somebody writes from -------------------------------------------------------------


def test_what_an_agent_begins_and_writes_names_its_app(agent: Agent, customer: Customer) -> None:
    app = {"client_id": agent.sandbox.config["client_id"]}
    users = [{"id": customer.id, "type": "customer"}]
    chat_id = agent.call("start_chat", chat={"users": users})["chat_id"]
    agent.send(chat_id, "Hello Nora")
    chat = agent.chat(chat_id)
    [event] = chat["thread"]["events"]
    named = [each["properties"]["source"] for each in (chat, chat["thread"], event)]
    assert named == [app, app, app]


def test_what_a_customer_begins_names_the_app_twice(agent: Agent, customer: Customer) -> None:
    app = agent.sandbox.config["client_id"]
    chat_id, _ = customer.start("Hello")
    chat = agent.chat(chat_id)
    named = [each["properties"]["source"] for each in (chat, chat["thread"])]
    assert named == [{"client_id": app, "customer_client_id": app}] * 2


def test_a_chat_learns_of_the_customers_app_when_they_resume_it(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    users = [{"id": customer.id, "type": "customer"}]
    chat_id = agent.call("start_chat", chat={"users": users})["chat_id"]
    agent.close(chat_id)
    customer.call("resume_chat", chat={"id": chat_id})
    app = sandbox.config["client_id"]
    source = agent.chat(chat_id)["properties"]["source"]
    assert source == {"client_id": app, "customer_client_id": app}


# --- who may be brought where -----------------------------------------------------------------


def in_sales(customer: Customer) -> str:
    chat_id: str = customer.call("start_chat", chat={"access": {"group_ids": [SALES]}})["chat_id"]
    return chat_id


def test_an_agent_without_access_is_not_added(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    added = {"user_id": Agent(sandbox, SAM).id, "user_type": "agent", "visibility": "all"}
    chat_id = in_sales(customer)
    refused = refusal(
        agent, "add_user_to_chat", chat_id=chat_id, ignore_requester_presence=True, **added
    )
    assert refused == "missing_access"


def test_a_customer_is_added_for_all_to_see(agent: Agent, customer: Customer) -> None:
    chat_id = agent.call("start_chat")["chat_id"]
    added = {"user_id": customer.id, "user_type": "customer", "visibility": "agents"}
    assert refusal(agent, "add_user_to_chat", chat_id=chat_id, **added) == "validation"


def test_a_token_for_ones_groups_begins_chats_in_ones_groups_only(
    sandbox: Sandbox, agent: Agent
) -> None:
    maria = Agent(sandbox, 1)  # an administrator, in the groups General and Sales
    wished = {"agent": maria.id, "scopes": ["chats--access:rw"]}
    maria.authorization = f"Bearer {sandbox.control('tokens', wished)['token']}"
    elsewhere = {"access": {"group_ids": [SUPPORT]}}
    assert refusal(maria, "start_chat", chat=elsewhere) == "missing_access"
    chat_id = maria.call("start_chat", chat={"access": {"group_ids": [SALES]}})["chat_id"]
    maria.close(chat_id)
    assert refusal(maria, "resume_chat", chat={"id": chat_id} | elsewhere) == "missing_access"


def test_an_unknown_agent_among_the_users_is_refused(agent: Agent, customer: Customer) -> None:
    users = [{"id": customer.id, "type": "customer"}, {"id": "x@shop.example", "type": "agent"}]
    assert refusal(agent, "start_chat", chat={"users": users}) == "not_found"
