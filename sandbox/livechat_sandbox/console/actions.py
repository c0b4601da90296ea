"""What an agent can do from the console. Each does it through the agents' own API methods."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from django.http import QueryDict

from livechat_sandbox.agent_api.methods import METHODS
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Chat
from livechat_sandbox.platform.uploads import url_of
from livechat_sandbox.transports import files
from livechat_sandbox.transports.methods import Caller, call
from livechat_sandbox.world import bot
from livechat_sandbox.world.seed import BOT_ID
from livechat_sandbox.world.world import World

logger = logging.getLogger(__name__)

WORDS_PER_PREVIEW = 2
PREVIEW_INTERVAL = 0.12  # seconds
PRODUCT_ID = "sandbox-product"

SEND = "send"


def do(caller: Caller, action: str, **payload: object) -> Payload:
    """Call a method of the Agent Chat API as this agent. Raises LiveChatError."""
    answer: Payload = call(METHODS[action], caller, dict(payload))  # type: ignore[assignment]
    return answer


def send(world: World, caller: Caller, chat: Chat, form: QueryDict, uploads: Iterable[Any]) -> None:
    """Send files, then the reply: at once or growing before the customer's eyes."""
    send_files(caller, chat, uploads)
    text = form.get("text", "").strip()
    visibility = form.get("visibility", "all")
    if not text:
        return
    if "streamed" in form and visibility == "all":
        world.spawn(stream(world, caller, chat, text))
        return
    event = {"type": "message", "text": text, "visibility": visibility}
    do(caller, "send_event", chat_id=chat.id, event=event)


async def stream(world: World, caller: Caller, chat: Chat, text: str) -> None:
    """Previews of more and more words, then the message itself with the same `custom_id`."""
    words = text.split(" ")
    message = {"type": "message", "custom_id": uuid4().hex}
    try:
        for end in range(WORDS_PER_PREVIEW, len(words), WORDS_PER_PREVIEW):
            part = message | {"text": " ".join(words[:end])}
            do(caller, "send_event_preview", chat_id=chat.id, event=part)
            world.deliver(caller.organization)
            await asyncio.sleep(PREVIEW_INTERVAL)
        do(caller, "send_event", chat_id=chat.id, event=message | {"text": text})
    except LiveChatError as error:
        logger.warning("a streamed reply was refused: %s", error)
    world.deliver(caller.organization)


def send_files(caller: Caller, chat: Chat, uploads: Iterable[Any]) -> None:
    for upload in uploads:
        stored = files.store(caller.organization, upload)
        url = url_of(caller.organization, stored)
        do(caller, "send_event", chat_id=chat.id, event={"type": "file", "url": url})


def rich(caller: Caller, chat: Chat, form: QueryDict) -> None:
    event = {
        "type": "rich_message",
        "template_id": form["template_id"],
        "elements": elements(form),
    }
    do(caller, "send_event", chat_id=chat.id, event=event)


def elements(form: QueryDict) -> list[Payload]:
    """The cards that were filled in. Raises validation when there is none."""
    made = []
    given = zip(form.getlist("title"), form.getlist("subtitle"), form.getlist("image"), strict=True)
    for index, (title, subtitle, image) in enumerate(given):
        element: Payload = {"title": title, "subtitle": subtitle}
        if image:
            element["image"] = {"url": image, "alternative_text": title}
        written = buttons(form, index)
        if form["template_id"] == "ecommerce":
            element["ecommerce"] = product(title, written)
        elif written:
            element["buttons"] = written
        if title or image or written:
            made.append({name: value for name, value in element.items() if value})
    if not made:
        raise LiveChatError("validation", "Give the first card a title or a picture")
    return made if form["template_id"] in ("cards", "ecommerce") else made[:1]


def buttons(form: QueryDict, index: int) -> list[Payload]:
    rows = zip(
        form.getlist(f"button_text_{index}"),
        form.getlist(f"button_type_{index}"),
        form.getlist(f"button_value_{index}"),
        strict=True,
    )
    return [
        {"text": text, "type": kind, "value": value or text, "postback_id": uuid4().hex[:8]}
        for text, kind, value in rows
        if text
    ]


def product(title: str, written: list[Payload]) -> Payload:
    """Options to choose from: each button's text is a label, its value a price."""
    return {
        "view_type": "select",
        "product_id": PRODUCT_ID,
        "label": title,
        "options": [
            {"option_id": option["postback_id"], "label": option["text"], "price": option["value"]}
            for option in written
        ],
    }


def thinking(caller: Caller, chat: Chat, _: QueryDict) -> None:
    do(
        caller,
        "send_thinking_indicator",
        chat_id=chat.id,
        title="Thinking…",
        description="Looking through your orders",
    )


def close(caller: Caller, chat: Chat, _: QueryDict) -> None:
    do(caller, "deactivate_chat", id=chat.id, ignore_requester_presence=True)


def resume(caller: Caller, chat: Chat, _: QueryDict) -> None:
    do(caller, "resume_chat", chat={"id": chat.id})


def join(caller: Caller, chat: Chat, _: QueryDict) -> None:
    """Pick a waiting chat, or come to the help of a colleague."""
    do(
        caller,
        "add_user_to_chat",
        chat_id=chat.id,
        user_id=caller.agent.id,
        user_type="agent",
        visibility="all",
    )


def transfer(caller: Caller, chat: Chat, form: QueryDict) -> None:
    if "agent" in form:
        target: Payload = {"type": "agent", "ids": [form["agent"]]}
    else:
        target = {"type": "group", "ids": [whole_number(form.get("group", "0")) or 0]}
    do(
        caller,
        "transfer_chat",
        id=chat.id,
        target=target,
        ignore_agents_availability=True,
        ignore_requester_presence=True,
    )


def tag(caller: Caller, chat: Chat, form: QueryDict) -> None:
    thread_id = chat.last_thread.id
    do(caller, "tag_thread", chat_id=chat.id, thread_id=thread_id, tag=form.get("tag", "").strip())


def untag(caller: Caller, chat: Chat, form: QueryDict) -> None:
    do(caller, "untag_thread", chat_id=chat.id, thread_id=chat.last_thread.id, tag=form["tag"])


def ban(caller: Caller, chat: Chat, form: QueryDict) -> None:
    do(
        caller,
        "ban_customer",
        id=chat.customer_id,
        ban={"days": whole_number(form.get("days", "")) or 1},
    )


IN_CHAT: dict[str, Callable[[Caller, Chat, QueryDict], None]] = {
    "rich": rich,
    "thinking": thinking,
    "close": close,
    "resume": resume,
    "join": join,
    "transfer": transfer,
    "tag": tag,
    "untag": untag,
    "ban": ban,
}


def set_status(caller: Caller, form: QueryDict) -> None:
    """The console plays an agent whether or not one is logged in, so it may also say offline."""
    if form["status"] not in ("accepting_chats", "not_accepting_chats", "offline"):
        raise LiveChatError("validation", "Unknown status")
    routing.set_status(caller.agent, form["status"])  # type: ignore[arg-type]


def switch_bot(caller: Caller, _: QueryDict) -> None:
    """The bot answers new customers first, or not at all."""
    if caller.organization.agents[BOT_ID].status == "offline":
        bot.switch_on(caller.organization)
    else:
        bot.switch_off(caller.organization)


OF_AGENT: dict[str, Callable[[Caller, QueryDict], None]] = {
    "status": set_status,
    "bot": switch_bot,
}
