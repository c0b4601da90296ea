"""The steps of an examination: each says in plain words what it found.

A step raises Remark, Trouble or Hopeless with the words for what is not as it should be, and lets
LiveChat's refusals through.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial

from chatproxy.doctor.chat import ExaminedChat, Said, message
from chatproxy.doctor.forms import answers_to
from chatproxy.doctor.outcomes import Hopeless, Remark, Trouble
from chatproxy.livechat import accounts
from chatproxy.livechat.errors import (
    ChatAlreadyActive,
    ChatInactive,
    ChatLimitReached,
    Invalid,
    LiveChatError,
    NotAuthorized,
    NotFound,
    TokenRejected,
)
from chatproxy.livechat.organization_api import OrganizationApi
from chatproxy.livechat.structures import FormToFill, Json, Thread

WORDS = "Hello, this is a connection check."
# One white pixel.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f00010101001bb6ee560000000049454e44ae426082"
)
FIRST_THAT_DELETES = "3.6"


async def availability(it: ExaminedChat) -> str:
    """What anybody may know: whether somebody is there, and what is asked before a chat."""
    api = OrganizationApi(it.organization)
    found = api.get_dynamic_configuration()
    api.get_configuration(found.config_version)
    if not found.is_domain_allowed:
        raise Hopeless(
            f"LiveChat does not trust the page {it.organization.page_url}. Add its domain to the "
            "trusted domains in LiveChat's settings, or customers there cannot chat."
        )
    if not found.is_active:
        raise Remark("LiveChat says that its chat is switched off for this organization.")
    if found.is_full:
        raise Remark("LiveChat says that no more customers may be online at once.")
    return "LiveChat knows the organization and answers without a customer."


async def grant(it: ExaminedChat) -> str:
    """A new customer, and once more the same by their two cookies."""
    first = accounts.exchange(it.organization, None)
    it.grants.append(first)
    again = accounts.exchange(it.organization, first.identity)
    it.grants.append(again)
    if again.entity_id != first.entity_id:
        raise Trouble(
            "The two cookies did not bring the same customer again: people would lose their chat "
            "with every new token."
        )
    region = it.organization.region_of(again.access_token)
    if region != it.organization.region:
        raise Remark(
            f"The organization lives in the region “{region}”, not in “{it.organization.region}”. "
            "We follow, but choose it in the widget's settings: it spares a request."
        )
    return "The client ID and the redirect URI fit, and the cookies bring the same customer again."


async def login(it: ExaminedChat) -> str:
    """Over the websocket, for pushes."""
    await it.log_in()
    return "The websocket opens, and LiveChat lets the customer in."


async def groups(it: ExaminedChat) -> str:
    """Whether somebody would take the chat."""
    statuses, group_id = it.api.list_group_statuses(), it.organization.group_id
    if group_id not in statuses:
        known = ", ".join(map(str, sorted(statuses))) or "none"
        raise Hopeless(f"There is no group {group_id}. This organization has: {known}.")
    if statuses[group_id] == "offline":
        raise Hopeless(
            f"No agent accepts chats in group {group_id}. Open LiveChat's app as an agent of this "
            "group, switch “Accept chats” on, and try again."
        )
    return f"Somebody accepts chats in group {group_id}."


async def rights(it: ExaminedChat) -> str:
    """What the agent's token may do, and whether customers' addresses are masked."""
    return it.answerer.check_rights()


async def start(it: ExaminedChat) -> str:
    """With the first message in it."""
    thread = {"events": [message(WORDS)]}
    chat = {"access": {"group_ids": [it.organization.group_id]}, "thread": thread}
    it.is_active = True
    it.chat_id, it.thread_id = it.api.start_chat(chat)
    keep_own_events(it, await it.wait_for("incoming_chat"))
    return "The chat starts, and a push says so."


async def send(it: ExaminedChat) -> str:
    """A message, which has to come back under our own id."""
    told = await say(it, message("A second message."))
    if not told["event"].get("custom_id"):
        raise Trouble("LiveChat loses `custom_id`: a message could be shown twice.")
    return "A message arrives, and comes back as a push with the id we gave it."


async def answer(it: ExaminedChat) -> str:
    """An agent's words, and that the customer has seen them."""

    own = (None, it.customer_id)

    def is_of_agent(payload: Json) -> bool:
        event = payload["event"]
        return event.get("type") == "message" and event.get("author_id") not in own

    trouble = it.answerer.answer(it.chat_id)
    it.recording.answered_by = it.answerer.kind
    try:
        told = await it.wait_for_answer(is_of_agent)
    except Trouble as silence:
        raise Trouble(f"{silence} {trouble}".strip()) from silence
    seen = {"chat_id": it.chat_id, "seen_up_to": told["event"]["created_at"]}
    await it.act("mark_events_as_seen", seen)
    if it.is_of_this_step(told):  # else it was seen already: the customer has written since
        await it.wait_for("events_marked_as_seen", lambda p: p.get("user_id") == it.customer_id)
    if trouble:
        raise Remark(f"A person's answer arrives, and LiveChat learns that it was seen. {trouble}")
    return "The agent's answer arrives, and LiveChat learns that it was seen."


async def file(it: ExaminedChat) -> str:
    """A picture, which every account lets through."""
    url = it.api.upload_file("check.png", io.BytesIO(PICTURE), "image/png")
    await say(it, {"type": "file", "url": url})
    return "A picture is uploaded and sent."


async def form(it: ExaminedChat) -> str:
    """The form after a chat, else the one before it, filled in."""
    for kind in ("postchat", "prechat"):
        if asked := it.api.get_form(kind):
            it.recording.form = kind
            await say(it, fill(asked, kind))
            return f"The {kind} form is filled in and arrives."
    raise Remark("Neither a pre-chat nor a post-chat form is switched on, so none was tried.")


def fill(asked: FormToFill, kind: str) -> Json:
    return {
        "type": "filled_form",
        "form_id": asked.id,
        "fields": answers_to(asked.fields),
        "properties": {"lc2": {"form_type": kind}},
    }


async def rating(it: ExaminedChat) -> str:
    """Given, and taken back."""
    it.api.update_thread_properties(it.chat_id, it.thread_id, {"rating": {"score": 1}})
    await it.wait_for("thread_properties_updated")
    it.api.delete_thread_properties(it.chat_id, it.thread_id, {"rating": ["score"]})
    await it.wait_for("thread_properties_deleted")
    return "A rating is given, and taken back."


async def end(it: ExaminedChat) -> str:
    it.api.deactivate_chat(it.chat_id)
    it.is_active = False
    await it.wait_for("chat_deactivated")
    return "The chat ends, and a push says so."


async def read(it: ExaminedChat) -> str:
    """As after a lost connection: everything has to be there."""
    chats = it.api.list_chats()
    threads = it.api.list_threads(it.chat_id).threads
    it.api.get_chat(it.chat_id, it.thread_id)
    if [chat.id for chat in chats] != [it.chat_id]:
        raise Trouble("LiveChat's list of chats is not the one chat that was started.")
    found = {event.id for thread in threads for event in thread.events}
    if lost := [said for said in it.said if said.event_id not in found]:
        raise Trouble(f"{len(lost)} of our events are not there when the chat is read again.")
    return "The chat is read again, with everything in it."


async def resume(it: ExaminedChat) -> str:
    """In another thread."""
    chat = {"id": it.chat_id, "thread": {"events": [message("The chat goes on.")]}}
    it.is_active = True
    it.thread_id = it.api.resume_chat(chat)
    keep_own_events(it, await it.wait_for("incoming_chat"))
    with it.expect_refusal(ChatAlreadyActive):
        it.api.resume_chat({"id": it.chat_id})
    return "The chat goes on in another thread."


async def refused(it: ExaminedChat) -> str:
    """What LiveChat must not let us do."""
    it.api.deactivate_chat(it.chat_id)
    it.is_active = False
    await it.wait_for("chat_deactivated")
    with it.expect_refusal(ChatInactive):
        it.api.send_event(it.chat_id, message("Too late."))
    with it.expect_refusal(ChatInactive):
        await it.act("send_event", {"chat_id": it.chat_id, "event": message("Too late.")})
    with it.expect_refusal(ChatInactive):
        it.api.deactivate_chat(it.chat_id)
    with it.expect_refusal(ChatLimitReached):
        it.api.start_chat({})
    with it.expect_refusal(NotFound, Invalid, NotAuthorized):
        it.api.get_chat("ZZ0000ZZZZ")
    with it.expect_refusal(Invalid):
        it.api.get_form("of no kind")
    with it.expect_refusal(TokenRejected):
        it.api_with(f"{it.organization.region}:nobody").list_chats()
    return "What has to be refused is refused, in the words we know."


async def delete(it: ExaminedChat) -> str:
    """What is ours in the chat, as far as LiveChat lets us.

    The chat is read for it: answers and pushes that would have told us of it may be lost.
    """
    if it.is_active and not it.chat_id:
        it.chat_id = next((chat.id for chat in it.api.list_chats()), "")
    threads = list(it.api.all_threads(it.chat_id)) if it.chat_id else []
    it.is_active = any(thread.active for thread in threads)
    removals = [each for thread in threads for each in removals_from(thread, it)]
    refusals: list[LiveChatError] = []
    for remove in removals:
        try:
            remove()
        except LiveChatError as error:
            refusals.append(error)
    if refusals:
        raise Remark(
            f"{len(refusals)} of our events and ratings stay: LiveChat would not delete them "
            f"({refusals[0]})."
        )
    return "Our events are deleted." if removals else ""


def removals_from(thread: Thread, it: ExaminedChat) -> Iterator[Callable[[], None]]:
    """How to remove each event and rating of ours."""
    if rating := thread.properties.get("rating"):
        names = {"rating": list(rating)}
        yield partial(it.api.delete_thread_properties, it.chat_id, thread.id, names)
    if it.organization.version >= FIRST_THAT_DELETES:
        for event in thread.events:
            if event.author_id == it.customer_id:
                yield partial(it.api.delete_event, it.chat_id, thread.id, event.id)


async def leave(it: ExaminedChat) -> str:
    """End what is still open, and make the tokens worthless."""
    if not it.grants:
        return ""
    with ExitStack() as whatever_fails:
        for each in it.grants:
            whatever_fails.callback(accounts.revoke, it.service, each.access_token)
        if it.is_active and it.chat_id:
            with suppress(ChatInactive):
                it.api.deactivate_chat(it.chat_id)
    if it.is_connected:
        await it.wait_for("customer_disconnected")
    left = "an ended chat of a customer without a name" if it.chat_id else "nothing"
    return f"The tokens are revoked. What stays at LiveChat: {left}."


async def say(it: ExaminedChat, event: Json) -> Json:
    """Send it, and wait for its push. Raises Trouble, LiveChatError."""
    event_id = it.say(event)
    return await it.wait_for("incoming_event", lambda p: p["event"].get("id") == event_id)


def keep_own_events(it: ExaminedChat, told: Json) -> None:
    """Of what was said when the thread began."""
    for event in told["chat"]["thread"]["events"]:
        if event.get("author_id") == it.customer_id:
            it.said.append(Said(it.thread_id, event["id"]))


Step = Callable[[ExaminedChat], Awaitable[str]]

STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        availability, grant, login, groups, rights, start, send, answer, file, form, rating, end,
        read, resume, refused, delete, leave,
    )
}  # fmt: skip
NEEDED = {"availability", "grant", "login", "start"}  # without which no later step can succeed
TIDYING = ("delete", "leave")  # made in the end, whatever happened
