"""`python manage.py new_push_key`: the key with which notifications are signed."""

from typing import Any

from django.core.management.base import BaseCommand

from widget.notifications.keys import new_private_key


class Command(BaseCommand):
    help = (
        "Writes a new private key for CHAT_PUSH_KEY. Keep the one you have: browsers that asked "
        "to be told of answers are told with that one alone."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_private_key())
