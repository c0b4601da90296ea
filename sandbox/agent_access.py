"""Which chats an agent may see, and in which an agent has to be to act."""

from sandbox.api import Caller
from sandbox.platform.errors import LiveChatError
from sandbox.platform.structures import Agent, Chat, Payload


def may_access(agent: Agent, chat: Chat) -> bool:
    """Agents see the chats of their groups and those they are in, administrators see all."""
    return agent.permission != "normal" or agent.is_in(chat.group_ids) or agent.id in chat.users


def accessible_chat(caller: Caller, chat_id: str) -> Chat:
    """The chat, if the agent may see it. Raises not_found, missing_access."""
    chat = caller.organization.chat(chat_id)
    if not may_access(caller.agent, chat):
        raise LiveChatError("missing_access")
    return chat


def chat_with_requester(caller: Caller, payload: Payload) -> Chat:
    """The chat of `id` or `chat_id`, in which the agent has to be unless the call says otherwise.

    Raises not_found, missing_access, authorization.
    """
    chat = accessible_chat(caller, payload.get("chat_id") or payload["id"])
    user = chat.users.get(caller.agent.id)
    if not payload.get("ignore_requester_presence") and not (user and user.present):
        raise LiveChatError("authorization", "Requester is not a user of the chat")
    return chat
