"""`python manage.py export_customer ID`: all there is about one customer, as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from msgspec import to_builtins

from chatproxy.acting import ActingCustomer
from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.organization import Organization
from chatproxy.models import BearerToken, Customer
from widget.models import Subscription, Widget


class Command(BaseCommand):
    help = (
        "Writes what we store about a customer, without its secrets, and the conversation that "
        "LiveChat holds. ID is the customer's id in LiveChat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id")

    def handle(self, *args: Any, id: str, **options: Any) -> None:  # noqa: A002
        customers = Customer.objects.filter(entity_id=id)
        if not customers:
            raise CommandError("We store nobody with this id.")
        try:
            exported = [record_of(customer) for customer in customers]
        except LiveChatError as error:
            raise CommandError(f"LiveChat did not give us the conversation: {error}") from error
        self.stdout.write(json.dumps(exported, indent=2, default=str))


def record_of(customer: Customer) -> dict[str, Any]:
    """What a customer may ask us for: who they are to us, and what was said."""
    return {
        "widget": customer.widget_key,
        "organization": customer.organization_id,
        "id": customer.entity_id,
        "signed_in_as": customer.subject,
        "consent": consent_of(customer),
        "browsers": [browser_of(token) for token in customer.bearer_tokens.all()],
        "first_seen": customer.created_at.isoformat(),
        "last_seen": customer.last_seen_at.isoformat(),
    } | conversation_of(customer)


def consent_of(customer: Customer) -> dict[str, str] | None:
    """The version of the owner's text that they agreed to last, where they were asked."""
    if customer.consented_at is None:
        return None
    return {"version": customer.consent_version, "at": customer.consented_at.isoformat()}


def browser_of(token: BearerToken) -> dict[str, Any]:
    asked = Subscription.objects.filter(bearer_token=token).first()
    return {
        "website": token.website,
        "since": token.created_at.isoformat(),
        "last_used": token.used_at.isoformat(),
        "notifications": asked and notifications_of(asked),
    }


def notifications_of(subscription: Subscription) -> dict[str, str]:
    """Where this browser is told of answers."""
    return {
        "push_service": subscription.browser.endpoint,
        "page": subscription.page,
        "since": subscription.created_at.isoformat(),
    }


def conversation_of(customer: Customer) -> dict[str, Any]:
    """What LiveChat holds, if a widget is left that says how to ask. Raises LiveChatError."""
    organization = organization_of(customer)
    if organization is None:
        return {"left_out": "The widget is no more: ask LiveChat for details and threads."}
    api = ActingCustomer(customer, organization)
    return {
        "details": to_builtins(api.get_customer()),
        "threads": [
            to_builtins(thread) for chat in api.list_chats() for thread in api.all_threads(chat.id)
        ],
    }


def organization_of(customer: Customer) -> Organization | None:
    """As their widget reaches it; if that was deleted or a preview, as another widget does."""
    widgets = Widget.objects.filter(organization_id=customer.organization_id)
    widget = widgets.filter(key=customer.widget_key).first() or widgets.first()
    return widget.organization if widget else None
