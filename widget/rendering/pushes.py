"""How an update becomes HTML: rendered once, for all of a customer's tabs alike.

Each fragment names its own place in the panel (`hx-upsert`, `hx-partial`), so the socket is the
only writer of the log, and showing something twice changes nothing.

One handler for each push that shows something: its annotation registers it.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from django.template.loader import get_template
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from msgspec.structs import replace

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import Event, Message, Queue, Thread, User
from chatproxy.relay.updates import ConnectionState, Conversation, Happened, Snapshot, Update
from widget.rendering.answered_forms import with_answered_forms
from widget.rendering.compiled_templates import Shape, escaped, render_compiled
from widget.rendering.encoding import encodable
from widget.rendering.events import STRANGER, is_hidden, render_event, render_event_in
from widget.rendering.locale import Locale
from widget.rendering.unfinished import finish

NEW = "is-new"
SCORES: dict[float, str] = {1: "good", 0: "bad"}


def html_of(update: Update, locale: Locale) -> str:
    """The HTML that shows this update, "" for one that changes nothing on screen."""
    html = update.rendered.get(locale)
    if html is None:
        html = update.rendered[locale] = encodable(render_update(update, locale))
    return html


def render_update(update: Update, locale: Locale) -> str:
    match update:
        case Happened(push=pushes.IncomingEvent() as push):  # what happens most
            return incoming_event(push, update.conversation, locale)
        case Happened():
            return render_push(update.push, update.conversation, locale)
        case Snapshot():
            return render_snapshot(update, locale)
        case ConnectionState():
            return render_connection_state(update, locale)
        case _:
            return ""


def render_snapshot(update: Snapshot, locale: Locale) -> str:
    """The latest threads whole, each replacing what is shown of it, and who is there."""
    known = with_answered_forms(update.threads)
    threads = [render_thread(thread, update.conversation, locale) for thread in known]
    page_id = update.earlier_page_id
    shape: Shape = (
        ("begins_anew", update.begins_anew),
        ("tells_of_earlier", page_id is not None),
    )
    words = {
        "threads": SafeString("".join(threads)),
        "earlier": render_earlier(page_id, locale) if page_id else SafeString(""),
    }
    template = "widget/rendering/pushes/snapshot.html"
    shown = render_compiled(template, locale.language, shape, words)
    rating = render_rating(update.conversation.rating, locale)
    greeting = render_greeting(update.conversation, locale)
    return shown + render_state(update.conversation, locale) + rating + greeting


def render_connection_state(update: ConnectionState, locale: Locale) -> str:
    advice = in_words(update.advice, locale) if update.advice else ""
    return few_shapes(locale, "connection_state", (("state", update.state.value),), advice=advice)


def in_words(advice: str | Promise, locale: Locale) -> str:
    with translation.override(locale.language):
        return str(advice)


@singledispatch
def render_push(push: pushes.Push, conversation: Conversation, locale: Locale) -> str:  # noqa: ARG001
    """`conversation` takes the push into account already. Most pushes show nothing."""
    return ""


@render_push.register
def incoming_event(push: pushes.IncomingEvent, conversation: Conversation, locale: Locale) -> str:
    arrival = "" if conversation.is_own(push.event) else NEW
    return upsert(push.event, conversation, locale, arrival)


@render_push.register
def event_updated(push: pushes.EventUpdated, conversation: Conversation, locale: Locale) -> str:
    return upsert(push.event, conversation, locale)


@render_push.register
def event_deleted(push: pushes.EventDeleted, _conversation: Conversation, locale: Locale) -> str:
    return partial(locale, "event_deleted", event_id=push.event_id)


@render_push.register
def event_preview(push: pushes.EventPreview, conversation: Conversation, locale: Locale) -> str:
    """An answer in the making, where and as the finished one will be."""
    event = push.event
    if isinstance(event, Message) and event.is_markdown:
        event = replace(event, text=finish(event.text))
    html = render_event(event, conversation, locale)
    return partial(locale, "event_preview", html=html, answer=event.custom_id)


@render_push.register
def incoming_chat(push: pushes.IncomingChat, conversation: Conversation, locale: Locale) -> str:
    """A chat was started or resumed, here or in another tab."""
    thread = push.chat.thread
    threads = render_thread(thread, conversation, locale) if thread else ""
    shown = partial(locale, "incoming_chat", threads=threads)
    greeting = render_greeting(conversation, locale)
    return shown + greeting + render_state(conversation, locale) + render_rating({}, locale)


@render_push.register
def state_changed(
    _push: pushes.ChatTransferred
    | pushes.UserAdded
    | pushes.UserRemoved
    | pushes.EventsSeen
    | pushes.QueuePosition
    | pushes.CustomerUpdated,
    conversation: Conversation,
    locale: Locale,
) -> str:
    return render_state(conversation, locale)


@render_push.register
def chat_deactivated(
    _push: pushes.ChatDeactivated, conversation: Conversation, locale: Locale
) -> str:
    return partial(locale, "nobody_types") + render_state(conversation, locale)


@render_push.register
def typing(push: pushes.Typing, conversation: Conversation, locale: Locale) -> str:
    if push.author_id == conversation.customer_id:
        return ""
    if not push.is_typing:
        return partial(locale, "nobody_types")
    return partial(locale, "typing", author=conversation.people.get(push.author_id))


@render_push.register
def thinking(push: pushes.Thinking, conversation: Conversation, locale: Locale) -> str:
    author = conversation.people.get(push.author_id)
    return partial(locale, "typing", author=author, title=push.title, description=push.description)


@render_push.register
def customer_disconnected(
    _push: pushes.CustomerDisconnected, _conversation: Conversation, locale: Locale
) -> str:
    """Nobody who typed can be heard any more; what comes next is a ConnectionState."""
    return partial(locale, "nobody_types")


@render_push.register
def properties_updated(
    push: pushes.PropertiesUpdated, conversation: Conversation, locale: Locale
) -> str:
    """A comment that comes after the score leaves the score as it is."""
    changes = push.properties.get("rating")
    if push.event_id or not isinstance(changes, dict):
        return ""
    if not conversation.is_about_last_thread(push):
        return ""
    return render_rating(conversation.rating | changes, locale)


@render_push.register
def properties_deleted(
    push: pushes.PropertiesDeleted, conversation: Conversation, locale: Locale
) -> str:
    """What was not taken back stays."""
    is_rating = not push.event_id and "rating" in push.properties
    return render_rating(conversation.rating, locale) if is_rating else ""


@render_push.register
def greeting_changed(
    _push: pushes.IncomingGreeting
    | pushes.GreetingAccepted
    | pushes.GreetingCanceled
    | pushes.WelcomeMessage,
    conversation: Conversation,
    locale: Locale,
) -> str:
    """Here or in another tab."""
    return render_greeting(conversation, locale)


def render_greeting(conversation: Conversation, locale: Locale) -> str:
    """What invites to the chat; nothing else stays. Accepted, it is the first words of the chat."""
    greeting, welcome = conversation.greeting, conversation.welcome
    if greeting:
        event = replace(greeting.event, id=f"{greeting.unique_id}_1")
        html = render_event_by(greeting.agent, event, conversation, locale)
    elif welcome:
        author = conversation.author(welcome) or User(id=welcome.author_id, type="agent")
        html = render_event_by(author, welcome, conversation, locale)
    else:
        return few_shapes(locale, "greeting_over", ())
    return partial(locale, "greeting", html=html, greeting=greeting)


@render_push.register
def groups_status_updated(
    push: pushes.GroupsStatusUpdated, conversation: Conversation, locale: Locale
) -> str:
    status = push.statuses.get(conversation.group_id)
    return partial(locale, "availability", is_online=status != "offline") if status else ""


def partial(locale: Locale, name: str, /, **context: Any) -> str:
    """One of this module's templates, in the reader's language."""
    with translation.override(locale.language):
        return get_template(f"widget/rendering/pushes/{name}.html").render(context)


def few_shapes(locale: Locale, name: str, shape: Shape, /, **texts: str) -> str:
    """As `partial`, for a template that looks different in few ways."""
    template = f"widget/rendering/pushes/{name}.html"
    return render_compiled(template, locale.language, shape, escaped(texts))


def render_thread(thread: Thread, conversation: Conversation, locale: Locale) -> SafeString:
    """A thread with its events."""
    events = "".join([render_event(event, conversation, locale) for event in thread.events])
    words = escaped({"id": thread.id, "key": thread.created_at or thread.id})
    words["events"] = SafeString(encodable(events))
    shape: Shape = (("is_active", thread.active),)
    return render_compiled("widget/rendering/thread.html", locale.language, shape, words)


def render_earlier(page_id: str, locale: Locale) -> SafeString:
    """The way to what is older than the threads that are shown."""
    with translation.override(locale.language):
        template = get_template("widget/customers/earlier.html")
        return SafeString(template.render({"page_id": page_id}))


def upsert(event: Event, conversation: Conversation, locale: Locale, arrival: str = "") -> str:
    """The event in its thread, in its place."""
    if is_hidden(event):
        return ""
    template = "widget/rendering/pushes/event.html"
    return render_event_in(template, event, conversation, locale, arrival)


def render_event_by(author: User, event: Event, conversation: Conversation, locale: Locale) -> str:
    """An event of somebody who is not in the chat yet."""
    people = {**conversation.people, author.id: author}
    by_author = replace(event, author_id=author.id)
    return render_event(by_author, replace(conversation, people=people), locale, NEW)


def render_state(conversation: Conversation, locale: Locale) -> str:
    """Everything beside the log that depends on the chat: its people, its state."""
    shape, texts = state_of(conversation)
    return few_shapes(locale, "state", shape, **texts)


def state_of(conversation: Conversation) -> tuple[Shape, dict[str, str]]:
    """Shape and texts of the state, as its templates take them."""
    agent, customer = conversation.agent or STRANGER, conversation.customer
    queue = conversation.queue
    shape: Shape = (
        ("has_agent", agent is not STRANGER),
        ("is_present", agent.present),
        ("is_bot", agent.is_bot),
        ("is_active", conversation.active),
        ("is_queued", queue is not None),
        ("is_offline_message", conversation.is_offline_message),
        ("is_survey_answered", bool(conversation.survey_answer)),
        ("minutes", minutes_in(queue) if queue else 0),
    )
    texts = {
        "agent_name": agent.name,
        "agent_initial": agent.name[:1].upper(),
        "agent_avatar": agent.avatar,
        "job_title": agent.job_title,
        "position": str(queue.position) if queue else "",
        "chat_id": conversation.chat_id,
        "thread_id": conversation.thread_id,
        "customer_id": conversation.customer_id,
        "customer_name": customer.name,
        "email": customer.email,
        "seen": conversation.seen.get(conversation.customer_id, ""),
        "seen_by_agent": conversation.seen_by_agent_up_to,
    }
    return shape, texts


def minutes_in(queue: Queue) -> int:
    """How long it takes, never less than a minute; 0 if LiveChat does not say."""
    return max(1, round(queue.wait_time / 60)) if queue.wait_time else 0


def render_rating(given: dict[str, Any], locale: Locale) -> str:
    """How the customer has rated the latest thread; what is not given stays as it is."""
    score = given.get("score")
    known = SCORES.get(score, "") if isinstance(score, int | float) else ""
    comment = str(given.get("comment", ""))
    return few_shapes(locale, "rating", (("score", known),), comment=comment)
