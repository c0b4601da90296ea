"""Saying something reaches the chat, whatever state it is in."""

from __future__ import annotations

import pytest

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import Opening, filled_form, message, say, say_again
from chatproxy.livechat.errors import (
    UNKNOWN_CHAT,
    ChatAlreadyActive,
    GroupsOffline,
    Invalid,
    LimitReached,
    LiveChatError,
)
from chatproxy.livechat.structures import Form, Message
from tests.chatproxy.people import Again, texts_of, threads
from tests.sandbox_rig import Agent, Sandbox


def test_the_first_message_starts_the_chat(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    assert texts_of(api) == [["Hello"]]


def test_the_next_message_goes_into_the_same_thread(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    say(api, message("Are you there?", "m-2"))
    assert texts_of(api) == [["Hello", "Are you there?"]]


def test_a_message_to_an_inactive_chat_resumes_it(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    say(api, message("One more thing", "m-2"))
    assert texts_of(api) == [["Hello"], ["One more thing"]]


def test_a_chat_the_agent_closed_is_resumed(
    api: ActingCustomer, again: Again, agent: Agent
) -> None:
    say(api, message("Hello", "m-1"))
    agent.close(api.customer.chat_id)
    say(again(), message("Wait!", "m-2"))
    assert texts_of(api) == [["Hello"], ["Wait!"]]


def test_a_chat_started_elsewhere_is_found_and_not_doubled(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    assert other_tab.customer.chat_id == ""
    say(other_tab, message("From the other tab", "m-2"))
    assert len(api.list_chats()) == 1
    assert texts_of(api) == [["Hello", "From the other tab"]]


def test_an_ended_chat_started_elsewhere_is_found_and_resumed(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    say(other_tab, message("From the other tab", "m-2"))
    assert texts_of(api) == [["Hello"], ["From the other tab"]]


def test_a_chat_resumed_by_another_tab_takes_the_message(
    api: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    """This tab heard `chat_inactive`, and then the other one was faster."""
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="chat_inactive", count=1)
    say(again(), message("Into the open thread", "m-2"))
    assert texts_of(api) == [["Hello", "Into the open thread"]]


def test_the_chat_is_remembered(api: ActingCustomer, again: Again) -> None:
    say(api, message("Hello", "m-1"))
    assert again().customer.chat_id == api.list_chats()[0].id


def test_a_chat_that_is_no_more_is_forgotten(api: ActingCustomer) -> None:
    api.customer.remember_chat("GONEGONE00")
    say(api, message("Hello", "m-1"))
    assert texts_of(api) == [["Hello"]]


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
def test_a_chat_that_livechat_no_longer_has_is_begun_anew_whatever_livechat_calls_it(
    api: ActingCustomer, sandbox: Sandbox, called: type[LiveChatError]
) -> None:
    api.customer.remember_chat("GONEGONE00")
    sandbox.fault("error", method="send_event", type=called.type, count=1)
    say(api, message("Hello", "m-1"))
    assert texts_of(api) == [["Hello"]]


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
def test_ending_a_chat_that_livechat_no_longer_has_is_no_error(
    api: ActingCustomer, sandbox: Sandbox, called: type[LiveChatError]
) -> None:
    api.customer.remember_chat("GONEGONE00")
    sandbox.fault("error", method="deactivate_chat", type=called.type, count=1)
    conversation.end(api)
    assert api.customer.chat_id == ""


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
def test_what_was_said_is_looked_for_in_the_chat_that_there_is(
    begun: ActingCustomer, again: Again, sandbox: Sandbox, called: type[LiveChatError]
) -> None:
    retried = again()
    retried.customer.remember_chat("GONEGONE00")
    sandbox.fault("error", method="list_threads", type=called.type, count=1)
    say_again(retried, message("Hello", "m-0"))
    assert texts_of(begun) == [["Hello"]]


def test_a_message_that_is_refused_does_not_cost_the_customer_their_chat(
    begun: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    sandbox.fault("error", method="send_event", type="validation", count=1)
    with pytest.raises(Invalid):
        say(again(), message("Never", "m-1"))
    assert again().customer.chat_id == begun.customer.chat_id


def test_an_offline_message_makes_a_closed_thread(api: ActingCustomer, sandbox: Sandbox) -> None:
    say(api, message("Call me", "m-1"), Opening(active=False))
    assert [thread.active for thread in threads(api)] == [False]
    assert texts_of(api) == [["Call me"]]


def test_nobody_there_is_told(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    with pytest.raises(GroupsOffline):
        say(api, message("Hello", "m-1"))
    assert texts_of(api) == []


def test_a_continuous_chat_needs_nobody(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    say(api, message("Hello", "m-1"), Opening(continuous=True))
    assert texts_of(api) == [["Hello"]]


def test_a_thread_opens_with_the_form_that_was_filled_in(api: ActingCustomer) -> None:
    form = filled_form("177381", "prechat", [{"type": "name", "id": "1", "label": "Name"}], "f-1")
    say(api, message("Hello", "m-1"), Opening(events=(form,)))
    [thread] = threads(api)
    assert [type(event) for event in thread.events] == [Form, Message]


def test_a_form_filled_in_while_another_tab_began_is_not_lost(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    form = filled_form("177381", "prechat", [{"type": "name", "id": "1", "label": "Name"}], "f-1")
    say(other_tab, message("And hello", "m-2"), Opening(events=(form,)))
    [thread] = threads(api)
    assert [type(event) for event in thread.events] == [Message, Form, Message]


def test_a_form_is_not_doubled_when_only_the_message_failed(
    api: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    say(api, message("Hello", "m-1"))
    form = filled_form("177381", "prechat", [{"type": "name", "id": "1", "label": "Name"}], "f-1")
    opening = Opening(events=(form,))
    too_long = message("x" * 17_000, "m-2")
    with pytest.raises(Invalid):
        say(again(), too_long, opening)
    say_again(again(), message("Shorter", "m-2"), opening)
    [thread] = threads(api)
    assert [type(event) for event in thread.events] == [Message, Form, Message]


def test_properties_and_group_of_a_new_thread_are_told(api: ActingCustomer) -> None:
    opening = Opening(thread_properties={"routing": {"offline_message": True}}, group_id=1)
    say(api, message("Hello", "m-1"), opening)
    assert threads(api)[0].properties["routing"]["offline_message"] is True


def test_another_limit_than_the_one_of_chats_is_told(api: ActingCustomer, sandbox: Sandbox) -> None:
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="limit_reached")
    with pytest.raises(LimitReached):
        say(api, message("Too much", "m-2"))


def test_a_chat_that_changes_faster_than_we_can_follow_is_given_up(
    api: ActingCustomer, sandbox: Sandbox
) -> None:
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="chat_inactive")
    with pytest.raises(ChatAlreadyActive):
        say(api, message("Into the void", "m-2"))


def test_twenty_kilobytes_are_refused_as_livechat_refuses_them(api: ActingCustomer) -> None:
    with pytest.raises(Invalid):
        say(api, message("x" * 20_000, "m-1"))


# Ending


def test_ending_closes_the_thread(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    assert not threads(api)[0].active


def test_ending_what_has_ended_is_no_error(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    conversation.end(api)
    assert not threads(api)[0].active


def test_ending_before_anything_was_said_is_no_error(api: ActingCustomer) -> None:
    conversation.end(api)
    assert api.list_chats() == []


def test_ending_finds_the_chat_that_was_started_elsewhere(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    conversation.end(other_tab)
    assert not threads(api)[0].active
