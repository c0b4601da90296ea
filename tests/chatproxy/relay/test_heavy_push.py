"""What takes long to show in one tab, while another one is shown the chat as it was."""

from __future__ import annotations

import asyncio

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import IncomingChat
from chatproxy.livechat.rtm import Visit
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import ConnectionState, Happened, Snapshot, State, Update
from tests.sandbox_rig import Agent


async def test_the_new_thread_is_known_after_it(
    relay: Relay, api: ActingCustomer, organization: Organization, agent: Agent
) -> None:
    await asyncio.to_thread(say, api, message("Hello", "m-1"))
    await asyncio.to_thread(agent.close, api.customer.chat_id)
    live, begun, second_is_live = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def show(update: Update) -> None:
        if isinstance(update, Happened) and isinstance(update.push, IncomingChat):
            begun.set()
            await second_is_live.wait()
        if isinstance(update, ConnectionState) and update.state is State.LIVE:
            live.set()

    async def show_second(update: Update) -> None:
        if isinstance(update, Snapshot):
            chat = {"id": api.customer.chat_id}
            await asyncio.to_thread(agent.call, "resume_chat", chat=chat)
            await begun.wait()
        if isinstance(update, ConnectionState) and update.state is State.LIVE:
            second_is_live.set()

    async with asyncio.timeout(60):
        first = relay.attach(api.customer, organization, Visit(), show)
        await live.wait()
        second = relay.attach(api.customer, organization, Visit(), show_second)
        await second_is_live.wait()
    await asyncio.sleep(0.1)
    conversation = relay.conversation_of(api.customer.pk)
    assert conversation
    assert conversation.active
    assert conversation.thread_id == agent.chat(api.customer.chat_id)["thread"]["id"]
    for tab in (first, second):
        relay.detach(api.customer.pk, tab)
