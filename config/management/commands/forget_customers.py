"""`python manage.py forget_customers`: keep every widget's promise to forget. Run it daily."""

from typing import Any

from django.core.management.base import BaseCommand

from widget.models import Widget


class Command(BaseCommand):
    help = "Erases the customers whom no widget has seen for as long as its owner chose."

    def handle(self, *args: Any, **options: Any) -> None:
        for widget in Widget.objects.order_by("key"):
            self.stdout.write(f"{widget.key}: {widget.forget_old_customers()} forgotten")
