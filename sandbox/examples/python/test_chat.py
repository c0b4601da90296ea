"""A customer writes, an agent answers. Run it with `pytest`; the fixture comes with the package."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest


def post(url: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urlopen(Request(url, json.dumps(body).encode(), headers)) as response:
        return json.load(response)


class Customer:
    """A few lines of client, in the place of the one you want to test."""

    def __init__(self, livechat: Any) -> None:
        self.url, config = livechat.url, livechat.config
        self.organization_id = config["organization_id"]
        grant = {name: config[name] for name in ("client_id", "organization_id", "redirect_uri")}
        answer = post(f"{self.url}/v2/customer/token", {"grant_type": "cookie"} | grant)
        self.token = answer["access_token"]

    def call(self, action: str, **parameters: Any) -> Any:
        where = f"v3.6/customer/action/{action}?organization_id={self.organization_id}"
        return post(f"{self.url}/{where}", parameters, self.token)

    def start(self, text: str) -> str:
        first = {"type": "message", "text": text}
        chat_id: str = self.call("start_chat", chat={"thread": {"events": [first]}})["chat_id"]
        return chat_id


def test_an_agent_answers(livechat: Any) -> None:
    customer = Customer(livechat)
    chat_id = customer.start("Hello")
    livechat.agent().send(chat_id, "How can I help?")
    events = customer.call("get_chat", chat_id=chat_id)["thread"]["events"]
    assert [event["text"] for event in events] == ["Hello", "How can I help?"]


def test_livechat_has_no_time(livechat: Any) -> None:
    customer = Customer(livechat)
    livechat.fault("error", type="too_many_requests", method="start_chat", count=1)
    with pytest.raises(HTTPError):
        customer.start("Hello")
    customer.start("Hello")
    assert [each["status"] for each in livechat.requests(method="start_chat")] == [429, 200]
