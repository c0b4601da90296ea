"""Which chats a customer may see."""

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Chat
from livechat_sandbox.transports.methods import Caller


def own_chat(caller: Caller, chat_id: str) -> Chat:
    """Somebody else's chat looks like an unknown one, so that nothing leaks."""
    chat = caller.organization.chat(chat_id)
    if chat.customer_id != caller.customer.id:
        raise LiveChatError("not_found", "Chat not found")
    return chat
