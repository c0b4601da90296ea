"""Keeps what takes long to render off the event loop, where everybody would wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.utils.safestring import SafeString

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import Event, Form, Message, RichMessage, Thread
from chatproxy.relay.updates import Conversation, Happened, Snapshot, Update
from chatproxy.turns import let_others_run
from widget.rendering.answered_forms import with_answered_forms
from widget.rendering.locale import Locale
from widget.rendering.pushes import html_of, render_thread

WITH_EVENT = (pushes.IncomingEvent, pushes.EventUpdated, pushes.EventPreview)
WITH_GREETING = (
    pushes.IncomingGreeting,
    pushes.GreetingAccepted,
    pushes.GreetingCanceled,
    pushes.WelcomeMessage,
)

# Weights in characters of plain text, of which 1 000 take 0.1 to 0.7 ms.
EVENT = 100
MARKDOWN = 20  # times a character of plain text, where every one is markup
PART = 200  # a field of a form, a button or an option of a card
LIGHT = 5000  # as much as may be rendered on the event loop


class Renderer:
    """One thread: more of them would take turns with the event loop, which then waits longer."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "rendering")

    def html_at_once(self, update: Update, locale: Locale) -> str | None:
        """As `pushes.html_of`, None for what is too heavy."""
        if locale in update.rendered or weight_of(update) <= LIGHT:
            return html_of(update, locale)
        return None

    async def html_of(self, update: Update, locale: Locale) -> str:
        """As `pushes.html_of`; a light update is rendered without giving way."""
        html = self.html_at_once(update, locale)
        if html is None:
            loop = asyncio.get_running_loop()
            html = await loop.run_in_executor(self._thread, html_of, update, locale)
        return html

    def threads_html(
        self, threads: Sequence[Thread], conversation: Conversation, locale: Locale
    ) -> list[SafeString]:
        """The `pushes.render_thread` of each, for whoever may wait: a view in a request's thread.

        They are given oldest first, and rendered one after the other, so that others need not wait
        for the whole of a transcript.
        """
        threads = with_answered_forms(threads)
        if weight_of_threads(threads) <= LIGHT:
            return [render_thread(thread, conversation, locale) for thread in threads]
        render = self._thread.submit
        with let_others_run():  # also while others are rendered, one after the other
            return [
                render(render_thread, thread, conversation, locale).result() for thread in threads
            ]


def weight_of(update: Update) -> int:
    """About how long it takes to render."""
    if isinstance(update, Happened):
        return weight_of_push(update.push, update.conversation)
    if isinstance(update, Snapshot):
        return weight_of_threads(update.threads) + weight_of_greeting(update.conversation)
    return 0


def weight_of_push(push: pushes.Push, conversation: Conversation) -> int:
    if isinstance(push, WITH_EVENT):
        return weight_of_event(push.event)
    if isinstance(push, pushes.IncomingChat):
        return weight_of_thread(push.chat.thread) if push.chat.thread else 0
    return weight_of_greeting(conversation) if isinstance(push, WITH_GREETING) else 0


def weight_of_greeting(conversation: Conversation) -> int:
    greeting = conversation.greeting
    event = greeting.event if greeting else conversation.welcome
    return weight_of_event(event) if event else 0


def weight_of_threads(threads: Sequence[Thread]) -> int:
    return sum(map(weight_of_thread, threads))


def weight_of_thread(thread: Thread) -> int:
    return sum(map(weight_of_event, thread.events))


def weight_of_event(event: Event) -> int:
    if isinstance(event, Message):
        return weight_of_message(event)
    if isinstance(event, Form):
        return weight_of_form(event)
    return weight_of_rich_message(event) if isinstance(event, RichMessage) else EVENT


def weight_of_message(message: Message) -> int:
    length = max(len(message.text), len(message.translation))
    return EVENT + length * (MARKDOWN if message.is_markdown else 1)


def weight_of_form(form: Form) -> int:
    answers = sum(len(answer) for field in form.fields for answer in field.answers)
    return EVENT + answers + PART * len(form.fields)


def weight_of_rich_message(message: RichMessage) -> int:
    weight = EVENT
    for element in message.elements:
        options = element.product.options if element.product else ()
        parts = 1 + len(element.buttons) + len(options)
        weight += len(element.title) + len(element.subtitle) + PART * parts
    return weight
