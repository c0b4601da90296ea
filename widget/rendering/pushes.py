"""How an update becomes HTML: rendered once, for all of a customer's tabs alike.

Each fragment names its own place in the panel (`hx-upsert`, `hx-partial`), so the socket is the
only writer of the log, and showing something twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import Event, Message, Thread, User
from chatproxy.relay.updates import Conversation, Happened, Snapshot, Standing, Update
from widget.rendering.events import bubble, drawn, is_hidden
from widget.rendering.locale import Locale

NEW = "is-new"


def html_of(update: Update, locale: Locale) -> str:
    """The HTML that shows this update, "" for one that changes nothing on screen."""
    html = update.rendered.get(locale)
    if html is None:
        html = update.rendered[locale] = rendered(update, locale)
    return html


def rendered(update: Update, locale: Locale) -> str:
    match update:
        case Happened(push=pushes.IncomingEvent(event=Message())):
            return incoming_event(update, locale)  # a mould knows its language: this saves a tenth
        case _:
            with translation.override(locale.language):
                return in_words(update, locale)


def in_words(update: Update, locale: Locale) -> str:
    """In the language that is active."""
    match update:
        case Snapshot():
            return snapshot(update, locale)
        case Happened(push=push) if render := SHOWN.get(type(push)):
            return render(update, locale)
        case Standing():
            return partial("standing", state=update.state.value, advice=update.advice)
        case _:
            return ""


def partial(name: str, /, **context: Any) -> SafeString:
    return SafeString(get_template(f"widget/rendering/pushes/{name}.html").render(context))


def snapshot(update: Snapshot, locale: Locale) -> str:
    """The latest threads whole, each replacing what stands of it, and who is there."""
    threads = [thread_of(thread, update.conversation, locale) for thread in update.threads]
    shown = partial(
        "snapshot",
        threads=threads,
        earlier=update.earlier_page_id,
        is_empty=not update.threads,
    )
    last = update.threads[-1].properties if update.threads else {}
    return shown + around(update.conversation) + rating(last.get("rating", {}))


def thread_of(thread: Thread, conversation: Conversation, locale: Locale) -> dict[str, Any]:
    """A thread with its events as HTML, as `thread.html` shows it."""
    events = [bubble(event, conversation, locale) for event in thread.events]
    return {
        "id": thread.id,
        "key": thread.created_at or thread.id,
        "active": thread.active,
        "events": mark_safe("".join(events)),  # noqa: S308 - rendered by our templates
    }


def around(conversation: Conversation) -> str:
    """Everything beside the log that depends on the chat: its people, its state."""
    seen = conversation.seen.get(conversation.customer_id, "")
    return partial(
        "around",
        conversation=conversation,
        agent=conversation.agent,
        seen=seen,
        minutes=minutes_of(conversation),
    )


def minutes_of(conversation: Conversation) -> int:
    """How long the queue takes, never less than a minute."""
    return max(1, round(conversation.queue.wait_time / 60)) if conversation.queue else 0


def incoming_event(update: Happened, locale: Locale) -> str:
    push = update.push
    assert isinstance(push, pushes.IncomingEvent)
    arrival = "" if update.conversation.is_own(push.event) else NEW
    return upsert(push.event, update.conversation, locale, arrival)


def event_updated(update: Happened, locale: Locale) -> str:
    push = update.push
    assert isinstance(push, pushes.EventUpdated)
    return upsert(push.event, update.conversation, locale)


def upsert(event: Event, conversation: Conversation, locale: Locale, arrival: str = "") -> str:
    """The event in its thread, in its place."""
    if is_hidden(event):
        return ""
    return drawn("widget/rendering/pushes/event.html", event, conversation, locale, arrival)


def event_deleted(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    push = update.push
    assert isinstance(push, pushes.EventDeleted)
    return partial("event_deleted", event_id=push.event_id)


def incoming_chat(update: Happened, locale: Locale) -> str:
    """A chat was started or resumed, here or in another tab."""
    push = update.push
    assert isinstance(push, pushes.IncomingChat)
    thread = push.chat.thread
    threads = [thread_of(thread, update.conversation, locale)] if thread else []
    return partial("incoming_chat", threads=threads) + around(update.conversation) + rating({})


def people_changed(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    return around(update.conversation)


def chat_deactivated(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    return partial("nobody_types") + around(update.conversation)


def typing(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    push = update.push
    assert isinstance(push, pushes.Typing)
    if push.author_id == update.conversation.customer_id:
        return ""
    if not push.is_typing:
        return partial("nobody_types")
    return partial("typing", author=update.conversation.people.get(push.author_id))


def thinking(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    push = update.push
    assert isinstance(push, pushes.Thinking)
    author = update.conversation.people.get(push.author_id)
    return partial("typing", author=author, title=push.title, description=push.description)


def event_preview(update: Happened, locale: Locale) -> str:
    """An answer in the making stands where the finished one will."""
    push = update.push
    assert isinstance(push, pushes.EventPreview)
    return partial("event_preview", html=bubble(push.event, update.conversation, locale))


def properties_updated(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    push = update.push
    assert isinstance(push, pushes.PropertiesUpdated)
    is_rating = not push.event_id and "rating" in push.properties
    return rating(push.properties["rating"]) if is_rating else ""


def properties_deleted(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    push = update.push
    assert isinstance(push, pushes.PropertiesDeleted)
    return rating({}) if not push.event_id and "rating" in push.properties else ""


def rating(given: dict[str, Any]) -> str:
    """How the customer has rated the latest thread; what is not given stays as it stands."""
    scores = {1: "good", 0: "bad"}
    return partial("rating", score=scores.get(given.get("score", -1), ""))


def incoming_greeting(update: Happened, locale: Locale) -> str:
    push = update.push
    assert isinstance(push, pushes.IncomingGreeting)
    greeting = push.greeting
    html = said_by(greeting.agent, greeting.event, update.conversation, locale)
    return partial("greeting", html=html, greeting=greeting)


def groups_status_updated(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    push = update.push
    assert isinstance(push, pushes.GroupsStatusUpdated)
    status = push.statuses.get(update.conversation.group_id)
    return partial("availability", is_online=status != "offline") if status else ""


def greeting_over(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    """Accepted or cancelled, here or in another tab."""
    return partial("greeting_over")


def welcome_message(update: Happened, locale: Locale) -> str:
    push = update.push
    assert isinstance(push, pushes.WelcomeMessage)
    author = update.conversation.author(push.event) or User(id=push.event.author_id, type="agent")
    html = said_by(author, push.event, update.conversation, locale)
    return partial("greeting", html=html, greeting=None)


def said_by(author: User, event: Event, conversation: Conversation, locale: Locale) -> str:
    """An event of somebody who is not in the chat yet."""
    people = {**conversation.people, author.id: author}
    by_author = replace(event, author_id=author.id)
    return bubble(by_author, replace(conversation, people=people), locale, NEW)


def customer_disconnected(update: Happened, locale: Locale) -> str:  # noqa: ARG001
    """Nobody who typed can be heard any more; what comes next is a Standing."""
    return partial("nobody_types")


SHOWN: dict[type[pushes.Push], Callable[[Happened, Locale], str]] = {
    pushes.IncomingChat: incoming_chat,
    pushes.IncomingEvent: incoming_event,
    pushes.EventUpdated: event_updated,
    pushes.EventDeleted: event_deleted,
    pushes.ChatDeactivated: chat_deactivated,
    pushes.ChatTransferred: people_changed,
    pushes.UserAdded: people_changed,
    pushes.UserRemoved: people_changed,
    pushes.EventsSeen: people_changed,
    pushes.QueuePosition: people_changed,
    pushes.CustomerUpdated: people_changed,
    pushes.Typing: typing,
    pushes.Thinking: thinking,
    pushes.EventPreview: event_preview,
    pushes.PropertiesUpdated: properties_updated,
    pushes.PropertiesDeleted: properties_deleted,
    pushes.GroupsStatusUpdated: groups_status_updated,
    pushes.IncomingGreeting: incoming_greeting,
    pushes.GreetingAccepted: greeting_over,
    pushes.GreetingCanceled: greeting_over,
    pushes.WelcomeMessage: welcome_message,
    pushes.CustomerDisconnected: customer_disconnected,
}
