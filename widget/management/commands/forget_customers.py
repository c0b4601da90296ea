"""`python manage.py forget_customers`: keep every widget's promise to forget. Run it daily."""

from typing import Any

from django.core.management.base import BaseCommand

from widget.models import Widget
from widget.statistics.counting import forget_old_tallies


class Command(BaseCommand):
    help = "Erases customers not seen for as long as their owner chose, and old statistics."

    def handle(self, *args: Any, **options: Any) -> None:
        for widget in Widget.objects.order_by("key"):
            self.stdout.write(f"{widget.key}: {widget.forget_old_customers()} forgotten")
        forget_old_tallies()
