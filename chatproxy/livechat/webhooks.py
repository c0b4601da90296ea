"""What LiveChat tells by a webhook, as far as we read it.

Source: Webhooks v3.6, "Payload"; "incoming_event".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

INCOMING_EVENT = "incoming_event"
LONGEST_ID = 64  # characters


@dataclass(frozen=True, slots=True)
class Call:
    """LiveChat called. Whoever knows the secret is LiveChat."""

    secret: str = field(repr=False)
    action: str
    chat_id: str


def parse(body: bytes) -> Call:
    """Raises ValueError for what is no webhook."""
    try:
        told = json.loads(body)
        payload = told["payload"]
        return Call(
            secret=text(told["secret_key"], len(body)),
            action=text(told["action"]),
            chat_id=text(payload.get("chat_id", "")),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no webhook") from error


def text(value: Any, longest: int = LONGEST_ID) -> str:
    """What a database takes, and no longer than an id. Raises ValueError."""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise ValueError("no text")
    return value
