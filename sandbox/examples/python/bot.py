"""A bot that answers customers, and hands over to a person whoever asks for one.

Start `livechat-sandbox`, then this, then `livechat-sandbox simulate`. LiveChat's bots have no
connection of their own: webhooks tell them what happens, and they answer over the Web API.
"""

import json
import os
import re
import signal
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

URL = os.environ.get("LIVECHAT_URL", "http://127.0.0.1:8100")
SECRET = "only LiveChat and this bot know this"
PERSON = re.compile(r"\b(person|human|manager|menschen|personne|persona)\b", re.IGNORECASE)


def post(path: str, token: str, /, **body: Any) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{URL}/v3.6/{path}", json.dumps(body).encode(), headers)) as response:
        return json.load(response)


class Bot:
    def __init__(self) -> None:
        """Create the bot as the owner, and take a token of its own."""
        with urlopen(f"{URL}/sandbox/config") as response:
            config = json.load(response)
        self.owner, self.client_id = config["agents"][0]["token"], config["client_id"]
        wished = {"name": "Sample bot", "default_group_priority": "first", "max_chats_count": 100}
        bot = self.configure("create_bot", **wished)
        self.id, self.webhook_ids = bot["id"], list[str]()
        known = {name: config[name] for name in ("client_id", "organization_id")}
        known |= {"bot_id": bot["id"], "bot_secret": bot["secret"]}
        self.token = self.configure("issue_bot_token", **known)["token"]

    def configure(self, action: str, /, **payload: Any) -> Any:
        return post(f"configuration/action/{action}", self.owner, **payload)

    def ask(self, action: str, /, **payload: Any) -> Any:
        return post(f"agent/action/{action}", self.token, **payload)

    def begin(self, address: str) -> None:
        """Have the chats this bot is in told to this address, and accept them."""
        present = {"chat_presence": {"user_ids": {"values": [self.id]}}}
        self.listen(address, "incoming_chat", present)
        self.listen(address, "incoming_event", present | {"author_type": "customer"})
        self.ask("set_routing_status", status="accepting_chats")

    def listen(self, address: str, action: str, filters: dict[str, Any]) -> None:
        wished = {"owner_client_id": self.client_id, "type": "bot", "secret_key": SECRET}
        wished |= {"action": action, "url": address, "filters": filters}
        self.webhook_ids.append(self.configure("register_webhook", **wished)["id"])

    def end(self) -> None:
        """Leave nothing behind, if there still is a sandbox that knows this bot."""
        for webhook_id in self.webhook_ids:
            wished = {"id": webhook_id, "owner_client_id": self.client_id}
            self.configure("unregister_webhook", **wished)
        self.configure("delete_bot", id=self.id)

    def hear(self, action: str, told: dict[str, Any]) -> None:
        if action == "incoming_event":
            self.answer(told["chat_id"], told["event"])
            return
        chat = told["chat"]
        customers = [user["id"] for user in chat["users"] if user["type"] == "customer"]
        for event in chat["thread"]["events"]:
            if event.get("author_id") in customers:
                self.answer(chat["id"], event)

    def answer(self, chat_id: str, event: dict[str, Any]) -> None:
        if event["type"] not in ("message", "file"):
            return
        said = event.get("text") or f"a file, {event['name']}"
        if PERSON.search(said):
            self.ask("transfer_chat", id=chat_id, target={"type": "group", "ids": [0]})
        else:
            thanks = {"type": "message", "text": f"Thank you. You sent: {said[:60]}"}
            self.ask("send_event", chat_id=chat_id, event=thanks)


class Door(HTTPServer):
    """Where LiveChat's webhooks arrive, one after the other."""

    def __init__(self, bot: Bot) -> None:
        super().__init__(("127.0.0.1", 0), Webhook)
        self.bot = bot
        self.address = f"http://127.0.0.1:{self.server_port}/"


class Webhook(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["secret_key"] != SECRET:
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        try:
            self.server.bot.hear(body["action"], body["payload"])
        except HTTPError as error:  # the customer has gone, or a person has taken over
            print(error.read().decode(), flush=True)

    def log_message(self, *_: Any) -> None:
        """One line for each webhook would be too many."""


if __name__ == "__main__":
    for goodbye in (signal.SIGINT, signal.SIGTERM):  # in the background Ctrl-C may be switched off
        signal.signal(goodbye, signal.default_int_handler)
    with Door(Bot()) as door, suppress(KeyboardInterrupt):
        try:
            door.bot.begin(door.address)
            print("The bot is ready", flush=True)
            door.serve_forever()
        finally:
            with suppress(URLError):
                door.bot.end()
