"""Customer Chat API, chats: listing, starting, resuming and ending them."""

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.customer_api.access import own_chat
from livechat_sandbox.platform import pages
from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import customer_view
from livechat_sandbox.platform.structures import Thread
from livechat_sandbox.transports.methods import Caller, method


class ListChats(TypedDict):
    limit: NotRequired[Annotated[int, Meta(ge=1, le=25)]]
    sort_order: NotRequired[Literal["asc", "desc"]]
    page_id: NotRequired[str]


@method()
def list_chats(caller: Caller, payload: ListChats) -> Payload:
    organization = caller.organization
    chat = organization.chat_of(caller.customer)
    own = [chat] if chat else []
    page = pages.page_of(
        own,
        lambda each: each.last_thread.created_at,
        payload,
        default_limit=10,
        now=organization.clock.time(),
    )
    summaries = [customer_view.summary(each) for each in page.items]
    return {"chats_summary": summaries, "total_chats": len(own)} | page.ids()


class ListThreads(TypedDict):
    chat_id: str
    sort_order: NotRequired[Literal["asc", "desc"]]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    min_events_count: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    page_id: NotRequired[str]


@method()
def list_threads(caller: Caller, payload: ListThreads) -> Payload:
    organization = caller.organization
    chat = own_chat(caller, payload["chat_id"])
    if "limit" in payload and "min_events_count" in payload:
        raise LiveChatError("validation", "`min_events_count` excludes `limit`")

    def events_seen(thread: Thread) -> int:
        return sum(1 for event in thread.events if customer_view.sees_event(chat, event))

    page = pages.page_of(
        chat.threads,
        lambda thread: thread.created_at,
        payload,
        default_limit=3,
        now=organization.clock.time(),
        weight=events_seen,
    )
    threads = [customer_view.thread(chat, each) for each in page.items]
    return {"threads": threads, "found_threads": len(chat.threads)} | page.ids()


class GetChat(TypedDict):
    chat_id: str
    thread_id: NotRequired[str]


@method()
def get_chat(caller: Caller, payload: GetChat) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"]) if "thread_id" in payload else chat.last_thread
    return customer_view.chat(chat, thread)


@method()
def start_chat(caller: Caller, payload: Payload) -> Payload:
    begun = chats.start(caller.customer, caller.customer, payload, client_id=caller.client_id)
    return {"chat_id": begun.chat.id} | begun.answer()


class ResumeChatChat(TypedDict):
    id: str


class ResumeChat(TypedDict):
    chat: ResumeChatChat


@method()
def resume_chat(caller: Caller, payload: ResumeChat) -> Payload:
    chat = own_chat(caller, payload["chat"]["id"])
    begun = chats.resume(caller.customer, chat, payload, client_id=caller.client_id)
    return begun.answer()


class DeactivateChat(TypedDict):
    id: str


@method()
def deactivate_chat(caller: Caller, payload: DeactivateChat) -> Payload:
    chats.deactivate(own_chat(caller, payload["id"]), caller.customer)
    return {}
