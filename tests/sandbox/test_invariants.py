"""Whatever customers and agents do, in whatever order, these things hold."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from websockets.exceptions import ConnectionClosed

from tests.sandbox.clients import Customer, Failed, Rtm, message
from tests.sandbox_rig import Agent, Payload, Refused, Sandbox

CUSTOMERS = 2
CONNECTIONS = 2

somebody = st.integers(0, CUSTOMERS - 1)
some_connection = st.integers(0, CONNECTIONS - 1)
some_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


class Person:
    """A customer with connections that stay open, and what a model knows of them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.customer = Customer(sandbox)
        self.connections = [self.customer.connect() for _ in range(CONNECTIONS)]
        for connection in self.connections:
            connection.forget()
        self.chat_id = ""
        self.active = False
        self.sent: list[str] = []  # ids of events the customer may see
        self.deleted: set[str] = set()

    def threads(self) -> list[Payload]:
        """All threads, oldest first."""
        if not self.chat_id:
            return []
        asked = {"chat_id": self.chat_id, "sort_order": "asc", "limit": 100}
        threads: list[Payload] = self.connections[0].call("list_threads", **asked)["threads"]
        return threads

    def events(self) -> list[Payload]:
        return [event for thread in self.threads() for event in thread["events"]]


class Conversations(RuleBasedStateMachine):
    sandbox: Sandbox

    @initialize()
    def arrive(self) -> None:
        self.sandbox.reset()
        self.sandbox.settings(requests_per_second=None)
        self.agent = Agent(self.sandbox)
        self.people = [Person(self.sandbox) for _ in range(CUSTOMERS)]

    def teardown(self) -> None:
        for person in getattr(self, "people", []):
            for connection in person.connections:
                connection.close()

    # --- what people do -----------------------------------------------------------------------

    @rule(who=somebody, where=some_connection, said=some_text)
    def say(self, who: int, where: int, said: str) -> None:
        """As the state of the chat asks: start, resume or send."""
        person = self.people[who]
        connection = person.connections[where]
        thread = {"events": [message(said)]}
        if not person.chat_id:
            answer = connection.call("start_chat", chat={"thread": thread})
            person.chat_id = answer["chat_id"]
            person.sent += answer["event_ids"]
        elif not person.active:
            answer = connection.call("resume_chat", chat={"id": person.chat_id, "thread": thread})
            person.sent += answer["event_ids"]
        else:
            event = {"chat_id": person.chat_id, "event": message(said)}
            person.sent.append(connection.call("send_event", **event)["event_id"])
        person.active = True

    @rule(who=somebody, said=some_text)
    def say_over_the_web(self, who: int, said: str) -> None:
        person = self.people[who]
        if person.active:
            person.sent.append(person.customer.send(person.chat_id, said))

    @rule(who=somebody, where=some_connection)
    def start_again(self, who: int, where: int) -> None:
        """A second chat is never to be had, nor a second active thread."""
        person = self.people[who]
        if not person.chat_id:
            return
        with pytest.raises(Failed, match="chat_limit_reached"):
            person.connections[where].call("start_chat")
        if person.active:
            with pytest.raises(Failed, match="chat_already_active"):
                person.connections[where].call("resume_chat", chat={"id": person.chat_id})

    @rule(who=somebody, where=some_connection)
    def end(self, who: int, where: int) -> None:
        person = self.people[who]
        if person.active:
            person.connections[where].call("deactivate_chat", id=person.chat_id)
            person.active = False

    @rule(who=somebody, where=some_connection)
    def delete_own_event(self, who: int, where: int) -> None:
        person = self.people[who]
        own = [
            event["id"] for event in person.events() if event.get("author_id") == person.customer.id
        ]
        if own:
            thread_id = own[-1].rpartition("_")[0]
            event = {"chat_id": person.chat_id, "thread_id": thread_id, "event_id": own[-1]}
            person.connections[where].call("delete_event", **event)
            person.deleted.add(own[-1])

    @rule(who=somebody, where=some_connection, which=st.integers(0, 5))
    def read_up_to(self, who: int, where: int, which: int) -> None:
        person = self.people[who]
        events = person.events()
        if events:
            seen_up_to = events[which % len(events)]["created_at"]
            person.connections[where].call(
                "mark_events_as_seen", chat_id=person.chat_id, seen_up_to=seen_up_to
            )

    @rule(who=somebody, said=some_text, visibility=st.sampled_from(["all", "agents"]))
    def answer(self, who: int, said: str, visibility: str) -> None:
        person = self.people[who]
        if person.active:
            event_id = self.agent.send(person.chat_id, said, visibility=visibility)
            if visibility == "all":
                person.sent.append(event_id)

    @rule(who=somebody)
    def agent_ends(self, who: int) -> None:
        person = self.people[who]
        if person.active:
            self.agent.close(person.chat_id)
            person.active = False

    @rule(who=somebody)
    def agent_reads(self, who: int) -> None:
        person = self.people[who]
        events = person.events()
        if events:
            self.agent.see(person.chat_id, events[-1]["created_at"])

    @precondition(lambda self: any(person.active for person in self.people))
    @rule()
    def nobody_says_anything_for_long(self) -> None:
        self.sandbox.advance(1_801)
        for person in self.people:
            person.active = False
        self.reconnect_who_was_sent_away()

    def reconnect_who_was_sent_away(self) -> None:
        """Half an hour without a chat ends connections; what they heard stays known."""
        for person in self.people:
            for number, connection in enumerate(person.connections):
                heard = self.heard_until_the_end(connection)
                if connection.socket.close_code is not None or heard is not None:
                    connection.close()
                    person.connections[number] = person.customer.connect()
                    person.connections[number].forget()
                    person.connections[number].pushes[:0] = heard or []

    def heard_until_the_end(self, connection: Rtm) -> list[Payload] | None:
        """What a connection heard before it was ended; None if it lives."""
        try:
            connection.call("ping")
        except ConnectionClosed:
            return [p for p in connection.pushes if p["action"] != "customer_disconnected"]
        return None

    # --- what holds ---------------------------------------------------------------------------

    @invariant()
    def at_most_the_last_thread_is_active(self) -> None:
        for person in getattr(self, "people", []):
            active = [thread["active"] for thread in person.threads()]
            assert not any(active[:-1])
            assert (active[-1:] == [True]) == person.active

    @invariant()
    def event_ids_are_unique_and_rise(self) -> None:
        for person in getattr(self, "people", []):
            times = []
            for thread in person.threads():
                numbers = [int(event["id"].rpartition("_")[2]) for event in thread["events"]]
                assert numbers == sorted(set(numbers))
                times += [event["created_at"] for event in thread["events"]]
            assert times == sorted(set(times))

    @invariant()
    def nothing_is_lost(self) -> None:
        for person in getattr(self, "people", []):
            kept = {event["id"] for event in person.events()}
            assert set(person.sent) - person.deleted <= kept
            assert not person.deleted & kept
            for connection in person.connections:
                assert kept <= heard_events(connection)

    @invariant()
    def every_connection_hears_the_same_and_of_its_own_chat_only(self) -> None:
        for person in getattr(self, "people", []):
            heard = [chat_pushes(connection) for connection in person.connections]
            assert heard[0] == heard[1]
            for action, payload in heard[0]:
                chat_id = payload["chat"]["id"] if action == "incoming_chat" else payload["chat_id"]
                assert chat_id == person.chat_id

    @invariant()
    def only_one_connection_hears_the_requests_id(self) -> None:
        for person in getattr(self, "people", []):
            for one, other in zip(*map(pushes_of_chat, person.connections), strict=True):
                assert not ("request_id" in one and "request_id" in other)

    @invariant()
    def seen_marks_never_move_back(self) -> None:
        for person in getattr(self, "people", []):
            marks: dict[str, str] = {}
            for action, payload in chat_pushes(person.connections[0]):
                if action == "events_marked_as_seen":
                    reader, moment = payload["user_id"], payload["seen_up_to"]
                    assert moment > marks.get(reader, "")
                    marks[reader] = moment


def pushes_of_chat(connection: Rtm) -> list[Payload]:
    """What a connection heard of its chat, in order: whole pushes."""
    return [
        push
        for push in connection.settled()
        if "chat_id" in push["payload"] or "chat" in push["payload"]
    ]


def chat_pushes(connection: Rtm) -> list[tuple[str, Payload]]:
    """The same: each push's name and what it holds."""
    return [(push["action"], push["payload"]) for push in pushes_of_chat(connection)]


def heard_events(connection: Rtm) -> set[str]:
    """Ids of all events that came in pushes."""
    heard: set[str] = set()
    for action, payload in chat_pushes(connection):
        if action == "incoming_event":
            heard.add(payload["event"]["id"])
        elif action == "incoming_chat":
            heard |= {event["id"] for event in payload["chat"]["thread"]["events"]}
    return heard


@pytest.mark.timeout(300)
def test_conversations_keep_their_promises(sandbox: Sandbox) -> None:
    machine: Any = type("SandboxConversations", (Conversations,), {"sandbox": sandbox})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=settings().max_examples // 10,  # each is a whole conversation
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_refusal_of_one_customer_is_no_news_to_another(
    customer: Customer, stranger: Customer, rtm: Rtm
) -> None:
    chat_id, _ = stranger.start("hello")
    with pytest.raises(Refused, match="not_found"):
        customer.send(chat_id, "let me in")
    assert rtm.actions() == []
