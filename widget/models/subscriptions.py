"""Browsers that get a notification of an answer after their page is closed."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils import timezone

from chatproxy import conf
from chatproxy.batches import batches
from chatproxy.encryption import EncryptedTextField
from chatproxy.models import SECRETS, BearerToken
from chatproxy.transactions import writing
from widget.models.webhooks import Webhook
from widget.models.widgets import Widget

BATCH = 500  # rows that are encrypted again with one query


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser's push service is, and the keys with which only this browser can read."""

    endpoint: str
    p256dh: str
    auth: str


def mark_of(endpoint: str, auth: str) -> str:
    """By which a browser is found that tells us these: from a database nobody learns them."""
    return hashlib.sha256(json.dumps([endpoint, auth]).encode()).hexdigest()


class SubscriptionManager(models.Manager["Subscription"]):
    """Who asked to be told of an answer, as the processes share them out among themselves."""

    LEASE = dt.timedelta(seconds=30)  # after which another process takes over from a dead one
    MOST = 10  # browsers of one customer
    # After LiveChat called, or the customer left: more may be said, or be told once more.
    STAYS = dt.timedelta(minutes=10)
    LEFT_OUT = ("secret", *(f"bearer_token__customer__{name}" for name in SECRETS))

    def subscribe(
        self, bearer: BearerToken, browser: Browser, *, page: str, language: str, group_id: int
    ) -> "Subscription":
        """Tell this browser, instead of what it gave before. The oldest of too many gives way."""
        secret = json.dumps([browser.endpoint, browser.p256dh, browser.auth, page])
        with writing():
            BearerToken.objects.select_for_update().get(pk=bearer.pk)  # one after the other
            self.filter(bearer_token=bearer).delete()
            theirs = self.filter(bearer_token__customer=bearer.customer).order_by("-pk")
            spared = list(theirs.values_list("pk", flat=True)[: self.MOST - 1])
            theirs.exclude(pk__in=spared).delete()
            return self.create(
                bearer_token=bearer,
                secret=secret,
                mark=mark_of(browser.endpoint, browser.auth),
                language=language,
                group_id=group_id,
                until=timezone.now() + conf.push_period(),
            )

    def find(self, widget: Widget, mark: str) -> "Subscription | None":
        """Whose browser it was. Raises UnreadableSecret."""
        theirs = self.filter(bearer_token__customer__widget_key=widget.key, mark=mark)
        return theirs.select_related("bearer_token__customer").first()

    def renew(self, before: "Subscription", browser: Browser) -> None:
        """Tell this browser from now on, as if it were the one before: for it, it is."""
        told = {name: getattr(before, name) for name in ("told", "until", "listen_until")}
        with writing():
            renewed = self.subscribe(
                before.bearer_token,
                browser,
                page=before.page,
                language=before.language,
                group_id=before.group_id,
            )
            self.filter(pk=renewed.pk).update(**told)

    def claim(self, name: str, watched: Collection[int], room: int) -> "list[Subscription]":
        """Those that this process is to listen for: at most `room`, `name` is the process's.

        What `watched` customers have is taken from any other: their browsers are here. Secrets are
        left out: one that no key opens is then in nobody's way.
        """
        now = timezone.now()
        until, held_until = now + conf.push_period(), now + self.LEASE
        theirs = self.filter(bearer_token__customer__in=watched) if watched else self.none()
        renewed = now + self.LEASE / 2
        others = ~models.Q(held_by=name) | models.Q(held_until__lt=renewed)
        if theirs.filter(others).exists():
            stays = now + self.STAYS
            theirs.update(held_by=name, held_until=held_until, until=until, listen_until=stays)
        wanted = self._of_live_widgets().filter(self._listens_itself(now), until__gt=now)
        mine = wanted.filter(held_by=name)
        if mine.filter(held_until__lt=renewed).exists():
            mine.update(held_until=held_until)
        free = wanted.filter(held_until__lt=now).order_by("-until")
        pks = list(free.values_list("pk", flat=True)[: max(0, room - mine.count())])
        if pks:
            self.filter(pk__in=pks, held_until__lt=now).update(held_by=name, held_until=held_until)
        return list(mine.select_related("bearer_token__customer").defer(*self.LEFT_OUT))

    def _of_live_widgets(self) -> "models.QuerySet[Subscription]":
        """A widget that is switched on again finds those it had."""
        keys = Widget.objects.live().values("key")
        return self.filter(bearer_token__customer__widget_key__in=keys)

    def _listens_itself(self, now: dt.datetime) -> models.Q:
        """Whether LiveChat would not call with an answer, or there may be one already."""
        calls = Webhook.objects.filter(heard_at__gt=now - Webhook.TRUSTED).values("widget__key")
        others = ~models.Q(bearer_token__customer__widget_key__in=calls)
        return others | models.Q(listen_until__gt=now) | models.Q(tries__gt=0)

    def call(self, widget: Widget, chat_id: str) -> None:
        """LiveChat called: somebody has said something in this chat."""
        theirs = self.filter(
            bearer_token__customer__widget_key=widget.key,
            bearer_token__customer__chat_id=chat_id,
        )
        theirs.update(listen_until=timezone.now() + self.STAYS)

    def read(self, pk: int) -> "Subscription":
        """With the secrets that `claim` leaves out. Raises UnreadableSecret and DoesNotExist."""
        return self.select_related("bearer_token__customer").get(pk=pk)

    def end(self, pks: Collection[int]) -> None:
        """Nobody listens for these any more, until their browser is here again."""
        self.filter(pk__in=pks).update(held_by="", until=timezone.now())

    def is_held(self, pk: int, name: str) -> bool:
        """Whether it is still this process's."""
        return self.filter(pk=pk, held_by=name, held_until__gt=timezone.now()).exists()

    def let_go(self, name: str) -> None:
        """Another process may take over at once."""
        self.filter(held_by=name).update(held_by="", held_until=timezone.now())

    def encrypt_again(self) -> int:
        """Encrypt every secret with the newest key; how many they are. Raises UnreadableSecret."""
        for batch in batches(self.all(), BATCH):
            for subscription in batch:
                self.filter(pk=subscription.pk).update(secret=subscription.secret)
        return self.count()


class Subscription(models.Model):
    """A browser that asked to be told of an answer after its page is closed (Web Push).

    It ends with the browser's bearer token. `secret` is where its push service is, with which keys
    only this browser can read, and the page of the website to come back to; `mark` is a hash of the
    first of them, by which a browser that has got other ones is found. `told` is LiveChat's
    time of the newest answer that was told; `tries` and `try_at` are about the next one. The
    process `held_by` listens for it, unless it does not say so any more by `held_until`. Where
    LiveChat calls, see `Webhook`, it listens until `listen_until` only.
    """

    bearer_token = models.OneToOneField(
        BearerToken, on_delete=models.CASCADE, related_name="subscription"
    )
    secret = EncryptedTextField()
    mark = models.CharField(max_length=64, blank=True, db_default="", db_index=True)
    language = models.CharField(max_length=12)
    group_id = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(help_text="We do not listen any longer.")
    told = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    held_by = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(default=timezone.now, db_index=True)
    listen_until = models.DateTimeField(null=True)

    objects: ClassVar[SubscriptionManager] = SubscriptionManager()

    class Meta:
        indexes = [models.Index(fields=["held_by", "until"]), models.Index(fields=["until"])]

    def __str__(self) -> str:
        return f"notifications for {self.bearer_token}"

    @property
    def browser(self) -> Browser:
        return Browser(*json.loads(self.secret)[:3])

    @property
    def page(self) -> str:
        return str(json.loads(self.secret)[3])

    def keep_state(self) -> None:
        """Store what was told, unless it has ended meanwhile."""
        state = {name: getattr(self, name) for name in ("told", "tries", "try_at")}
        Subscription.objects.filter(pk=self.pk).update(**state)
