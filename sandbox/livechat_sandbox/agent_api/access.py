"""Which chats and threads an agent may see, and in which an agent has to be to act."""

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.structures import Agent, Chat, Thread
from livechat_sandbox.transports.methods import Caller


def may_access(agent: Agent, chat: Chat) -> bool:
    """Agents see the chats of their groups and those they are in, administrators see all."""
    return agent.permission != "normal" or is_near(agent, chat)


def is_near(agent: Agent, chat: Chat) -> bool:
    return agent.is_in(chat.group_ids) or agent.id in chat.users


def is_open_to(caller: Caller, chat: Chat) -> bool:
    """What the agent may see, as far as the token's scopes reach."""
    agent = caller.agent
    return may_access(agent, chat) and (caller.everywhere or is_near(agent, chat))


def accessible_chat(caller: Caller, chat_id: str) -> Chat:
    """The chat, if the call may see it. Raises not_found, missing_access."""
    chat = caller.organization.chat(chat_id)
    if not is_open_to(caller, chat):
        raise LiveChatError("missing_access")
    return chat


def is_thread_open_to(caller: Caller, thread: Thread) -> bool:
    """The same of one thread: a chat may have had other groups when it was written."""
    agent = caller.agent
    sees_all = caller.everywhere and agent.permission != "normal"
    return sees_all or agent.is_in(thread.group_ids) or agent.id in thread.user_ids


def accessible_thread(caller: Caller, chat_id: str, thread_id: str) -> tuple[Chat, Thread]:
    """The thread and its chat, if the call may see it. Raises not_found, missing_access."""
    chat = caller.organization.chat(chat_id)
    thread = chat.thread(thread_id)
    if not is_thread_open_to(caller, thread):
        raise LiveChatError("missing_access")
    return chat, thread


def chat_with_requester(caller: Caller, payload: Parameters) -> Chat:
    """The chat of `id` or `chat_id`, in which the agent has to be unless the call says otherwise.

    Raises not_found, missing_access, authorization.
    """
    chat = accessible_chat(caller, payload.get("chat_id") or payload["id"])
    user = chat.users.get(caller.agent.id)
    if not payload.get("ignore_requester_presence") and not (user and user.present):
        raise LiveChatError("authorization", "Requester is not a user of the chat")
    return chat
