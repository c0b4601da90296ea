"""A card with buttons that an agent has sent."""

from typing import Any

import pytest

from tests.sandbox_rig import Agent
from tests.widget.visitor import Visitor


@pytest.fixture
def card(customer: Visitor, agent: Agent) -> dict[str, Any]:
    """A card with buttons in the customer's chat: where it is."""
    customer.send("Hello")
    chat_id = agent.chats()[0]["id"]
    buttons = [
        {
            "text": "Yes, please",
            "type": "message",
            "value": "yes",
            "postback_id": "y",
            "user_ids": [],
        },
        {"text": "Remember", "postback_id": "r", "user_ids": []},
    ]
    elements = [{"title": "Shall I?", "buttons": buttons}]
    rich = {"type": "rich_message", "template_id": "cards", "elements": elements}
    event_id = agent.send_event(chat_id, rich)
    return {"event_id": event_id, "thread_id": event_id.rpartition("_")[0]}
