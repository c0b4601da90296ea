"""Links with which a chat goes on in another browser."""

import datetime as dt
import secrets
from collections.abc import Collection
from typing import ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone

from chatproxy.endings import announce
from chatproxy.models import MANY, BearerToken, hash_of
from chatproxy.transactions import writing
from widget.models.widgets import Widget


class MoveManager(models.Manager["Move"]):
    """Links with which a chat goes on in another browser."""

    HOLDS = dt.timedelta(minutes=5)
    NEWS = dt.timedelta(days=1)  # in which the first browser may come back and be told

    def open(self, bearer: BearerToken) -> str:
        """A code for one more browser of this customer; the one before opens nothing any more."""
        code = secrets.token_urlsafe(32)
        values = {"code_hash": hash_of(code), "made_at": timezone.now(), "used_at": None}
        with writing():
            self.update_or_create(bearer_token=bearer, defaults=values)
        return code

    def use(self, widget: Widget, code: str) -> str:
        """A bearer token for the first who brings this code, "" for all others."""
        there = self.filter(code_hash=hash_of(code), used_at=None, made_at__gt=self._too_long_ago())
        theirs = there.filter(bearer_token__customer__widget_key=widget.key)
        move = theirs.select_related("bearer_token__customer", "bearer_token__moved_from").first()
        if move is None or not widget.may_act_for(move.bearer_token):
            return ""
        if not there.filter(pk=move.pk).update(used_at=timezone.now()):
            return ""
        customer = move.bearer_token.customer
        try:
            token = customer.admit(moved_from=move.bearer_token)
        except ObjectDoesNotExist:  # erased meanwhile
            return ""
        announce(widget.key, customer.pk)  # the first browser is told
        return token

    def take_news(self, token_hashes: Collection[str]) -> set[str]:
        """Which of these browsers are to be told that their chat has gone on elsewhere: once."""
        used, hashes = self.filter(used_at__gt=timezone.now() - self.NEWS), list(token_hashes)
        news: set[str] = set()
        for start in range(0, len(hashes), MANY):
            theirs = used.filter(bearer_token__token_hash__in=hashes[start : start + MANY])
            for pk, token_hash in theirs.values_list("pk", "bearer_token__token_hash"):
                if self.filter(pk=pk).delete()[0]:
                    news.add(token_hash)
        return news

    def _too_long_ago(self) -> dt.datetime:
        return timezone.now() - self.HOLDS


class Move(models.Model):
    """A link that opens one browser's chat in another one; we keep the hash of its code only."""

    bearer_token = models.OneToOneField(BearerToken, on_delete=models.CASCADE, related_name="move")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[MoveManager] = MoveManager()

    def __str__(self) -> str:
        return f"a link from {self.bearer_token}"
