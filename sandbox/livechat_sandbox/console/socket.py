"""The console's websocket: pushes to the agent, rendered as fragments of their desk."""

from typing import Any
from urllib.parse import parse_qs, urlparse

from channels.generic.websocket import AsyncWebsocketConsumer
from django.template.loader import render_to_string

from livechat_sandbox.console import view as console_view
from livechat_sandbox.console.actions import do
from livechat_sandbox.console.pages import caller_of, find_agent, find_chat
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes.customer_versions import DEFAULT_VERSION
from livechat_sandbox.platform.structures import Agent, Chat, Organization, Push
from livechat_sandbox.transports.methods import Caller
from livechat_sandbox.transports.own_addresses import is_foreign_socket
from livechat_sandbox.transports.rtm import read_frame
from livechat_sandbox.world.connections import Connection, Connections, Send
from livechat_sandbox.world.wire import Wire
from livechat_sandbox.world.world import World

TYPING_LASTS = 5  # seconds after the last key

# Which parts of the desk a push changes, if it is about the chat on the desk.
PARTS: dict[str, tuple[str, ...]] = {
    "incoming_chat": ("head", "log", "live", "foot", "details"),
    "chat_deactivated": ("head", "live", "foot", "details"),
    "chat_transferred": ("head", "foot", "details"),
    "user_added_to_chat": ("head", "foot", "details"),
    "user_removed_from_chat": ("head", "foot", "details"),
    "incoming_event": ("event", "live"),
    "event_updated": ("event",),
    "event_deleted": ("log",),
    "events_marked_as_seen": ("live",),
    "incoming_sneak_peek": ("live",),
    "incoming_typing_indicator": ("live",),
    "incoming_thinking_indicator": ("live",),
    "incoming_event_preview": ("live",),
    "thread_tagged": ("details",),
    "thread_untagged": ("details",),
    "thread_properties_updated": ("details",),
    "thread_properties_deleted": ("details",),
    "customer_updated": ("head", "details"),
    "customer_page_updated": ("details",),
    "incoming_customer": ("head", "details"),
    "customer_left": ("head", "details"),
    "queue_positions_updated": ("head", "foot"),
}
# Pushes that change nothing in the list of chats.
NOT_LISTED = frozenset(
    {
        "incoming_typing_indicator",
        "incoming_thinking_indicator",
        "incoming_event_preview",
        "customer_page_updated",
        "thread_tagged",
        "thread_untagged",
    }
)


class ConsoleConnection(Connection):
    """An agent's connection that hands pushes to a page instead of sending frames."""

    def __init__(self, connections: Connections, wire: Wire, show: Any) -> None:
        super().__init__(connections, "agent", wire, DEFAULT_VERSION, "")
        self.show = show

    def push(self, push: Push, send: Send, request_id: str | None = None) -> None:
        self.show(push)

    def disconnect(self, reason: str, **data: Any) -> None:
        self.leave()
        self.wire.close()


class ConsoleSocket(AsyncWebsocketConsumer):
    agent: Agent
    chat: Chat | None = None
    connection: ConsoleConnection | None = None

    @property
    def world(self) -> World:
        world: World = self.scope["world"]
        return world

    @property
    def organization(self) -> Organization:
        return self.agent.organization

    async def connect(self) -> None:
        query = parse_qs(self.scope["query_string"].decode())
        world = self.world
        agent = find_agent(world, query.get("agent", [""])[0])
        foreign = is_foreign_socket(world, dict(self.scope["headers"]))
        if agent is None or foreign or not self.is_same_origin():
            await self.close(code=4404)
            return
        self.agent = agent
        self.chat = find_chat(agent, query.get("chat", [""])[0])
        self.peeks: dict[str, str] = {}
        self.live = ""
        self.typing_checks = 0
        self.connection = ConsoleConnection(world.connections, self.scope["wire"], self.show)
        world.connections.add(self.connection)
        world.connections.log_in(self.connection, self.organization, self.agent.id)
        await self.accept()
        self.mark_as_seen()
        self.send_parts("chats", "switches", *(PARTS["incoming_chat"] if self.chat else ()))
        world.deliver(self.organization)

    def is_same_origin(self) -> bool:
        headers = dict(self.scope["headers"])
        origin = urlparse(headers.get(b"origin", b"").decode("latin1"))
        return bool(origin.netloc == headers.get(b"host", b"").decode("latin1"))

    async def disconnect(self, code: int) -> None:
        if self.connection:
            self.connection.leave()

    # --- to the page --------------------------------------------------------------------------

    def show(self, push: Push) -> None:
        """Bring the desk up to date with what the agent was told."""
        if self.chat and self.chat.id not in self.organization.chats:
            self.chat = None  # it was deleted; whoever acts on it is told so
        payload: Any = push.agent_payload
        self.note_what_is_live(push.action, payload)
        parts: list[str] = []
        if push.action not in NOT_LISTED:
            parts.append("chats")
        if push.action == "routing_status_set":
            parts.append("switches")
        if self.chat and is_about(self.chat, payload):
            parts += PARTS.get(push.action, ())
            if push.action == "incoming_event":
                self.mark_as_seen()
        event_id = payload["event"].get("id") if push.action in EVENT_PUSHES else None
        self.send_parts(*parts, event_id=event_id)

    def note_what_is_live(self, action: str, payload: Any) -> None:
        """Remember what passes by and is stored nowhere: who is typing what."""
        if action == "incoming_sneak_peek":
            self.peeks[payload["chat_id"]] = payload["sneak_peek"]["text"]
        elif action in ("incoming_event", "chat_deactivated"):
            self.peeks.pop(payload["chat_id"], None)
        if self.chat and is_about(self.chat, payload) and action in LIVE:
            author_id = LIVE[action](payload)
            if not author_id or author_id == self.agent.id:
                return  # the system neither types nor thinks
            name = self.organization.person(author_id).name
            self.live = live_line(action, name, payload)

    def mark_as_seen(self) -> None:
        seen_up_to = self.chat and console_view.last_unseen(self.chat, self.agent)
        if self.chat and seen_up_to:
            do(self.caller(), "mark_events_as_seen", chat_id=self.chat.id, seen_up_to=seen_up_to)

    def caller(self) -> Caller:
        return caller_of(self.agent)

    def send_parts(self, *parts: str, event_id: str | None = None) -> None:
        if not parts:
            return
        context = console_view.desk(self.agent, self.chat, self.peeks)
        context |= {"parts": parts, "live": self.live}
        if "event" in parts and self.chat:
            context |= self.event_context(event_id or "")
        html = render_to_string("sandbox/parts.html", context)
        self.scope["wire"].send(html.encode())

    def event_context(self, event_id: str) -> dict[str, Any]:
        assert self.chat is not None
        for thread in reversed(self.chat.threads):
            for event in thread.events:
                if event.id == event_id:
                    shown = console_view.shown_event(self.organization, event)
                    return {"thread_id": thread.id, "event": shown}
        return {}

    # --- from the page ------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The agent is typing: tell the customer, until nothing comes for a while."""
        body = read_frame(text_data).get("body", {})
        if self.chat and isinstance(body, dict) and "visibility" not in body:
            self.typing_checks += 1
            self.tell_typing(self.chat, bool(body.get("text")))
            self.world.clock.call_later(TYPING_LASTS, self.stop_typing, self.typing_checks)
            self.world.deliver(self.organization)

    def stop_typing(self, typing_check: int) -> None:
        if self.chat and typing_check == self.typing_checks:
            self.tell_typing(self.chat, False)

    def tell_typing(self, chat: Chat, is_typing: bool) -> None:
        try:
            do(self.caller(), "send_typing_indicator", chat_id=chat.id, is_typing=is_typing)
        except LiveChatError:
            return  # the chat was closed or deleted meanwhile: nobody to tell


def is_about(chat: Chat, payload: Any) -> bool:
    """Whether a push concerns a chat, its customer, or a list of chats it may be in."""
    if isinstance(payload, list):
        return any(each.get("chat_id") == chat.id for each in payload)
    ids = (payload.get("chat_id"), payload.get("customer_id"), payload.get("id"))
    return chat.id in ids or chat.customer_id in ids or payload.get("chat", {}).get("id") == chat.id


EVENT_PUSHES = ("incoming_event", "event_updated")
LIVE = {
    "incoming_typing_indicator": lambda payload: payload["typing_indicator"]["author_id"],
    "incoming_thinking_indicator": lambda payload: payload["author_id"],
    "incoming_event_preview": lambda payload: payload["event"]["author_id"],
    "incoming_event": lambda payload: payload["event"].get("author_id"),
}


def live_line(action: str, name: str, payload: Payload) -> str:
    if action == "incoming_typing_indicator":
        return f"{name} is typing…" if payload["typing_indicator"]["is_typing"] else ""
    if action == "incoming_thinking_indicator":
        return f"{name}: {payload.get('title', 'Thinking…')}"
    if action == "incoming_event_preview":
        return f"{name} writes: {payload['event']['text']}"
    return ""
