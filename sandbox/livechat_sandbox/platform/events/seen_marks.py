"""Seen marks: up to which moment somebody has read a chat."""

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.clock import rfc3339, seconds_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.shapes.customer_view import sees_event
from livechat_sandbox.platform.structures import Chat, Person


def mark(chat: Chat, user_id: str, moment: str) -> bool:
    """Move a mark forward, never back. Returns whether it moved."""
    user = chat.users.get(user_id)
    if user is None or (user.events_seen_up_to and user.events_seen_up_to >= moment):
        return False
    user.events_seen_up_to = moment
    return True


def mark_events_as_seen(chat: Chat, reader: Person, seen_up_to: str) -> None:
    """Customer Chat API v3.6, "Mark Events As Seen". Raises validation for what is no time."""
    try:
        moment = rfc3339(seconds_of(seen_up_to)) if len(seen_up_to) != 27 else seen_up_to
        seconds_of(moment)
    except ValueError as error:
        raise LiveChatError("validation", "`seen_up_to` is not an RFC 3339 time") from error
    if not mark(chat, reader.id, moment):
        return
    user = chat.users[reader.id]
    told = {"chat_id": chat.id, "seen_up_to": moment}
    pushes.to_chat(
        chat,
        "events_marked_as_seen",
        {"user_id": chat.organization.opaque_id(reader.id)} | told,
        {"user_id": reader.id} | told,
        visibility=user.visibility,
    )


def has_unread_events(chat: Chat, user_id: str) -> bool:
    seen = chat.users[user_id].events_seen_up_to or ""
    return any(
        event.created_at > seen and event.author_id != user_id
        for thread in chat.threads
        for event in thread.events
        if sees_event(chat, event)
    )
