"""`python manage.py erase_customer ID`: forget one customer, at their wish."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatproxy.models import Customer


class Command(BaseCommand):
    help = (
        "Erases who a customer is to us and ends their connection. What was said is LiveChat's: "
        "erase it there. ID is the customer's id in LiveChat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id")

    def handle(self, *args: Any, id: str, **options: Any) -> None:  # noqa: A002
        customers = list(Customer.objects.filter(entity_id=id))
        if not customers:
            raise CommandError("We store nobody with this id.")
        for customer in customers:
            customer.forget()
        self.stdout.write(f"Forgotten, under {len(customers)} widgets.")
