"""What a customer begins, resumes and closes: chats and their threads, page by page."""

import pytest

from tests.sandbox.clients import Customer, message, refused
from tests.sandbox_rig import Agent, Payload


def test_a_new_customer_has_no_chats(customer: Customer) -> None:
    assert customer.call("list_chats") == {"chats_summary": [], "total_chats": 0}


def test_starting_gives_the_ids_of_initial_events_only(customer: Customer) -> None:
    chat_id, thread_id = customer.start("one", "two")
    assert len(chat_id) == len(thread_id) == 10
    answer = Customer(customer.sandbox).call("start_chat")
    assert "event_ids" not in answer
    events = customer.thread(chat_id)["events"]
    assert [event["id"] for event in events] == [f"{thread_id}_1", f"{thread_id}_2"]


def test_a_customer_has_one_chat(customer: Customer) -> None:
    customer.start()
    assert refused(customer, "start_chat") == (422, "chat_limit_reached")


def test_an_assigned_agent_is_in_the_chat_from_the_start(customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start()
    users = customer.call("get_chat", chat_id=chat_id)["users"]
    shown = next(user for user in users if user["type"] == "agent")
    assert (shown["id"], shown["present"]) == (agent.opaque_id, True)
    assert "email" not in shown
    assert "@" not in shown["id"]


def test_resuming_opens_another_thread(customer: Customer) -> None:
    chat_id, first = customer.start("one")
    assert refused(customer, "resume_chat", chat={"id": chat_id}) == (422, "chat_already_active")
    customer.call("deactivate_chat", id=chat_id)
    second = customer.call("resume_chat", chat={"id": chat_id})["thread_id"]
    thread = customer.thread(chat_id)
    assert (thread["id"], thread["previous_thread_id"]) == (second, first)
    earlier = customer.call("get_chat", chat_id=chat_id, thread_id=first)["thread"]
    assert (earlier["active"], earlier["next_thread_id"]) == (False, second)


def test_an_inactive_chat_is_not_deactivated_again(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.call("deactivate_chat", id=chat_id)
    assert refused(customer, "deactivate_chat", id=chat_id) == (422, "chat_inactive")


def test_a_closed_thread_can_be_left_while_offline(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(agents={agent.id: "offline"})
    assert refused(customer, "start_chat") == (422, "groups_offline")
    chat_id, _ = customer.start("Call me", active=False)
    assert customer.call("list_chats")["chats_summary"][0]["active"] is False
    assert customer.thread(chat_id)["events"][0]["text"] == "Call me"


def test_a_continuous_chat_starts_though_nobody_is_there(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(agents={agent.id: "offline"})
    chat_id, _ = customer.start("Hello?", continuous=True)
    assert customer.thread(chat_id)["active"] is True


def test_a_group_that_does_not_exist_is_refused(customer: Customer) -> None:
    chat = {"access": {"group_ids": [99]}}
    assert refused(customer, "start_chat", chat=chat) == (404, "group_not_found")


def test_another_customers_chat_looks_unknown(customer: Customer, stranger: Customer) -> None:
    chat_id, thread_id = customer.start("secret")
    for action, payload in (
        ("get_chat", {"chat_id": chat_id}),
        ("list_threads", {"chat_id": chat_id}),
        ("deactivate_chat", {"id": chat_id}),
        ("resume_chat", {"chat": {"id": chat_id}}),
        ("send_event", {"chat_id": chat_id, "event": message("x")}),
        (
            "update_thread_properties",
            {"chat_id": chat_id, "thread_id": thread_id, "properties": {"rating": {"score": 1}}},
        ),
    ):
        assert refused(stranger, action, **payload) == (404, "not_found"), action


def test_a_failed_start_leaves_no_chat(customer: Customer) -> None:
    thread = {"events": [message("good"), {"type": "message"}]}
    assert refused(customer, "start_chat", chat={"thread": thread}) == (400, "validation")
    assert customer.call("list_chats")["total_chats"] == 0


def test_the_last_event_of_each_type_is_summarized(customer: Customer) -> None:
    chat_id, thread_id = customer.start("one", "two")
    customer.call("send_event", chat_id=chat_id, event={"type": "custom", "content": 7})
    summary = customer.call("list_chats")["chats_summary"][0]
    assert summary["last_event_per_type"]["message"]["event"]["text"] == "two"
    assert summary["last_event_per_type"]["custom"]["thread_id"] == thread_id


def test_37_has_another_summary(customer: Customer) -> None:
    _, thread_id = customer.start("one")
    info = customer.call("list_chats", version="3.7")["chats_info"][0]
    assert info["last_thread_info"]["id"] == thread_id
    assert info["last_thread_info"]["last_event_per_type"]["message"]["event"]["text"] == "one"
    assert "last_thread_id" not in info


def five_threads(customer: Customer) -> tuple[str, list[str]]:
    chat_id, first = customer.start("0")
    ids = [first]
    for number in range(1, 5):
        customer.call("deactivate_chat", id=chat_id)
        thread = {"events": [message(str(number))]}
        answer = customer.call("resume_chat", chat={"id": chat_id, "thread": thread})
        ids.append(answer["thread_id"])
    return chat_id, ids


def test_threads_come_newest_first_in_pages_of_three(customer: Customer) -> None:
    chat_id, ids = five_threads(customer)
    first = customer.call("list_threads", chat_id=chat_id)
    assert [thread["id"] for thread in first["threads"]] == ids[:1:-1]
    assert first["found_threads"] == 5
    assert "previous_page_id" not in first
    second = customer.call("list_threads", chat_id=chat_id, page_id=first["next_page_id"])
    assert [thread["id"] for thread in second["threads"]] == ids[1::-1]
    assert "next_page_id" not in second
    back = customer.call("list_threads", chat_id=chat_id, page_id=second["previous_page_id"])
    assert back["threads"] == first["threads"]


def test_a_new_thread_does_not_shift_pages(customer: Customer) -> None:
    chat_id, ids = five_threads(customer)
    first = customer.call("list_threads", chat_id=chat_id, limit=2)
    customer.call("deactivate_chat", id=chat_id)
    customer.call("resume_chat", chat={"id": chat_id})
    second = customer.call("list_threads", chat_id=chat_id, page_id=first["next_page_id"])
    assert [thread["id"] for thread in second["threads"]] == [ids[2], ids[1]]


def test_threads_can_be_asked_for_by_their_events(customer: Customer) -> None:
    chat_id, ids = five_threads(customer)
    answer = customer.call("list_threads", chat_id=chat_id, min_events_count=2)
    # The newest has one event, the one before a message and its farewell.
    assert [thread["id"] for thread in answer["threads"]] == [ids[4], ids[3]]


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "3"},
        {"sort_order": "up"},
        {"min_events_count": 0},
        {"min_events_count": 5, "limit": 5},
        {"page_id": "nonsense"},
        {"page_id": "bm9uc2Vuc2U="},
    ],
)
def test_wrong_parameters_of_a_list_are_refused(customer: Customer, parameters: Payload) -> None:
    chat_id, _ = customer.start()
    assert refused(customer, "list_threads", chat_id=chat_id, **parameters) == (400, "validation")


def test_a_page_id_excludes_other_parameters(customer: Customer) -> None:
    chat_id, _ = five_threads(customer)
    page_id = customer.call("list_threads", chat_id=chat_id)["next_page_id"]
    parameters = {"chat_id": chat_id, "page_id": page_id, "limit": 3}
    assert refused(customer, "list_threads", **parameters) == (400, "validation")


def test_a_page_id_expires_after_a_month(customer: Customer) -> None:
    chat_id, _ = five_threads(customer)
    page_id = customer.call("list_threads", chat_id=chat_id)["next_page_id"]
    customer.sandbox.advance(31 * 86_400)
    customer.renew()
    parameters = {"chat_id": chat_id, "page_id": page_id}
    assert refused(customer, "list_threads", **parameters) == (400, "validation")
