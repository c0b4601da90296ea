"""One customer plays their part: arrives, writes, waits, goes. Nothing here judges."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from livechat_sandbox.client import JsonObject, Livechat, Refused
from livechat_sandbox.simulation.script import Attachment, Customer

POLL = 0.3  # seconds between two looks at the chat
TYPING = (0.2, 1.0)  # seconds a message takes
BOUNDARY = "a-line-that-no-file-holds"
HANDOVERS = ("chat_transferred", "agent_added", "agent_joined")


@dataclass
class Story:
    """What happened to a customer: the thread's events as they saw them, and what went wrong."""

    customer: Customer
    customer_id: str = ""
    events: list[JsonObject] = field(default_factory=list)
    trouble: str = ""

    def is_own(self, event: JsonObject) -> bool:
        return event.get("author_id") == self.customer_id

    def is_answer(self, event: JsonObject) -> bool:
        """Written by somebody else, or somebody else was brought in."""
        if event["type"] == "system_message":
            return event.get("system_message_type") in HANDOVERS
        return not self.is_own(event)

    @property
    def waits(self) -> bool:
        """Whether nothing was answered since the customer last wrote, and nobody took over."""
        if self.was_handed_over:
            return False
        told = [each for each in self.events if self.is_own(each) or self.is_answer(each)]
        return not told or self.is_own(told[-1])

    @property
    def was_handed_over(self) -> bool:
        return any(each.get("system_message_type") in HANDOVERS for each in self.events)

    @property
    def is_satisfied(self) -> bool:
        return self.was_handed_over if self.customer.wants == "person" else not self.waits


class Browser:
    """What a website's chat does for its visitor."""

    def __init__(self, livechat: Livechat, config: JsonObject) -> None:
        self._livechat = livechat
        grant = {name: config[name] for name in ("client_id", "organization_id", "redirect_uri")}
        wished = grant | {"grant_type": "cookie", "response_type": "token"}
        token = livechat.call("POST", "/v2/customer/token", wished)
        self.customer_id: str = token["entity_id"]
        self._query = f"organization_id={config['organization_id']}"
        self._headers = {"Authorization": f"Bearer {token['access_token']}"}

    def call(self, action: str, /, **payload: Any) -> Any:
        return self._livechat.call("POST", self._path(action), payload, self._headers)

    def upload(self, name: str, content: str) -> str:
        """Returns where the file is."""
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        kind = "Content-Type: text/plain"
        lines = [f"--{BOUNDARY}", head, kind, "", content, f"--{BOUNDARY}--", ""]
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | self._headers
        body = "\r\n".join(lines).encode()
        uploaded = self._livechat.ask("POST", self._path("upload_file"), body, headers)
        url: str = uploaded["url"]
        return url

    def _path(self, action: str) -> str:
        return f"/v3.6/customer/action/{action}?{self._query}"


class Visit:
    """A customer's one visit, from arriving to going."""

    def __init__(self, livechat: Livechat, customer: Customer, seed: str) -> None:
        self.chance = random.Random(f"{seed}/{customer.name}")  # noqa: S311 - it has to repeat
        self.story = Story(customer)
        self._livechat = livechat
        self._chat_id = ""

    def play(self, config: JsonObject, over: float) -> Story:
        """Come within so many seconds, and do what the script says."""
        time.sleep(self.chance.uniform(0, over))
        try:
            self._play(Browser(self._livechat, config))
        except (Refused, OSError) as error:
            self.story.trouble = str(error)
        return self.story

    def _play(self, browser: Browser) -> None:
        customer = self.story.customer
        self.story.customer_id = browser.customer_id
        browser.call("update_customer", name=customer.name)
        for said in customer.says:
            time.sleep(self.chance.uniform(*TYPING))
            self._say(browser, said)
            if not customer.rushes:
                self._wait(browser, lambda: not self.story.waits)
        self._wait(browser, lambda: self.story.is_satisfied)
        browser.call("deactivate_chat", id=self._chat_id)

    def _say(self, browser: Browser, said: str | Attachment) -> None:
        if isinstance(said, Attachment):
            event = {"type": "file", "url": browser.upload(said.file, said.holds)}
        else:
            event = {"type": "message", "text": said}
        if self._chat_id:
            browser.call("send_event", chat_id=self._chat_id, event=event)
        else:
            started = browser.call("start_chat", chat={"thread": {"events": [event]}})
            self._chat_id = started["chat_id"]

    def _wait(self, browser: Browser, enough: Callable[[], bool]) -> None:
        """Look at the chat until it is enough, or for as long as this customer has patience."""
        until = time.monotonic() + self.story.customer.patience
        while True:
            shown = browser.call("get_chat", chat_id=self._chat_id)
            self.story.events = shown["thread"]["events"]
            if enough() or time.monotonic() >= until:
                return
            time.sleep(POLL)
