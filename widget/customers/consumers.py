"""The customer's socket: LiveChat's pushes go out as HTML, what the panel notices comes in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer

from chatproxy.livechat.organization import Organization
from chatproxy.livechat.structures import Json
from chatproxy.models import BearerToken, Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.tabs import Tab
from chatproxy.relay.updates import ConnectionState, Snapshot, Update
from widget.customers import metrics
from widget.customers.moves import moved_html
from widget.customers.security import is_allowed_host
from widget.customers.visits import visit_of, word
from widget.limits import Pace, wait_before
from widget.models import Widget
from widget.options.origins import is_own
from widget.rendering.heavy import Renderer
from widget.rendering.locale import Locale
from widget.running import running
from widget.sockets import FORBIDDEN_ORIGIN, NO_CONSENT, NOT_SHOWN, UNKNOWN_TOKEN

PROTOCOL = "chat"
TOKEN_PREFIX = "bearer."  # noqa: S105 - a prefix, not a password
MESSAGE_LIMIT = 32_768  # bytes
# Seconds of quiet after which a tab is told that its socket lives: a page cannot see pings, and a
# connection may die without a word. The panel gives up after twice as long.
HEARTBEAT = 20.0
ALIVE = "{}"  # to htmx a message that shows nothing


class TooOften(Exception):
    """This browser has opened too many sockets lately."""


class ChatConsumer(AsyncWebsocketConsumer):
    """One tab. It says hello with its page, language and clock; then it is told everything."""

    customer: Customer
    widget_key: str
    customer_pk: int
    token_hash: str
    website: str
    organization: Organization
    agents_may_peek: bool
    shows_earlier: bool
    is_welcomed = False
    hears_of_moves = True
    locale = Locale()
    tab: Tab | None = None
    address: str
    counted = False
    is_refused = False
    pace: Pace
    turn: asyncio.Lock
    waiting = 0  # updates that take turns
    relay: Relay
    renderer: Renderer
    heartbeat: asyncio.TimerHandle | None = None
    spoke_at: float  # on the loop's clock
    shown_state: str | None = None  # the last ConnectionState, as HTML

    async def __call__(self, *arguments: Any) -> None:
        with metrics.sockets.track_inprogress():
            await super().__call__(*arguments)

    async def dispatch(self, message: Json) -> None:
        """Without Channels' look for old database connections, in a thread, before each message.

        What asks the database here does so in threads which look themselves.
        """
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Refuse only after accepting: the browser cannot see why a handshake failed.

        But a browser for which there is no room fails the handshake, and comes back ever later; so
        does who asks for another host: a name that somebody else points at us.
        """
        self.address = (self.scope.get("client") or [""])[0]
        self.host, self.origin = self.header("host"), self.header("origin")
        self.user_agent = self.header("user-agent")
        if not is_allowed_host(self.host):
            await self.close()
            return
        if running().socket_counts.is_full(self.address):
            await self.close()
            return
        try:
            found = await running().identifying.run(self.identify)
        except TooOften:
            await self.close()
            return
        running().socket_counts.add(self.address)
        self.counted, self.pace, self.turn = True, Pace(), asyncio.Lock()
        self.relay, self.renderer = running().relay, running().renderer
        await self.accept(PROTOCOL if PROTOCOL in self.scope["subprotocols"] else None)
        if found is None:
            await self.refuse(UNKNOWN_TOKEN)
        elif not self.follow(found[0]) or not found[0].may_stand_on(found[1].website):
            await self.refuse(FORBIDDEN_ORIGIN)
        elif not found[0].may_store_and_send(found[1].customer.consent_version):
            await self.refuse(NO_CONSENT)
        else:
            self.spoke_at = asyncio.get_running_loop().time()
            self.rest(HEARTBEAT)
            widget, bearer = found
            self.customer, self.customer_pk = bearer.customer, bearer.customer_id
            self.widget_key, self.token_hash = widget.key, bearer.token_hash
            self.website = bearer.website
            running().sockets.add(self)
            self.organization = widget.organization  # not the widget: it would be held for long
            self.is_welcomed = widget.connect_early and widget.api_version != "3.5"

    async def refuse(self, code: int) -> None:
        """It hears and says nothing more, even if its browser does not read that it was closed."""
        self.is_refused = True
        metrics.refused.labels(code).inc()
        if self.tab:
            self.relay.detach(self.customer.pk, self.tab)
        await self.close(code)

    async def tell_of_move(self) -> None:
        """Their chat was opened in another browser: they may not have done it themselves."""
        with suppress(OSError):
            await self.send(text_data=moved_html(self.locale.language))

    async def disconnect(self, code: int) -> None:
        if self.counted:
            running().socket_counts.remove(self.address)
        running().sockets.remove(self)
        if self.heartbeat:
            self.heartbeat.cancel()
        if self.tab:
            self.relay.detach(self.customer.pk, self.tab)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One JSON object: what the panel says, by name. The unknown is ignored."""
        if self.is_refused or not self.pace.allows():
            return
        for name, content in parse_frame(text_data or "").items():
            if handle := self.handler_of(name):
                handle(content)

    def handler_of(self, name: str) -> Callable[[Any], None] | None:
        return {
            "hello": self.hello,
            "page": self.page,
            "seen": self.see,
            "sneak_peek": self.sneak_peek,
            "visible": self.visible,
        }.get(name)

    def hello(self, content: Any) -> None:
        """Begin to show. `event` is the last one on screen, "" for none."""
        if self.tab or not isinstance(content, dict):
            return
        self.locale = Locale.of(word(content, "language"), word(content, "zone"))
        visit = visit_of(content.get("page"), self.user_agent)
        organization = self.organization.in_group(word(content, "group"))
        self.organization = organization.on_page(visit.url)
        self.tab = self.relay.attach(
            self.customer, self.organization, visit, self.show_or_close, word(content, "event")
        )
        self.visible(content.get("visible", True))

    def may_tell(self) -> bool:
        """Whether LiveChat may be told one thing more: the owner pays for each."""
        return running().told.allows(self.widget_key, self.address, self.token_hash)

    def visible(self, content: Any) -> None:
        """Whether the website is on screen in this tab."""
        if self.tab:
            self.tab.is_visible = content is not False

    def page(self, content: Any) -> None:
        """The customer is on another page of the website."""
        if self.tab and isinstance(content, dict) and self.may_tell():
            url, title = word(content, "url"), word(content, "title")
            self.relay.tasks.start(self.relay.move(self.customer.pk, url, title))

    def see(self, content: Any) -> None:
        """Everything up to this `created_at` is on screen, in a visible tab.

        `arrived`: it was shown as it came, to somebody who was looking.
        """
        if self.tab and isinstance(content, dict) and (chat_id := word(content, "chat")):
            # Who says it too often is told of as if they might answer: a little later, and once.
            arrived = content.get("arrived") is True or not self.may_tell()
            self.relay.see(self.customer.pk, chat_id, word(content, "at"), arrived=arrived)

    def sneak_peek(self, content: Any) -> None:
        """What is being typed, if the owner lets agents look."""
        if (
            self.tab
            and self.agents_may_peek
            and isinstance(content, dict)
            and word(content, "chat")
            and self.may_tell()
        ):
            text = word(content, "text")
            peek = self.relay.show_sneak_peek(self.customer.pk, word(content, "chat"), text)
            self.relay.tasks.start(peek)

    async def show_or_close(self, update: Update) -> None:
        """A tab that misses something must not seem to live: its browser comes back for all."""
        try:
            await self.show(update)
        except OSError:
            raise  # the browser has gone
        except Exception:
            await self.refuse(NOT_SHOWN)
            raise

    async def show(self, update: Update) -> None:
        if isinstance(update, Snapshot) and self.tab and not self.shows_earlier:
            update = update.without_earlier(self.tab.since)
        if self.is_welcomed and isinstance(update, Snapshot) and not update.threads:
            self.relay.tasks.start(self.relay.ask_for_welcome_message(self.customer.pk))
        html = None if self.waiting else self.renderer.html_at_once(update, self.locale)
        if html is None:
            await self.show_in_turn(update)
        else:
            await self.say(update, html)

    async def show_in_turn(self, update: Update) -> None:
        """What is heavy takes its time, and nothing may overtake it."""
        self.waiting += 1
        try:
            async with self.turn:
                await self.say(update, await self.renderer.html_of(update, self.locale))
        finally:
            self.waiting -= 1

    async def say(self, update: Update, html: str) -> None:
        if self.is_news(update, html):
            self.spoke_at = asyncio.get_running_loop().time()
            await self.send(text_data=html)

    def is_news(self, update: Update, html: str) -> bool:
        """Most states of the connection look alike: nothing is said of them, once."""
        if not isinstance(update, ConnectionState):
            return bool(html)
        shown, self.shown_state = self.shown_state, html
        return html != shown

    def rest(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self.heartbeat = loop.call_later(seconds, self.beat)

    def beat(self) -> None:
        """Say something after HEARTBEAT seconds of quiet: no push has to set a timer anew."""
        now = asyncio.get_running_loop().time()
        if (left := self.spoke_at + HEARTBEAT - now) > 0:
            self.rest(left)
            return
        self.spoke_at = now
        self.rest(HEARTBEAT)
        self.relay.tasks.start(self.say_it_lives())

    async def say_it_lives(self) -> None:
        with suppress(OSError):  # the browser has gone; `disconnect` comes next
            await self.send(text_data=ALIVE)

    @property
    def bearer(self) -> str:
        """The token among the subprotocols, "" if there is none."""
        offered = self.scope["subprotocols"]
        token = next((p for p in offered if p.startswith(TOKEN_PREFIX)), "")
        return str(token.removeprefix(TOKEN_PREFIX))

    def identify(self) -> tuple[Widget, BearerToken] | None:
        """Whose token this is, under the widget of this URL. Raises TooOften."""
        key = self.scope["url_route"]["kwargs"]["key"]
        if wait_before("socket", key, self.address, self.bearer):
            raise TooOften
        try:
            widget = Widget.objects.find(key)
        except Widget.DoesNotExist:
            return None
        bearer = BearerToken.objects.find(key, self.bearer)
        return (widget, bearer) if bearer else None

    def follow(self, widget: Widget) -> bool:
        """Go by what the owner has set now. Return whether a socket may come from its origin.

        Browsers always say where a socket comes from; programs need not. For the panel that is our
        own origin: its token says on which website it is.
        """
        self.agents_may_peek, self.shows_earlier = widget.sneak_peek, widget.history
        return not self.origin or is_own(self.origin, self.host) or widget.allows(self.origin)

    def header(self, name: str) -> str:
        values = (value for key, value in self.scope["headers"] if key == name.encode())
        return next(values, b"").decode("latin-1")


def parse_frame(text: str) -> Json:
    """The message as an object; {} for anything else."""
    if len(text) > MESSAGE_LIMIT:
        return {}
    try:
        message = json.loads(text)
    except (RecursionError, ValueError):
        return {}
    return message if isinstance(message, dict) else {}
