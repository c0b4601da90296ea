"""What a notification says, and where a click on it leads."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from chatproxy.livechat.structures import Event, Json, Message
from chatproxy.relay.updates import Conversation
from widget.models import Widget

LONGEST_TITLE = 60  # characters
LONGEST_BODY = 200
SAID = ("message", "file", "rich_message")


def is_answer(event: Event, conversation: Conversation) -> bool:
    """Whether somebody else said it."""
    return event.type in SAID and bool(event.author_id) and not conversation.is_own(event)


def notification_of(
    event: Event, conversation: Conversation, widget: Widget, language: str, page: str
) -> Json:
    """For the service worker in `static/widget/worker.js`.

    Nothing of what was said, and not who said it, unless the owner wants it.
    """
    with translation.override(language):
        title = widget.text("header_title", language) or _("Chat")
        body = _("You have an answer.")
        author = conversation.author(event)
        if widget.words_in_notifications and isinstance(event, Message):
            title = (author.name if author else "") or title
            body = event.translation or event.text
    return {
        "widget": widget.key,
        "id": event.id,
        "at": event.created_at,
        "title": title[:LONGEST_TITLE],
        "body": body.strip()[:LONGEST_BODY],
        "lang": language,
        "url": f"{page.partition('#')[0]}#chat={event.id}",
    }
