"""What somebody else has changed since a page was opened: told before anybody saves over it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from widget.models import Widget
from widget.owners.settings import FIELDS, Settings, settings_of

DROPPED = "The draft was dropped."  # as it is logged
WHOLE = "whole"


@dataclass(frozen=True)
class State:
    """A widget as it is stored: what is published, and what its form shows, which may be a draft.

    Each setting is a `change` by its source and its name, `shown:name` say.
    """

    published: Settings
    shown: Settings

    @classmethod
    def of(cls, widget: Widget) -> State:
        """Before anything that a form has sent is given to the widget."""
        published, draft = settings_of(widget), widget.draft or {}
        return cls(published, published | {name: draft[name] for name in FIELDS.keys() & draft})

    def value(self, change: str) -> Any:
        source, name = change.split(":")
        return getattr(self, source)[name]

    def digests(self) -> dict[str, str]:
        """What tells each setting from what it was before."""
        return {
            f"{source}:{name}": digest(getattr(self, source)[name])
            for source in ("shown", "published")
            for name in FIELDS
        }


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Opened:
    """When a page was opened, and how the widget was then: the page sends it along."""

    at: dt.datetime
    digests: Mapping[str, str]

    @classmethod
    def form(cls, state: State) -> Opened:
        return cls(timezone.now(), state.digests())

    @classmethod
    def page(cls, state: State) -> Opened:
        """One that does something with the whole widget."""
        return cls(timezone.now(), {WHOLE: digest(state.digests())})

    @classmethod
    def read(cls, text: str) -> Opened | None:
        """None for what no page of ours has sent, or one from before there was this."""
        try:
            at, digests = json.loads(text)
            return cls(dt.datetime.fromtimestamp(at, dt.UTC), {**digests})
        except (ValueError, TypeError, OverflowError, OSError, RecursionError):
            return None

    def __str__(self) -> str:
        return json.dumps([self.at.timestamp(), self.digests])

    def changes(self, state: State) -> list[str]:
        """What is no longer as it was; what is published only where a draft hides it."""
        now = state.digests()
        changed = [name for name, known in self.digests.items() if now.get(name, known) != known]
        return [
            change
            for change in changed
            if change.startswith("shown:") or change.replace("published", "shown") not in changed
        ]


def is_as_it_was(request: HttpRequest, widget: Widget) -> bool:
    """Whether the widget is as the page showed it that has sent this; also if it did not say."""
    opened = Opened.read(request.POST.get("opened", ""))
    now = digest(State.of(widget).digests())
    return opened is None or opened.digests.get(WHOLE, now) == now


def what_happened(request: HttpRequest, widget: Widget) -> str:
    """Who has changed it after that page was opened, and when, as far as it is written down."""
    opened = Opened.read(request.POST.get("opened", ""))
    who, when = last_change(widget)
    if not who or not when or (opened and when < opened.at):
        return gettext("This widget was changed after you opened this page.")
    said = {"who": who, "when": naturaltime(when)}
    if who == request.user:
        return gettext("You changed this widget in another window, %(when)s.") % said
    return gettext("%(who)s changed this widget after you opened this page, %(when)s.") % said


def last_change(widget: Widget) -> tuple[Any, dt.datetime | None]:
    """Who published last, or kept or dropped a draft, and when; None for what nobody wrote down."""
    published = widget.revisions.select_related("made_by").order_by("pk").last()
    logged = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Widget),
        object_id=quote(widget.pk),
        action_flag=CHANGE,
    ).select_related("user")
    if not Widget.objects.filter(pk=widget.pk, draft__isnull=False).exists():
        logged = logged.filter(change_message=DROPPED)  # what else is logged is published
    entry = logged.order_by("pk").last()
    if entry and (published is None or published.made_at < entry.action_time):
        return entry.user, entry.action_time
    return (published.made_by, published.made_at) if published else (None, None)


def log_dropped_draft(request: HttpRequest, widget: Widget) -> None:
    """As Django's admin logs who has kept it."""
    LogEntry.objects.log_actions(
        request.user.pk or 0, [widget], CHANGE, DROPPED, single_object=True
    )
