"""System messages: their types and the texts the server writes.

Source: Customer Chat API v3.6, "System activities".
"""

from livechat_sandbox.platform.events import events
from livechat_sandbox.platform.structures import Chat, Event, Thread, Visibility

ANOTHER_AGENT = "{agent_added} took over the chat because {agent_removed} "
NO_AGENT = "{agent} is gone, the chat is waiting for another agent"
ARCHIVED = "The chat was closed because {agent} "

TEXTS = {
    "agent_added": "{initiator} added {agent} to the chat",
    "agent_joined": "{agent} joined the chat",
    "agent_left": "{agent} left the chat",
    "agent_removed": "{initiator} removed {agent} from the chat",
    "customer_added": "{initiator} added {customer} to the chat",
    "customer_removed": "{initiator} removed {customer} from the chat",
    "customer_updated": "Customer details were updated",
    "customer_banned": "{agent} banned the customer for {duration} days",
    "chat_transferred": "{initiator} transferred the chat to {targets}",
    "manual_archived_agent": "{agent} ended the chat",
    "manual_archived_customer": "{customer} ended the chat",
    "archived_customer_disconnected": "{customer} left the website, the chat was closed",
    "system_archived": "The chat was closed because of a server change",
    "rating.chat_rated": "{customer} rated the chat as {score}",
    "rating.chat_commented": "{customer} commented on the chat: {comment}",
    "rating.chat_rating_canceled": "{customer} canceled the rating",
    "routing.assigned_disconnected": ANOTHER_AGENT + "lost the connection",
    "routing.assigned_signed_out": ANOTHER_AGENT + "signed out",
    "routing.assigned_remotely_signed_out": ANOTHER_AGENT + "was signed out",
    "routing.assigned_deleted": ANOTHER_AGENT + "was deleted",
    "routing.assigned_other": ANOTHER_AGENT + "is not available",
    "routing.assigned_inactive": ANOTHER_AGENT + "did not answer for {duration} minutes",
    "routing.unassigned_disconnected": NO_AGENT,
    "routing.unassigned_signed_out": NO_AGENT,
    "routing.unassigned_remotely_signed_out": NO_AGENT,
    "routing.unassigned_deleted": NO_AGENT,
    "routing.unassigned_other": NO_AGENT,
    "routing.idle": "The chat is idle: nobody wrote for {duration} minutes",
    "routing.archived_inactive": "The chat was closed: nobody wrote for {duration} minutes",
    "routing.archived_offline": "The chat was closed because no agent is online",
    "routing.archived_disconnected": ARCHIVED + "lost the connection",
    "routing.archived_signed_out": ARCHIVED + "signed out",
    "routing.archived_remotely_signed_out": ARCHIVED + "was signed out",
    "routing.archived_deleted": ARCHIVED + "was deleted",
    "routing.archived_other": ARCHIVED + "is not available",
    "transcript_requested": "{customer} asked for the transcript to be sent to {email}",
    "transcript_sent": "The transcript was sent to {email}",
}


def add(
    chat: Chat,
    thread: Thread,
    message_type: str,
    *,
    visibility: Visibility = "all",
    **text_vars: str,
) -> Event:
    """Put a system message into a thread and tell whoever may see it."""
    event = events.append(
        thread,
        events.NewEvent(
            type="system_message",
            visibility=visibility,
            content={
                "system_message_type": message_type,
                "text": TEXTS[message_type].format(**text_vars),
                "text_vars": text_vars,
            },
        ),
    )
    events.tell(chat, thread, event, answers_request=False)
    return event
