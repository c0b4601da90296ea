"""The thread that a rating, a survey or a transcript is about, asked for if it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chatproxy.acting import ActingCustomer
from widget.running import running


@dataclass(frozen=True, slots=True)
class LatestThread:
    """`rating` is what it has of `score` and `comment`; `survey_answer` as in Conversation."""

    id: str
    rating: dict[str, Any]
    survey_answer: str


def latest_thread(api: ActingCustomer) -> LatestThread:
    """As the customer's connection in this process knows it, else as LiveChat says.

    Raises LiveChatError.
    """
    chat_id = api.customer.chat_id
    known = running().relay.conversation_of(api.customer.pk)
    if known and known.thread_id and known.chat_id == chat_id:
        return LatestThread(known.thread_id, known.rating, known.survey_answer)
    thread = api.list_threads(chat_id, events=1).threads[0]
    return LatestThread(thread.id, thread.properties.get("rating", {}), thread.survey_answer)
