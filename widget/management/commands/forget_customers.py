"""`python manage.py forget_customers`: keep every widget's promise to forget. Run it daily."""

import datetime as dt
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from chatproxy.batches import Tell, tell_nobody
from chatproxy.models import BearerToken, Customer
from widget.management.progress import Progress
from widget.models import ColleagueInvitation, Widget
from widget.statistics.counting import forget_old_tallies

LEFT_BEHIND = dt.timedelta(days=1)  # a preview is no widget, and may be in use


class Command(BaseCommand):
    help = (
        "Erases customers not seen for as long as their owner chose, those of deleted widgets and "
        "of previews, tokens, sessions and invitations of colleagues that have expired, and old "
        "statistics."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for widget in Widget.objects.only("key", "retention_days").order_by("key"):
            forgotten = widget.forget_old_customers(self.progress(widget.key))
            self.stdout.write(f"{widget.key}: {forgotten} forgotten")
        left_behind = "deleted widgets and previews"
        forgotten = forget_left_behind(self.progress(left_behind))
        self.stdout.write(f"{left_behind}: {forgotten} forgotten")
        expired = BearerToken.objects.forget_unused(self.progress("tokens"))
        self.stdout.write(f"{expired} tokens have expired")
        ColleagueInvitation.objects.forget_old()
        forget_old_tallies()
        if apps.is_installed("django.contrib.sessions"):
            call_command("clearsessions")

    def progress(self, what: str) -> Tell:
        return Progress(self.stdout.write, what).tell


def forget_left_behind(tell: Tell = tell_nobody) -> int:
    """Erase the customers of widgets that are no more; how many they were."""
    kept = Widget.objects.values("key")
    since = timezone.now() - LEFT_BEHIND
    return Customer.objects.exclude(widget_key__in=kept).forget_unseen(since, tell)
