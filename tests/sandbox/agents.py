"""An agent as a plain client of the protocol: RTM, bots, and what they are refused."""

import json
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.sandbox.clients import Customer
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox

SAM = 2  # an agent of the role `normal`, in the groups General and Support
MARIA = "maria@shop.example"
ACCEPTING = {"status": "accepting_chats"}
SALES = 1  # a group
SUPPORT = 2  # another


class AgentRtm:
    """An agent's connection, logged in."""

    def __init__(self, sandbox: Sandbox, token: str, version: str = "3.6", **login: Any) -> None:
        self.stack = ExitStack()
        url = f"{sandbox.ws_url}/v{version}/agent/rtm/ws"
        self.socket = self.stack.enter_context(connect(url, compression=None, close_timeout=0.2))
        self.pushes: list[Payload] = []
        self.login = self.call("login", token=token, **login)

    def receive(self) -> Payload:
        frame: Payload = json.loads(self.socket.recv(REQUEST_LIMIT))
        if frame["type"] == "push":
            self.pushes.append(frame)
        return frame

    def call(self, action: str, beside: Payload | None = None, /, **payload: Any) -> Any:
        """`beside` is what else the frame has."""
        asked = {"request_id": "1", "action": action, "payload": payload} | (beside or {})
        self.socket.send(json.dumps(asked))
        while (frame := self.receive())["type"] != "response":
            pass
        assert frame["success"], frame["payload"]["error"]["message"]
        return frame["payload"]

    def next(self, action: str) -> Any:
        while True:
            frame = self.receive()
            if frame["type"] == "push" and frame["action"] == action:
                return frame["payload"]


def bot_of(sandbox: Sandbox, **more: Any) -> Agent:
    """A new bot that calls with a token of its own."""
    owner = Owner(sandbox)
    made = owner.call("create_bot", **({"name": "Ada", "default_group_priority": "first"} | more))
    issued = owner.call(
        "issue_bot_token",
        bot_id=made["id"],
        bot_secret=made["secret"],
        client_id=owner.client_id,
        organization_id=sandbox.config["organization_id"],
    )
    bot = Agent(sandbox)
    bot.id = bot.opaque_id = made["id"]
    bot.name, bot.authorization = "Ada", f"Bearer {issued['token']}"
    return bot


def refusal(agent: Agent, action: str, **parameters: Any) -> str:
    """Type of the error with which the request is refused; it has to be."""
    with pytest.raises(Refused) as caught:
        agent.call(action, **parameters)
    return caught.value.type


def sales_chat(customer: Customer) -> str:
    chat_id: str = customer.call("start_chat", chat={"access": {"group_ids": [SALES]}})["chat_id"]
    return chat_id
