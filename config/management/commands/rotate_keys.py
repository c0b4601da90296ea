"""`python manage.py rotate_keys`: after a new first key in ENCRYPTION_KEYS, before the old goes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatproxy.encryption import UnreadableSecret
from chatproxy.models import Customer


class Command(BaseCommand):
    help = "Encrypts every customer's cookies and tokens with the first of ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = Customer.objects.encrypt_again()
        except UnreadableSecret as error:
            raise CommandError(
                f"A customer's secrets open with none of the keys. {error}"
            ) from error
        self.stdout.write(f"{done} customers are encrypted with the first key.")
