"""Tags: what agents call a thread. Customers never learn of them."""

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Chat, Thread


def tag_thread(chat: Chat, thread: Thread, tag: str) -> None:
    """Agent Chat API v3.6, "Tag Thread". A tag is there once, however often it is given."""
    if not tag.strip():
        raise LiveChatError("validation", "`tag` must not be empty")
    if tag not in thread.tags:
        thread.tags.append(tag)
        _tell(chat, thread, "thread_tagged", tag)


def untag_thread(chat: Chat, thread: Thread, tag: str) -> None:
    """Agent Chat API v3.6, "Untag Thread"."""
    if tag in thread.tags:
        thread.tags.remove(tag)
        _tell(chat, thread, "thread_untagged", tag)


def _tell(chat: Chat, thread: Thread, action: str, tag: str) -> None:
    pushes.to_agents_of_chat(chat, action, {"chat_id": chat.id, "thread_id": thread.id, "tag": tag})
