"""A visitor's browser, as far as the server can see it."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.sandbox_rig import Agent


class Visitor:
    """Asks for pages and acts under one widget, with the token it was given."""

    def __init__(self, key: str = "shop", client: Client | None = None) -> None:
        self.key = key
        self.client = client or Client()
        self.token = ""

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> HttpResponse:
        """Any request; `headers` may override the token's."""
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        send = getattr(self.client, method)
        response: HttpResponse = send(f"/w/{self.key}/{path}", data=data, headers=given | headers)
        return response

    def introduce(self) -> HttpResponse:
        """The first act, and the token it brings."""
        response = self.ask("post", "customer")
        self.token = response.headers.get("X-Chat-Token", self.token)
        return response

    def send(self, text: str, custom_id: str = "", attempt: int = 0) -> HttpResponse:
        custom_id = custom_id or uuid.uuid4().hex
        return self.ask(
            "post", "events", {"text": text, "custom_id": custom_id, "attempt": attempt}
        )


def events_of(agent: Agent) -> list[dict[str, Any]]:
    """What stands in the newest chat's latest thread, as its agent sees it."""
    chat = agent.chat(agent.chats()[0]["id"])
    events: list[dict[str, Any]] = chat["thread"]["events"]
    return events


def texts_of(agent: Agent) -> list[str]:
    """The messages among them."""
    return [event["text"] for event in events_of(agent) if event["type"] == "message"]
