"""The socket of a page whose visitor has not opened the chat, where an owner has them tracked.

It says where the visitor is, and is told in JSON which greeting is there: the website's page
shows it beside the launcher.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from chatproxy.livechat.structures import Json
from chatproxy.relay.updates import Update
from widget.customers.consumers import ChatConsumer
from widget.customers.visits import word
from widget.models import Widget
from widget.rendering.greetings import news_of


class VisitorConsumer(ChatConsumer):
    """One page. It is told how things stand, whenever that changes."""

    told = ""
    hears_of_moves = False  # nobody would read it
    has_greeting_buttons: bool

    def follow(self, widget: Widget) -> bool:
        self.has_greeting_buttons = widget.api_version != "3.5"
        return super().follow(widget) and widget.track_visitors

    def handler_of(self, name: str) -> Callable[[Any], None] | None:
        return {
            "hello": self.hello,
            "page": self.page,
            "accept": self.take_up,
            "cancel": self.wave_away,
            "press": self.press,
        }.get(name)

    def visible(self, content: Any) -> None:
        """Only a panel says so."""

    def take_up(self, content: Any) -> None:
        """The visitor goes into the chat that a greeting offers."""
        unique_id = self.greeting_in(content)
        if unique_id and (number := number_in(content)) is not None:
            accept = self.relay.accept_greeting(self.customer.pk, number, unique_id)
            self.relay.tasks.start(accept)

    def wave_away(self, content: Any) -> None:
        if unique_id := self.greeting_in(content):
            self.relay.tasks.start(self.relay.cancel_greeting(self.customer.pk, unique_id))

    def press(self, content: Any) -> None:
        """A button of a greeting, by its id."""
        unique_id = self.greeting_in(content)
        if unique_id and self.has_greeting_buttons and (button_id := word(content, "button")):
            press = self.relay.press_greeting_button(self.customer.pk, unique_id, button_id)
            self.relay.tasks.start(press)

    def greeting_in(self, content: Any) -> str:
        """Which showing of a greeting this is about, "" for none, or too many."""
        if not self.tab or not isinstance(content, dict) or not self.may_tell():
            return ""
        return word(content, "unique_id")

    async def show(self, update: Update) -> None:
        conversation = getattr(update, "conversation", None)
        if conversation is None:
            return
        news = json.dumps(news_of(conversation))
        if news != self.told:
            self.told = news
            self.spoke_at = asyncio.get_running_loop().time()
            await self.send(text_data=news)


def number_in(content: Json) -> int | None:
    number = content.get("id")
    return number if isinstance(number, int) and 0 <= number < 2**31 else None
