"""A visitor's browser, as far as the server can see it."""

import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.sandbox_rig import Agent

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


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


def answers_to(form: str) -> dict[str, Any]:
    """Something for every field of a form as the panel shows it."""
    answers: dict[str, Any] = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        value = re.search(r'value="([^"]+)"', tag)
        if not name:
            continue
        if kind and kind[1] in ("radio", "checkbox"):
            answers[name[1]] = value[1] if value else "on"
        else:
            answers[name[1]] = "nora@example.com" if kind and kind[1] == "email" else "Nora"
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        answers[name] = re.findall(r'value="([^"]+)"', options)[-1]
    return answers
