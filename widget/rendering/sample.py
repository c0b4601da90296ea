"""A short conversation that nobody had, so that an owner sees how one will look."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from chatproxy.livechat.structures import Thread, User, parse_event
from chatproxy.relay.updates import Conversation
from widget.rendering.locale import Locale
from widget.rendering.pushes import render_thread

CUSTOMER = User(id="customer", type="customer")
AGENT = User(id="agent", type="agent", name="Maria", present=True)


def sample_thread(locale: Locale) -> SafeString:
    """As the panel shows it, in the language that is active."""
    said = [
        (CUSTOMER, _("Hello! Has my order left yet?")),
        (AGENT, _("Good morning! It left yesterday and should arrive tomorrow.")),
        (AGENT, _("Here you can follow it: %(link)s") % {"link": "https://track.example/1042"}),
        (CUSTOMER, _("Perfect, thank you!")),
    ]
    began = timezone.now() - dt.timedelta(minutes=len(said))
    events = [
        {
            "type": "message",
            "id": f"SAMPLE_{number}",
            "text": text,
            "author_id": author.id,
            "created_at": (began + dt.timedelta(minutes=number)).isoformat(),
        }
        for number, (author, text) in enumerate(said, start=1)
    ]
    thread = Thread(id="SAMPLE", active=True, events=tuple(map(parse_event, events)))
    people = {user.id: user for user in (CUSTOMER, AGENT)}
    return render_thread(thread, Conversation(customer_id=CUSTOMER.id, people=people), locale)
