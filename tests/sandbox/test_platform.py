"""The rules of the house: routing, queues, presence, people who come and go."""

from collections.abc import Iterator

import pytest

from tests.sandbox.agents import bot_of
from tests.sandbox.clients import Customer, Failed, Rtm
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import Agent, Payload, Refused, Sandbox


@pytest.fixture
def maria(sandbox: Sandbox) -> Agent:
    """An agent of Sales, offline until a test calls her."""
    return Agent(sandbox, 1)


def queue_of(customer: Customer, chat_id: str) -> Payload | None:
    queue: Payload | None = customer.thread(chat_id).get("queue")
    return queue


def system_messages(customer: Customer, chat_id: str) -> list[str]:
    events = customer.thread(chat_id)["events"]
    return [event["system_message_type"] for event in events if "system_message_type" in event]


@pytest.fixture
def queued(sandbox: Sandbox, agent: Agent) -> Iterator[list[tuple[Customer, str, Rtm]]]:
    """Three customers in the queue of the only agent, in this order."""
    sandbox.settings(max_chats={agent.id: 0})
    waiting = []
    for _ in range(3):
        customer = Customer(sandbox)
        rtm = customer.connect()
        waiting.append((customer, customer.start()[0], rtm))
        rtm.forget()
    yield waiting
    for _, _, rtm in waiting:
        rtm.close()


def test_the_least_busy_agent_gets_the_chat(sandbox: Sandbox, agent: Agent, maria: Agent) -> None:
    sandbox.settings(agents={maria.id: "accepting_chats"})
    for _ in range(4):
        Customer(sandbox).start()
    sides = [len([u for u in chat["users"] if u["id"] == agent.id]) for chat in agent.chats()]
    assert sum(sides) == 2


def test_a_chat_goes_to_an_agent_of_its_group(sandbox: Sandbox, maria: Agent) -> None:
    sam = Agent(sandbox, 2)
    sandbox.settings(
        agents={
            "piotr@shop.example": "offline",
            maria.id: "accepting_chats",
            sam.id: "accepting_chats",
        }
    )
    customer = Customer(sandbox)
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [2]}})["chat_id"]
    assert sam.opaque_id in customer.thread(chat_id)["user_ids"]


# --- priorities -------------------------------------------------------------------------------

SALES, SUPPORT = 1, 2
PIOTR, MARIA = "piotr@shop.example", "maria@shop.example"


def prioritize(sandbox: Sandbox, group_id: int, **of: str) -> None:
    """Set who of Piotr and Maria is of the group, and when chats come to them."""
    priorities = {f"{name}@shop.example": priority for name, priority in of.items()}
    Owner(sandbox).call("update_group", id=group_id, agent_priorities=priorities)


def taker(sandbox: Sandbox, *group_ids: int) -> str:
    """Who is given a new chat of these groups."""
    customer = Customer(sandbox)
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": group_ids}})["chat_id"]
    users = Agent(sandbox).chat(chat_id)["users"]
    return next((user["id"] for user in users if user["type"] == "agent"), "nobody")


def test_chats_go_by_priority_before_they_go_to_the_least_busy(sandbox: Sandbox) -> None:
    prioritize(sandbox, SALES, piotr="normal", maria="first")
    sandbox.settings(agents={MARIA: "accepting_chats"}, max_chats={MARIA: 2})
    takers = [taker(sandbox, SALES) for _ in range(3)]
    assert takers == [MARIA, MARIA, PIOTR]


def test_who_comes_last_gets_what_the_others_have_no_room_for(sandbox: Sandbox) -> None:
    prioritize(sandbox, SALES, piotr="last", maria="normal")
    sandbox.settings(agents={MARIA: "accepting_chats"}, max_chats={MARIA: 1})
    assert [taker(sandbox, SALES) for _ in range(2)] == [MARIA, PIOTR]


def test_a_supervisor_is_given_no_chats(sandbox: Sandbox) -> None:
    prioritize(sandbox, SALES, piotr="supervisor")
    assert taker(sandbox, SALES) == "nobody"


def test_who_becomes_a_supervisor_no_more_is_given_what_waits(
    sandbox: Sandbox, customer: Customer
) -> None:
    prioritize(sandbox, SALES, piotr="supervisor")
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [SALES]}})["chat_id"]
    groups = [{"id": SALES, "priority": "normal"}]
    Owner(sandbox).call("update_agent", id=PIOTR, groups=groups)
    assert queue_of(customer, chat_id) is None


def test_a_supervisor_is_not_predicted(sandbox: Sandbox, rtm: Rtm) -> None:
    prioritize(sandbox, SALES, piotr="supervisor")
    with pytest.raises(Failed, match="group_unavailable"):
        rtm.call("get_predicted_agent", group_id=SALES)


def test_the_best_priority_over_a_chats_groups_counts(sandbox: Sandbox) -> None:
    prioritize(sandbox, SALES, piotr="supervisor", maria="normal")
    prioritize(sandbox, SUPPORT, piotr="first")
    sandbox.settings(agents={MARIA: "accepting_chats"})
    assert [taker(sandbox, SALES, SUPPORT) for _ in range(2)] == [PIOTR, PIOTR]


def test_a_bot_that_comes_last_lets_people_go_first(sandbox: Sandbox) -> None:
    bot = bot_of(sandbox, groups=[{"id": SALES, "priority": "last"}])
    bot.call("set_routing_status", status="accepting_chats")
    sandbox.settings(max_chats={PIOTR: 1})
    assert [taker(sandbox, SALES) for _ in range(2)] == [PIOTR, bot.id]


def test_a_bot_has_its_own_priority_in_groups_that_have_none_for_it(sandbox: Sandbox) -> None:
    groups = [{"id": SALES, "priority": "first"}]
    bot = bot_of(sandbox, default_group_priority="last", groups=groups)
    bot.call("set_routing_status", status="accepting_chats")
    assert [taker(sandbox, each) for each in (0, SALES)] == [PIOTR, bot.id]


def test_a_chat_that_goes_past_bots_is_not_transferred_to_one(
    sandbox: Sandbox, customer: Customer, agent: Agent
) -> None:
    sandbox.control("bot", {"on": True})
    past = {"properties": {"routing": {"ignore_bots": True}}}
    chat_id = customer.call("start_chat", chat={"thread": past})["chat_id"]
    to_support = {"type": "group", "ids": [SUPPORT]}
    with pytest.raises(Refused, match="Cannot assign any agent"):
        agent.call("transfer_chat", id=chat_id, target=to_support)


# --- queues -----------------------------------------------------------------------------------


def test_who_waits_is_told_their_place(queued: list[tuple[Customer, str, Rtm]]) -> None:
    places = [queue_of(customer, chat_id) for customer, chat_id, _ in queued]
    assert [place["position"] for place in places if place] == [1, 2, 3]
    assert all(place and place["wait_time"] > 0 and place["queued_at"] for place in places)


def test_the_queue_moves_up_when_an_agent_is_free(
    sandbox: Sandbox, agent: Agent, queued: list[tuple[Customer, str, Rtm]]
) -> None:
    sandbox.settings(max_chats={agent.id: 1})
    (first, chat_id, rtm), (_, _, second), (_, _, third) = queued
    assert rtm.actions() == ["user_added_to_chat", "chat_transferred"]
    assert rtm.pushes[0]["payload"]["reason"] == "assigned"
    assert rtm.pushes[1]["payload"]["transferred_to"]["agent_ids"] == [agent.opaque_id]
    assert queue_of(first, chat_id) is None
    assert second.of("queue_position_updated")[0]["queue"]["position"] == 1
    assert third.of("queue_position_updated")[0]["queue"]["position"] == 2


def test_closing_a_chat_makes_room_for_the_next(
    sandbox: Sandbox, agent: Agent, queued: list[tuple[Customer, str, Rtm]]
) -> None:
    sandbox.settings(max_chats={agent.id: 1})
    agent.close(queued[0][1])
    assert queue_of(queued[1][0], queued[1][1]) is None
    assert queue_of(queued[2][0], queued[2][1]) is not None


def test_leaving_the_queue_moves_the_others_up(queued: list[tuple[Customer, str, Rtm]]) -> None:
    customer, chat_id, _ = queued[0]
    customer.call("deactivate_chat", id=chat_id)
    assert queued[1][2].of("queue_position_updated")[0]["queue"]["position"] == 1


def test_a_full_queue_is_offline(sandbox: Sandbox, queued: list[tuple[Customer, str, Rtm]]) -> None:
    sandbox.settings(queue_limit=3)
    late = Customer(sandbox)
    assert late.call("list_group_statuses", all=True)["groups_status"]["0"] == "offline"
    assert late.request("start_chat", {}).json()["error"]["type"] == "groups_offline"


def test_a_customer_in_the_queue_may_write(queued: list[tuple[Customer, str, Rtm]]) -> None:
    customer, chat_id, _ = queued[0]
    assert customer.send(chat_id, "Still here")


def test_with_manual_routing_chats_wait_for_an_agent_to_pick_them(
    sandbox: Sandbox, customer: Customer, agent: Agent
) -> None:
    sandbox.settings(manual_routing=True)
    chat_id, _ = customer.start("hello")
    assert customer.thread(chat_id)["user_ids"] == [customer.id]
    assert queue_of(customer, chat_id) is None


def test_an_agent_who_goes_is_replaced(
    sandbox: Sandbox, customer: Customer, agent: Agent, maria: Agent, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("hello")
    sandbox.settings(agents={maria.id: "accepting_chats"})
    rtm.forget()
    sandbox.settings(agents={agent.id: "offline"})
    assert system_messages(customer, chat_id) == ["routing.assigned_signed_out"]
    assert rtm.of("user_removed_from_chat")[0]["user_id"] == agent.opaque_id
    assert rtm.of("user_added_to_chat")[0]["user"]["id"] == maria.opaque_id
    assert rtm.of("chat_transferred")


def test_an_agent_who_goes_leaves_the_chat_to_the_queue(
    sandbox: Sandbox, customer: Customer, agent: Agent, maria: Agent
) -> None:
    chat_id, _ = customer.start("hello")
    sandbox.settings(max_chats={maria.id: 0}, agents={maria.id: "accepting_chats"})
    sandbox.settings(agents={agent.id: "offline"})
    assert system_messages(customer, chat_id) == ["routing.unassigned_signed_out"]
    assert queue_of(customer, chat_id) is not None


def test_the_last_agent_who_goes_closes_the_chat(
    sandbox: Sandbox, customer: Customer, agent: Agent, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("hello")
    sandbox.settings(agents={agent.id: "offline"})
    assert system_messages(customer, chat_id) == ["routing.archived_signed_out"]
    (closed,) = rtm.of("chat_deactivated")
    assert "user_id" not in closed


def test_a_continuous_chat_outlives_its_agent(
    sandbox: Sandbox, customer: Customer, agent: Agent
) -> None:
    chat_id, _ = customer.start("hello", continuous=True)
    sandbox.settings(agents={agent.id: "offline"})
    assert customer.thread(chat_id)["active"] is True
    sandbox.settings(agents={agent.id: "accepting_chats"})
    assert agent.opaque_id in customer.thread(chat_id)["user_ids"]
    assert agent.send(chat_id, "back again")


def test_customers_are_told_when_their_group_changes(
    sandbox: Sandbox, agent: Agent, rtm: Rtm
) -> None:
    sandbox.settings(agents={agent.id: "offline"})
    (told,) = rtm.of("groups_status_updated")
    assert told["groups"][0] == {"id": 0, "status": "offline"}


def test_seen_marks_and_presence_are_shown(customer: Customer, agent: Agent, rtm: Rtm) -> None:
    chat_id, _ = customer.start("hello")
    agent.send(chat_id, "hi")
    users = {user["type"]: user for user in customer.call("get_chat", chat_id=chat_id)["users"]}
    assert users["customer"]["present"] is users["agent"]["present"] is True
    assert users["customer"]["events_seen_up_to"] < users["agent"]["events_seen_up_to"]


def test_an_organization_knows_nothing_of_another(sandbox: Sandbox, agent: Agent) -> None:
    other = sandbox.config["other_organization"]
    reader = Customer(
        sandbox, organization_id=other["organization_id"], client_id=other["client_id"]
    )
    reader.start("A book, please")
    assert agent.chats() == []
    assert reader.token["access_token"].startswith("fra:")


def test_a_bot_answers_by_itself(sandbox: Sandbox, customer: Customer, rtm: Rtm) -> None:
    sandbox.control("bot", {"on": True})
    customer.start("Please show me a card")
    for _ in range(20):
        sandbox.advance(0.25)
    shown = rtm.of("incoming_event")
    assert [each["event"]["type"] for each in shown] == ["message", "rich_message"]
    assert rtm.of("incoming_typing_indicator")
    assert shown[1]["event"]["elements"][0]["buttons"]


def test_a_bot_streams_its_answer(sandbox: Sandbox, customer: Customer, rtm: Rtm) -> None:
    sandbox.control("bot", {"on": True})
    customer.start("Hello")
    for _ in range(20):
        sandbox.advance(0.25)
    previews = rtm.of("incoming_event_preview")
    assert len(previews) > 1
    final = rtm.of("incoming_event")[0]["event"]
    assert all(final["text"].startswith(each["event"]["text"]) for each in previews)
    assert {each["event"]["custom_id"] for each in previews} == {final["custom_id"]}


def test_a_bot_stops_writing_when_it_is_told_to(
    sandbox: Sandbox, customer: Customer, rtm: Rtm
) -> None:
    sandbox.control("bot", {"on": True})
    chat_id, _thread_id = customer.start("! " * 60)  # it repeats that, three words at a time
    while not rtm.of("incoming_event_preview"):
        sandbox.advance(0.25)
    begun = rtm.of("incoming_event_preview")[-1]["event"]
    content = {"stop_answer": begun["custom_id"]}
    customer.call("send_event", chat_id=chat_id, event={"type": "custom", "content": content})
    for _ in range(8):
        sandbox.advance(0.25)
    said = [each["event"]["text"] for each in rtm.of("incoming_event") if "text" in each["event"]]
    seen = rtm.of("incoming_event_preview")[-1]["event"]["text"]  # it wrote on until it was told
    assert said[0] == seen + " …"


def test_a_reset_forgets_which_answers_were_to_stop(sandbox: Sandbox) -> None:
    """With the same seed an answer has the id of one that was told to stop, too late."""
    answers = []
    for _ in range(2):
        sandbox.reset("bot")
        sandbox.control("bot", {"on": True})
        customer = Customer(sandbox)
        with customer.connect() as rtm:
            chat_id, _thread_id = customer.start("Hello")
            while not rtm.of("incoming_event"):
                sandbox.advance(0.25)
            answer = rtm.of("incoming_event")[0]["event"]
            stop = {"type": "custom", "content": {"stop_answer": answer["custom_id"]}}
            customer.call("send_event", chat_id=chat_id, event=stop)
        answers.append((answer["custom_id"], answer["text"]))
    assert answers[0] == answers[1]


def test_a_thread_may_go_past_bots(sandbox: Sandbox, customer: Customer) -> None:
    """Source: "Default properties", `routing.ignore_bots`."""
    sandbox.control("bot", {"on": True})
    thread = {"events": [{"type": "message", "text": "A person, please"}]}
    past = thread | {"properties": {"routing": {"ignore_bots": True}}}
    chat_id = customer.call("start_chat", active=True, chat={"thread": thread})["chat_id"]
    users = [customer.call("get_chat", chat_id=chat_id)["users"]]
    customer.call("deactivate_chat", id=chat_id)
    customer.call("resume_chat", active=True, chat={"id": chat_id, "thread": past})
    users.append(customer.call("get_chat", chat_id=chat_id)["users"])
    bots = [[user.get("name") for user in each if user["type"] == "agent"] for each in users]
    assert bots[0] != bots[1]
