"""Thread summaries, which agents ask for. The sandbox's are plain counts, not prose."""

import json

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.events import events
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Agent, Chat, Thread


def request(chat: Chat, thread: Thread, requester: Agent) -> None:
    """Agent Chat API v3.6, "Request Thread Summary"."""
    summary: Payload = {
        "status": "ok",
        "text": _text(chat, thread),
        "updated_at": chat.organization.clock.now(),
    }
    thread.summary = summary
    if thread.active:
        _add_event(chat, thread, summary, requester)
        return
    told = {"chat_id": chat.id, "thread_id": thread.id, "summary": summary}
    pushes.to_agents_of_chat(chat, "thread_summary_set", told)


def _text(chat: Chat, thread: Thread) -> str:
    messages = [event for event in thread.events if event.type == "message"]
    by_customer = [event for event in messages if event.author_id == chat.customer_id]
    name = chat.organization.customers[chat.customer_id].name
    lines = [f"{name} wrote {len(by_customer)} of {len(messages)} messages."]
    if by_customer:
        lines.append(f"First: {by_customer[0].content['text']}")
    return "\n".join(lines)


def _add_event(chat: Chat, thread: Thread, summary: Payload, requester: Agent) -> None:
    details = {
        "summary": {"text": summary["text"], "status": summary["status"]},
        "requested_by": requester.id,
    }
    event = events.append(
        thread,
        events.NewEvent(
            type="system",
            visibility="agents",
            content={
                "source": "messaging",
                "subtype": "summary",
                "version": 1,
                "details": json.dumps(details),
            },
        ),
    )
    events.tell(chat, thread, event, answers_request=False)
