"""LiveChat's system messages in the customer's language.

Source: Customer Chat API v3.6, "System messages".
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from chatproxy.livechat.structures import SystemMessage

LONGEST_DURATION = 9  # digits of minutes; more than 4300 Python does not read

SENTENCES: dict[str, str | Promise] = {
    "agent_added": _("{agent} joined the chat"),
    "agent_joined": _("{agent} joined the chat"),
    "agent_left": _("{agent} left the chat"),
    "agent_removed": _("{agent} left the chat"),
    "customer_added": _("{customer} joined the chat"),
    "customer_removed": _("{customer} left the chat"),
    "customer_updated": _("Your details were updated"),
    "customer_banned": _("This chat was closed"),
    "chat_transferred": _("The chat was transferred to {targets}"),
    "manual_archived_agent": _("{agent} ended the chat"),
    "manual_archived_customer": _("You ended the chat"),
    "archived_customer_disconnected": _("The chat ended because you left the site"),
    "system_archived": _("The chat has ended"),
    "rating.chat_rating_canceled": _("You withdrew your rating"),
    "rating.chat_commented": _("You left a comment: “{comment}”"),
    "routing.archived_offline": _("The chat ended because nobody was there to answer"),
    "routing.assigned_inactive": _("{agent_added} takes over from {agent_removed}"),
    "transcript_requested": _("A transcript will be sent to {email}"),
    "transcript_sent": _("The transcript was sent to {email}"),
}
WITH_MINUTES: dict[str, Any] = {
    "routing.idle": ngettext_lazy(
        "Nobody has written for {duration} minute",
        "Nobody has written for {duration} minutes",
        "duration",
    ),
    "routing.archived_inactive": ngettext_lazy(
        "The chat ended because nobody wrote for {duration} minute",
        "The chat ended because nobody wrote for {duration} minutes",
        "duration",
    ),
}
FAMILIES: dict[str, str | Promise] = {
    "routing.assigned": _("{agent_added} takes over from {agent_removed}"),
    "routing.unassigned": _("{agent} had to leave. You are waiting for the next free agent"),
    "routing.archived": _("The chat ended because {agent} had to leave"),
}
RATINGS: dict[str, str | Promise] = {
    "good": _("You rated this chat as good"),
    "bad": _("You rated this chat as bad"),
}
RATED = _("You rated this chat")


def sentence_of(event: SystemMessage) -> str:
    """The message in words of ours; LiveChat's own text for a type we do not know."""
    kind, duration = event.system_message_type, event.text_vars.get("duration", "")
    if kind in WITH_MINUTES:
        is_number = duration.isdecimal() and len(duration) <= LONGEST_DURATION
        return str(WITH_MINUTES[kind].format(duration=int(duration))) if is_number else event.text
    sentence = SENTENCES.get(kind) or FAMILIES.get(kind.partition("_")[0])
    if kind == "rating.chat_rated":
        sentence = RATINGS.get(event.text_vars.get("score", ""), RATED)
    if sentence is None or (not event.text_vars and "{" in str(sentence)):
        return event.text
    return str(sentence).format_map(defaultdict(str, event.text_vars))
