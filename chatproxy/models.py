"""Customers: who a browser is to LiveChat. What they say is never stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from contextlib import suppress
from typing import ClassVar

from django.db import models
from django.utils import timezone

from . import accounts
from .accounts import Grant, Identity
from .encryption import EncryptedTextField
from .errors import LiveChatError
from .locks import one_at_a_time
from .organization import Organization

SEEN_EVERY = dt.timedelta(days=1)


def hash_of(token: str) -> str:
    """What we keep of a bearer token: enough to recognise it, useless to a thief."""
    return hashlib.sha256(token.encode()).hexdigest()


class CustomerManager(models.Manager["Customer"]):
    def find(self, widget_key: str, token: str) -> Customer | None:
        """Whose bearer token this is. A token is worth nothing under another widget."""
        customer = self.filter(widget_key=widget_key, token_hash=hash_of(token)).first()
        if customer and timezone.now() - customer.last_seen_at > SEEN_EVERY:
            customer.last_seen_at = timezone.now()
            customer.save(update_fields=["last_seen_at"])
        return customer

    def welcome(self, widget_key: str, organization: Organization) -> tuple[Customer, str]:
        """A new customer, known to LiveChat, and the bearer token for their browser.

        Raises what `accounts.exchange` raises; then nothing is stored.
        """
        token = secrets.token_urlsafe(32)
        customer = self.model(
            widget_key=widget_key,
            token_hash=hash_of(token),
            organization_id=organization.organization_id,
        )
        customer.accept(accounts.exchange(organization, None))
        customer.save()
        return customer, token


class Customer(models.Model):
    """One browser's LiveChat identity under one widget."""

    widget_key = models.SlugField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    organization_id = models.CharField(max_length=36)
    entity_id = models.CharField(max_length=64)
    chat_id = models.CharField(max_length=64, blank=True)
    cid = EncryptedTextField()
    cst = EncryptedTextField()
    access_token = EncryptedTextField()
    fresh_until = models.DateTimeField(help_text="When to ask for the next access token.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta:
        indexes = [models.Index(fields=["widget_key", "last_seen_at"])]

    def __str__(self) -> str:
        return self.entity_id

    @property
    def identity(self) -> Identity:
        return Identity(self.cid, self.cst)

    def accept(self, grant: Grant) -> None:
        """Take over what LiveChat granted. Another entity is another person: their chat goes."""
        if grant.entity_id != self.entity_id:
            self.chat_id = ""
        self.entity_id = grant.entity_id
        self.cid, self.cst = grant.identity.cid, grant.identity.cst
        self.access_token = grant.access_token
        margin = min(3600, grant.expires_in / 8)
        self.fresh_until = timezone.now() + dt.timedelta(seconds=grant.expires_in - margin)

    def fresh_token(self, organization: Organization) -> str:
        """An access token with life left in it; an hour, as a rule."""
        if timezone.now() < self.fresh_until:
            return self.access_token
        return self.renew_token(organization, instead_of=self.access_token)

    def renew_token(self, organization: Organization, instead_of: str) -> str:
        """Another token than the one refused; of many who ask at once, one asks LiveChat."""
        with one_at_a_time(f"grant:{self.pk}"):
            self.refresh_from_db()
            if self.access_token == instead_of:
                self.accept(accounts.exchange(organization, self.identity))
                self.save()
        return self.access_token

    def found_chat(self, chat_id: str) -> None:
        """Remember where this customer's one chat is."""
        if self.chat_id != chat_id:
            self.chat_id = chat_id
            Customer.objects.filter(pk=self.pk).update(chat_id=chat_id)

    def forget(self) -> None:
        """Erase who this browser was, here at once, and the token at LiveChat if it answers."""
        with suppress(LiveChatError):
            accounts.revoke(self.access_token)
        self.delete()
