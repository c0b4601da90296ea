"""What happens to each widget, counted in memory and written down every few seconds.

No chat waits for it, and nothing is kept of what was said or who said it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from django.db import DataError, Error, IntegrityError, close_old_connections, transaction
from django.db.models import F
from django.utils import timezone, translation

from chatproxy import metrics
from chatproxy.livechat.errors import (
    CustomerBanned,
    LiveChatError,
    Misconfigured,
    TokenRejected,
    Unreachable,
    UsersLimitReached,
    WrongRegion,
)
from chatproxy.livechat.pushes import IncomingEvent, Push
from chatproxy.livechat.structures import File, Json, Message, RichMessage, User
from chatproxy.models import Customer
from chatproxy.relay.bans import MANY, Bans
from chatproxy.relay.updates import Conversation
from widget.explanations import explanation
from widget.models import InvitationTally, Presence, Tally, Trouble, Widget
from widget.options.invitations import VARIANTS
from widget.statistics.faces import remember_faces

logger = logging.getLogger(__name__)

What = Tally.What

WRITTEN_EVERY = 5.0  # seconds
HEARD_AT_MOST = 2_000  # messages of agents that wait to be summed up
WAITING_AT_MOST = 20_000  # customers whose first reply is timed
UNWRITTEN_AT_MOST = 50_000  # rows of one kind that wait for a database that is away
KEPT = dt.timedelta(days=400)
FORGOTTEN = dt.timedelta(minutes=1)  # after which a process that says nothing has gone
SAID = (Message, File, RichMessage)
# What an owner should know of; the other refusals are steps on the way, and end well.
TROUBLES = (Unreachable, Misconfigured, TokenRejected, UsersLimitReached, WrongRegion)

# A widget's key, what was counted, and on which day.
TallyKey = tuple[str, str, dt.date]
# A widget's key, the invitation, its variant, what it did, and on which day.
InvitationKey = tuple[str, str, str, str, dt.date]
# A widget's key, and the kind of error.
TroubleKey = tuple[str, str]


class Sum(NamedTuple):
    """How often something happened since the last writing, and how long customers waited."""

    times: int
    seconds: float = 0.0

    def plus(self, more: Sum) -> Sum:
        return Sum(self.times + more.times, self.seconds + more.seconds)


ONCE = Sum(1)


@dataclass(frozen=True, slots=True)
class Met:
    """An error as it was met since the last writing."""

    advice: str
    first_at: dt.datetime
    last_at: dt.datetime
    count: int = 1

    def plus(self, later: Met) -> Met:
        return replace(later, first_at=self.first_at, count=self.count + later.count)


Key = TypeVar("Key", TallyKey, InvitationKey, TroubleKey)
Value = TypeVar("Value", Sum, Met)


class Counts:
    """One process's counts that are not written down yet, by widget key."""

    def __init__(self) -> None:
        self.process = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._tallies: dict[TallyKey, Sum] = {}
        self._invitations: dict[InvitationKey, Sum] = {}
        self._troubles: dict[TroubleKey, Met] = {}
        self._bans = Bans()
        # What agents said, by widget key, and who they are: only noted, as each push waits for it.
        self._heard: deque[tuple[str, User | None]] = deque()
        self._answered: dict[str, dict[str, User]] = {}  # by widget key, agents by their ids
        # Customers, since when, and on which day: a reply after midnight is still to that chat.
        self._waiting: OrderedDict[int, tuple[float, dt.date]] = OrderedDict()

    def count(
        self, widget_key: str, what: str, seconds: float = 0.0, day: dt.date | None = None
    ) -> None:
        with self._lock:
            add(self._tallies, (widget_key, what, day or today()), Sum(1, seconds))

    def bill(self, widget_key: str, **_signal: object) -> None:
        """LiveChat was asked for something that it bills. Receives `billed`, in any thread."""
        self.count(widget_key, What.REQUEST)

    def count_invitation(self, widget: Widget, said: Mapping[str, str], what: str) -> None:
        """`said`: the `id` of an invitation and its `variant`; for any other, nothing."""
        identity, variant = said.get("id", ""), said.get("variant", "")
        known = {invitation.get("id") for invitation in widget.invitations}
        if identity in known and variant in VARIANTS:
            with self._lock:
                add(self._invitations, (widget.key, identity, variant, what, today()), ONCE)

    # What is counted of a chat

    def act(self, customer: Customer, action: str, payload: Json, answer: Json) -> None:
        """What customers do, we do for them: none of it is missed."""
        match action, payload:
            case "send_event", {"event": event}:
                self._count_messages(customer, [event])
            case "start_chat" | "resume_chat", {"chat": {"thread": {"events": events}}}:
                self.count(customer.widget_key, What.CHAT)
                self._count_messages(customer, events)
                self._wait_for_reply(customer)
            case "update_thread_properties", {"properties": {"rating": {"score": score}}}:
                self.count(customer.widget_key, What.GOOD if score else What.BAD)

    def _count_messages(self, customer: Customer, events: list[Json]) -> None:
        for event in events:
            if event["type"] in ("message", "file"):
                self.count(customer.widget_key, What.CUSTOMER_MESSAGE)

    def _wait_for_reply(self, customer: Customer) -> None:
        with self._lock:
            self._waiting[customer.id] = (time.monotonic(), today())
            if len(self._waiting) > WAITING_AT_MOST:
                self._waiting.popitem(last=False)

    def hear(self, customer: Customer, push: Push, conversation: Conversation) -> None:
        """What agents say, as far as somebody has the chat open."""
        if not isinstance(push, IncomingEvent) or not isinstance(push.event, SAID):
            return
        if conversation.is_own(push.event):
            return
        self._heard.append((customer.widget_key, conversation.author(push.event)))
        if len(self._heard) > HEARD_AT_MOST:
            self._sum_up()
        if begun := self._waiting.pop(customer.id, None):
            since, day = begun
            self.count(customer.widget_key, What.FIRST_REPLY, time.monotonic() - since, day)

    def _sum_up(self) -> None:
        """What was heard counts for the day on which it is summed up: seconds later at most."""
        with self._lock:
            heard = [self._heard.popleft() for _ in range(len(self._heard))]
            for widget_key, times in Counter(widget_key for widget_key, _ in heard).items():
                add(self._tallies, (widget_key, What.AGENT_MESSAGE, today()), Sum(times))
            for widget_key, agent in heard:
                if agent:
                    self._answered.setdefault(widget_key, {})[agent.id] = agent

    def fail(self, customer: Customer, error: LiveChatError) -> None:
        if not isinstance(error, TROUBLES) and not self._is_ban_of_all(customer, error):
            return
        self.count(customer.widget_key, What.FAILURE)
        now, kind = timezone.now(), error.type or type(error).__name__
        met = Met(in_english(error), now, now)
        with self._lock:
            add(self._troubles, (customer.widget_key, kind), met)

    def _is_ban_of_all(self, customer: Customer, error: LiveChatError) -> bool:
        """Whether so many are banned at once that it is no matter of this customer alone."""
        banned = self._bans.meet(customer) if isinstance(error, CustomerBanned) else 0
        if banned == MANY:
            metrics.address_bans.inc()
            logger.error(
                "LiveChat refuses many customers of organization %s as banned: probably the "
                "address they all come from is. Lift the ban, and set monitoring.ip_mask",
                customer.organization_id,
            )
        return banned >= MANY

    # Writing it down

    def write(self) -> None:
        """Add what was counted to the database; of widgets that are gone, nothing.

        What the database does not take is added the next time, and what it has taken is not.
        """
        self._sum_up()
        with self._lock:
            tallies, self._tallies = self._tallies, {}
            invitations, self._invitations = self._invitations, {}
            troubles, self._troubles = self._troubles, {}
        try:
            keys = {key for key, *_ in (*tallies, *invitations, *troubles)}
            widgets = Widget.objects.only("key").in_bulk(list(keys), field_name="key")
            write_rows(tallies, widgets, add_tally)
            write_rows(invitations, widgets, add_invitation_tally)
            write_rows(troubles, widgets, add_trouble)
        finally:
            with self._lock:
                self._tallies = together(tallies, self._tallies)
                self._invitations = together(invitations, self._invitations)
                self._troubles = together(troubles, self._troubles)
        self._remember_faces()

    def _remember_faces(self) -> None:
        with self._lock:
            answered, self._answered = self._answered, {}
        for widget_key, agents in answered.items():
            remember_faces(widget_key, agents.values())

    def write_presence(self, customers: Counter[str]) -> None:
        """Say how many customers this process holds now, and forget processes that have gone."""
        now = timezone.now()
        widgets = Widget.objects.only("key").in_bulk(list(customers), field_name="key")
        Presence.objects.filter(told_at__lt=now - FORGOTTEN).delete()
        with transaction.atomic():  # nobody who looks meanwhile sees them gone
            Presence.objects.filter(process=self.process).delete()
            Presence.objects.bulk_create(
                Presence(widget=widget, process=self.process, customers=customers[key], told_at=now)
                for key, widget in widgets.items()
            )

    def write_forever(self, customers: Callable[[], Counter[str]]) -> None:
        """Every few seconds, in a thread of its own."""

        def write() -> None:
            while True:
                time.sleep(WRITTEN_EVERY)
                try:
                    self.write()
                    self.write_presence(customers())
                except Exception:
                    logger.exception("what happened was not written down")
                close_old_connections()

        threading.Thread(target=write, name="counts", daemon=True).start()


def today() -> dt.date:
    """In UTC, as all days here."""
    return dt.datetime.now(dt.UTC).date()


def in_english(error: LiveChatError) -> str:
    """What it means for the owner, in the source's words: their reader chooses the language."""
    with translation.override("en"):
        return explanation(error)


def add(sums: dict[Key, Value], key: Key, more: Value) -> None:
    """As far as there is room: a database may stay away for long."""
    if known := sums.get(key):
        sums[key] = known.plus(more)
    elif len(sums) < UNWRITTEN_AT_MOST:
        sums[key] = more


def together(earlier: dict[Key, Value], later: dict[Key, Value]) -> dict[Key, Value]:
    """Both in one, which is `earlier`."""
    for key, more in later.items():
        add(earlier, key, more)
    return earlier


def write_rows(
    rows: dict[Key, Value],
    widgets: Mapping[str, Widget],
    write: Callable[[Widget, Key, Value], None],
) -> None:
    """Take each row out once the database has it; if the database goes away, the others stay."""
    while rows:
        key, value = rows.popitem()
        widget = widgets.get(key[0])
        if widget is None:
            continue
        try:
            write(widget, key, value)
        except DataError:  # it never will be taken, and must not hold up the others
            logger.exception("what happened to widget %s does not fit the database", key[0])
        except Error:
            rows[key] = value
            raise


def add_tally(widget: Widget, key: TallyKey, more: Sum) -> None:
    """Several processes add to the same row."""
    _key, what, day = key
    row = Tally.objects.filter(widget=widget, day=day, what=what)
    sums = {"count": F("count") + more.times, "seconds": F("seconds") + more.seconds}
    if row.update(**sums):
        return
    try:
        with transaction.atomic():
            Tally.objects.create(
                widget=widget, day=day, what=what, count=more.times, seconds=more.seconds
            )
    except IntegrityError:  # another process was first
        row.update(**sums)


def add_invitation_tally(widget: Widget, key: InvitationKey, more: Sum) -> None:
    """As `add_tally`."""
    _key, invitation, variant, what, day = key
    names = {"day": day, "invitation": invitation, "variant": variant, "what": what}
    row = InvitationTally.objects.filter(widget=widget, **names)
    if row.update(count=F("count") + more.times):
        return
    try:
        with transaction.atomic():
            InvitationTally.objects.create(widget=widget, **names, count=more.times)
    except IntegrityError:
        row.update(count=F("count") + more.times)


def add_trouble(widget: Widget, key: TroubleKey, met: Met) -> None:
    """As `add_tally`; the latest words are kept."""
    _key, kind = key
    row = Trouble.objects.filter(widget=widget, kind=kind)
    again = {"count": F("count") + met.count, "last_at": met.last_at, "advice": met.advice}
    if row.update(**again):
        return
    try:
        with transaction.atomic():
            Trouble.objects.create(
                widget=widget,
                kind=kind,
                advice=met.advice,
                count=met.count,
                first_at=met.first_at,
                last_at=met.last_at,
            )
    except IntegrityError:
        row.update(**again)


def forget_old_tallies() -> None:
    """Drop counts that are too old for any plot, and troubles that are over."""
    long_ago = timezone.now() - KEPT
    Tally.objects.filter(day__lt=long_ago.date()).delete()
    InvitationTally.objects.filter(day__lt=long_ago.date()).delete()
    Trouble.objects.filter(last_at__lt=timezone.now() - dt.timedelta(days=30)).delete()
