"""`manage.py rotate_keys`: after a new first key in CHAT_ENCRYPTION_KEYS, before the old goes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatproxy.encryption import UnreadableSecret
from chatproxy.models import Customer
from widget.management.progress import Progress
from widget.models import Subscription, Webhook, Widget


class Command(BaseCommand):
    help = "Encrypts every customer's and widget's secrets with the first of CHAT_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            customers = Customer.objects.encrypt_again(
                Progress(self.stdout.write, f"customers, of {Customer.objects.count()}").tell
            )
            widgets = Widget.objects.encrypt_again()
            Subscription.objects.encrypt_again()
            Webhook.objects.encrypt_again()
        except UnreadableSecret as error:
            raise CommandError(
                f"A customer's or a widget's secrets open with none of the keys. {error}"
            ) from error
        self.stdout.write(
            f"{customers} customers and {widgets} widgets are encrypted with the first key."
        )
