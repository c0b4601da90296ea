"""A bot that answers customers, and hands over to a person whoever asks for one.

`pip install websockets`; start `livechat-sandbox`, then this, then `livechat-sandbox simulate`.
"""

import json
import os
import re
from typing import Any
from urllib.request import Request, urlopen

from websockets.sync.client import ClientConnection, connect

URL = os.environ.get("LIVECHAT_URL", "http://127.0.0.1:8100")
PERSON = re.compile(r"\b(person|human|manager|menschen|personne|persona)\b", re.IGNORECASE)


def post(action: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    address = f"{URL}/v3.6/configuration/action/{action}"
    with urlopen(Request(address, json.dumps(body).encode(), headers)) as response:
        return json.load(response)


def sign_in() -> str:
    """Create the bot as the owner, and take a token of its own."""
    with urlopen(f"{URL}/sandbox/config") as response:
        config = json.load(response)
    wished = {"name": "Sample bot", "default_group_priority": "first", "max_chats_count": 100}
    bot = post("create_bot", wished, config["agents"][0]["token"])
    known = {name: config[name] for name in ("client_id", "organization_id")}
    issued = post("issue_bot_token", known | {"bot_id": bot["id"], "bot_secret": bot["secret"]})
    return str(issued["token"])


class Bot:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.id, self.chats = socket, "", set[str]()

    def ask(self, action: str, **payload: Any) -> None:
        self.socket.send(json.dumps({"action": action, "payload": payload}))

    def hear(self, action: str, told: dict[str, Any]) -> None:
        if action == "login":
            self.id = told["my_profile"]["id"]
            self.ask("set_routing_status", status="accepting_chats")
        elif action == "routing_status_set" and told["agent_id"] == self.id:
            print("The bot is ready", flush=True)
        elif action == "incoming_chat":
            chat = told["chat"]
            if any(user["id"] == self.id and user["present"] for user in chat["users"]):
                self.chats.add(chat["id"])
                for event in chat["thread"]["events"]:
                    self.answer(chat["id"], event)
        elif action == "incoming_event" and told["chat_id"] in self.chats:
            self.answer(told["chat_id"], told["event"])

    def answer(self, chat_id: str, event: dict[str, Any]) -> None:
        if event["type"] not in ("message", "file") or event["author_id"] == self.id:
            return
        said = event.get("text") or f"a file, {event['name']}"
        if PERSON.search(said):
            self.chats.discard(chat_id)
            self.ask("transfer_chat", id=chat_id, target={"type": "group", "ids": [0]})
        else:
            thanks = {"type": "message", "text": f"Thank you. You sent: {said[:60]}"}
            self.ask("send_event", chat_id=chat_id, event=thanks)


if __name__ == "__main__":
    with connect(f"{URL.replace('http', 'ws', 1)}/v3.6/agent/rtm/ws") as socket:
        bot = Bot(socket)
        bot.ask("login", token=f"Bearer {sign_in()}")
        for frame in map(json.loads, socket):
            bot.hear(frame["action"], frame["payload"])
