"""What time does: silence, leaving customers, and stepping the clock."""

from tests.sandbox.clients import Customer, Rtm
from tests.sandbox_rig import Agent, Sandbox


def system_messages(customer: Customer, chat_id: str) -> list[str]:
    events = customer.thread(chat_id)["events"]
    return [event["system_message_type"] for event in events if "system_message_type" in event]


def test_a_silent_thread_is_idle_after_ten_minutes_and_closed_after_thirty(
    sandbox: Sandbox, customer: Customer
) -> None:
    chat_id, _ = customer.start("hello")
    sandbox.advance(9 * 60)
    assert system_messages(customer, chat_id) == []
    sandbox.advance(61)
    assert system_messages(customer, chat_id) == ["routing.idle"]
    sandbox.advance(20 * 60)
    assert system_messages(customer, chat_id) == ["routing.idle", "routing.archived_inactive"]
    assert customer.thread(chat_id)["active"] is False


def test_routing_closes_a_thread_in_nobodys_name(
    sandbox: Sandbox, customer: Customer, rtm: Rtm
) -> None:
    customer.start("hello")
    sandbox.advance(30 * 60 + 1)
    (closed,) = rtm.of("chat_deactivated")
    assert "user_id" not in closed


def test_a_word_keeps_a_thread_alive(sandbox: Sandbox, customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start("hello")
    sandbox.advance(25 * 60)
    agent.send(chat_id, "still there?")
    sandbox.advance(25 * 60)
    assert customer.thread(chat_id)["active"] is True


def test_a_continuous_chat_may_be_silent(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("hello", continuous=True)
    sandbox.advance(7 * 3600)
    assert customer.thread(chat_id)["active"] is True


def test_timers_follow_the_settings_at_once(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("hello")
    sandbox.settings(close_after=60, idle_after=None)
    sandbox.advance(61)
    assert system_messages(customer, chat_id) == ["routing.archived_inactive"]


def test_a_chat_goes_on_to_another_agent_who_answers(
    sandbox: Sandbox, customer: Customer, agent: Agent
) -> None:
    maria = Agent(sandbox, 1)
    sandbox.settings(agent_answer_timeout=120)
    chat_id, _ = customer.start("hello?")
    sandbox.settings(agents={maria.id: "accepting_chats"})
    sandbox.advance(121)
    assert system_messages(customer, chat_id) == ["routing.assigned_inactive"]
    assert maria.send(chat_id, "Here I am")


def test_a_customer_who_left_is_offline_after_a_grace(sandbox: Sandbox, customer: Customer) -> None:
    def is_present() -> bool:
        users = customer.call("get_chat", chat_id=chat_id)["users"]
        return bool(next(user["present"] for user in users if user["type"] == "customer"))

    with customer.connect() as connection:
        chat_id, _ = customer.start("hello")
        connection.settled()
        assert is_present() is True
    sandbox.advance(4)
    assert is_present() is True
    sandbox.advance(7)
    assert is_present() is False


def test_coming_back_in_time_is_never_having_left(sandbox: Sandbox, customer: Customer) -> None:
    customer.connect().close()
    with customer.connect() as connection:
        sandbox.advance(60)
        connection.settled()
        assert customer.call("get_customer")["statistics"]["visits_count"] == 1


def test_the_chat_of_a_customer_who_left_is_closed(sandbox: Sandbox, customer: Customer) -> None:
    with customer.connect() as connection:
        chat_id, _ = customer.start("hello")
        connection.settled()
    sandbox.advance(10 + 15 * 60 + 1)
    assert system_messages(customer, chat_id)[-1] == "archived_customer_disconnected"


def left_chat(customer: Customer, sandbox: Sandbox, minutes: int) -> str:
    """The chat of a customer who has been offline for so long."""
    with customer.connect() as connection:
        chat_id, _ = customer.start("hello")
        connection.settled()
    sandbox.advance(10 + minutes * 60)
    assert customer.thread(chat_id)["active"] is True
    return chat_id


def test_the_time_of_a_customer_who_has_left_follows_new_settings(
    sandbox: Sandbox, customer: Customer
) -> None:
    chat_id = left_chat(customer, sandbox, minutes=5)
    sandbox.settings(customer_timeout=6 * 60)
    sandbox.advance(61)
    assert system_messages(customer, chat_id) == ["archived_customer_disconnected"]


def test_the_chat_of_a_customer_who_has_left_stays_if_the_timer_is_switched_off(
    sandbox: Sandbox, customer: Customer
) -> None:
    chat_id = left_chat(customer, sandbox, minutes=5)
    sandbox.settings(customer_timeout=None)
    sandbox.advance(15 * 60)
    assert customer.thread(chat_id)["active"] is True


def test_what_agents_began_while_the_customer_was_away_follows_no_timer_of_leaving(
    sandbox: Sandbox, customer: Customer, agent: Agent
) -> None:
    chat_id = left_chat(customer, sandbox, minutes=5)
    agent.close(chat_id)
    agent.call("resume_chat", chat={"id": chat_id})
    sandbox.settings(customer_timeout=60)
    sandbox.advance(9 * 60)
    assert customer.thread(chat_id)["active"] is True


def test_times_rise_with_every_event(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("one", "two", "three")
    sandbox.advance(3600)
    times = [event["created_at"] for event in customer.thread(chat_id)["events"]]
    assert times == sorted(set(times))


def test_the_same_seed_gives_the_same_ids(sandbox: Sandbox) -> None:
    found = set()
    for _ in range(2):
        sandbox.reset(seed="again")
        customer = Customer(sandbox)
        found.add((customer.id, *customer.start("hello")))
    assert len(found) == 1


def test_without_a_seed_ids_differ(sandbox: Sandbox) -> None:
    first = Customer(sandbox).id
    sandbox.reset()
    assert Customer(sandbox).id != first
