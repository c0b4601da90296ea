"""LiveChat has one word for "there is a chat already" and for "it is active"."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.errors import ChatLimitReached
from chatproxy.livechat.structures import Message
from tests.sandbox_rig import Sandbox

LIMITS = ["limit_reached", "chat_limit_reached"]


def texts(api: ActingCustomer) -> list[str]:
    """What is written in the customer's only thread."""
    [chat] = api.list_chats()
    [thread] = api.list_threads(chat.id, events=100).threads
    return [event.text for event in thread.events if isinstance(event, Message)]


def since(sandbox: Sandbox, before: list[str]) -> list[str]:
    """What LiveChat was asked for after that."""
    return sandbox.requests()[len(before) :]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_chat_that_is_active_after_all_takes_the_message(
    api: ActingCustomer, sandbox: Sandbox, limit: str
) -> None:
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="chat_inactive", count=1)
    sandbox.fault("error", method="resume_chat", type=limit, count=1)
    before = sandbox.requests()
    say(api, message("Are you there?", "m-2"))
    assert since(sandbox, before) == ["send_event", "resume_chat", "send_event"]
    assert texts(api) == ["Hello", "Are you there?"]


@pytest.mark.parametrize("limit", LIMITS)
def test_another_limit_is_told_as_what_it_is(
    api: ActingCustomer, sandbox: Sandbox, limit: str
) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    sandbox.fault("error", method="resume_chat", type=limit)
    before = sandbox.requests()
    with pytest.raises(ChatLimitReached):
        say(api, message("Are you there?", "m-2"))
    assert since(sandbox, before) == ["send_event", "resume_chat", "send_event"]


@pytest.mark.parametrize("limit", LIMITS)
def test_an_active_chat_that_is_found_takes_the_message_at_once(
    api: ActingCustomer, again: Callable[[], ActingCustomer], sandbox: Sandbox, limit: str
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="start_chat", type=limit, count=1)
    before = sandbox.requests()
    say(other_tab, message("From the other tab", "m-2"))
    assert since(sandbox, before) == ["start_chat", "list_chats", "send_event"]
    assert texts(api) == ["Hello", "From the other tab"]


def test_an_ended_chat_that_is_found_is_resumed_at_once(
    api: ActingCustomer, again: Callable[[], ActingCustomer], sandbox: Sandbox
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    before = sandbox.requests()
    say(other_tab, message("From the other tab", "m-2"))
    assert since(sandbox, before) == ["start_chat", "list_chats", "resume_chat"]
