"""What the host page hears of `LiveChatWidget`'s events, sent along with an answer.

Source: Chat Widget JavaScript API v5.0, "Events".
"""

import json
from typing import Any

from django.http import HttpResponse


def with_host_event(response: HttpResponse, name: str, data: Any) -> HttpResponse:
    """The answer, and with it the event: htmx hands it to the panel, the panel to the page."""
    response.headers["HX-Trigger"] = json.dumps({"host-event": {"name": name, "data": data}})
    return response
