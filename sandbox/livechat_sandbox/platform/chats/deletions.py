"""Chats and threads that are deleted for good, as owners do in LiveChat's own application.

Source: Agent Chat API v3.6, "chat_deleted", "thread_deleted", "threads_deleted". No method of an
API deletes, and customers are told nothing.
"""

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import tickets
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Chat, Organization, Thread


def delete_chat(chat: Chat) -> None:
    """Raises validation while it is active."""
    refuse_active(chat)
    organization = chat.organization
    pushes.to_agents_of_chat(chat, "chat_deleted", {"chat_id": chat.id})
    tickets.tell_deleted(chat, chat.threads)
    forget(organization, chat)


def delete_thread(chat: Chat, thread_id: str) -> None:
    """Raises not_found, and validation while it is active. A chat without threads goes too."""
    thread = chat.thread(thread_id)
    if thread.active:
        refuse_active(chat)
    told = {"chat_id": chat.id, "thread_id": thread.id}
    pushes.to_agents_of_chat(chat, "thread_deleted", told)
    remove(chat, [thread])


def delete_threads(organization: Organization, wanted: Payload) -> None:
    """Those that began between `date_from` and `date_to`, or carry `tag`. Raises validation."""
    if not wanted:
        raise LiveChatError("validation", "Say `date_from`, `date_to` or `tag`")
    for chat in list(organization.chats.values()):
        remove(chat, [each for each in chat.threads if not each.active and fits(each, wanted)])
    pushes.to_all_agents(organization, "threads_deleted", wanted)


def fits(thread: Thread, wanted: Payload) -> bool:
    """Raises validation for what is no RFC 3339 time."""
    began = seconds_of(thread.created_at)
    try:
        after = seconds_of(wanted["date_from"]) if "date_from" in wanted else began
        before = seconds_of(wanted["date_to"]) if "date_to" in wanted else began
    except ValueError as error:
        raise LiveChatError("validation", "That is not an RFC 3339 time") from error
    return after <= began <= before and wanted.get("tag") in (None, *thread.tags)


def remove(chat: Chat, threads: list[Thread]) -> None:
    tickets.tell_deleted(chat, threads)
    chat.threads = [each for each in chat.threads if each not in threads]
    if not chat.threads:
        forget(chat.organization, chat)


def forget(organization: Organization, chat: Chat) -> None:
    del organization.chats[chat.id]
    organization.chat_of_customer.pop(chat.customer_id, None)
    routing.drain_queue(organization)


def refuse_active(chat: Chat) -> None:
    if chat.active:
        raise LiveChatError("validation", "An active chat cannot be deleted")
