"""Customers: who a browser is to LiveChat. What they say is never stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from chatproxy.encryption import EncryptedTextField
from chatproxy.livechat import accounts
from chatproxy.livechat.accounts import Grant, Identity
from chatproxy.livechat.errors import IdentityLost, LiveChatError
from chatproxy.livechat.organization import Organization
from chatproxy.locks import one_at_a_time
from chatproxy.service import ConfiguredService

SUBJECT_LENGTH = 200
SEEN_EVERY = dt.timedelta(days=1)
SECRETS = ("cid", "cst", "access_token")
GRANTED = (*SECRETS, "entity_id", "chat_id", "fresh_until")


def hash_of(token: str) -> str:
    """What we keep of a bearer token: enough to recognise it, useless to a thief."""
    return hashlib.sha256(token.encode()).hexdigest()


class CustomerManager(models.Manager["Customer"]):
    def find(self, widget_key: str, token: str) -> Customer | None:
        """Whose bearer token this is. A token is worth nothing under another widget."""
        return self._seen(widget_key=widget_key, bearer_tokens__token_hash=hash_of(token))

    def remembered(self, widget_key: str, pk: int) -> Customer | None:
        """Whom a session of our own remembers."""
        return self._seen(widget_key=widget_key, pk=pk)

    def _seen(self, **who: Any) -> Customer | None:
        customers = self.defer("cid", "cst")  # needed for a new access token alone
        customer = customers.filter(**who).first()
        if customer and timezone.now() - customer.last_seen_at > SEEN_EVERY:
            customer.last_seen_at = timezone.now()
            customer.keep("last_seen_at")
        return customer

    def welcome(self, widget_key: str, organization: Organization) -> tuple[Customer, str]:
        """A new customer, known to LiveChat, and the bearer token for their browser.

        Raises what `accounts.exchange` raises; then nothing is stored.
        """
        customer = self._new(widget_key, organization)
        return customer, customer.admit()

    def welcome_signed_in(
        self, widget_key: str, organization: Organization, subject: str
    ) -> tuple[Customer, str]:
        """The one customer that this person of the website is on all devices, new if need be.

        The bearer token is for one more browser. Raises what `welcome` raises, and
        ServiceUnavailable if another device of theirs takes too long to be welcomed.
        """
        with one_at_a_time(f"subject:{widget_key}:{hash_of(subject)}"):
            customer = self._seen(widget_key=widget_key, subject=subject)
            customer = customer or self._new(widget_key, organization, subject)
            return customer, customer.admit()

    def _new(self, widget_key: str, organization: Organization, subject: str = "") -> Customer:
        customer = self.model(
            widget_key=widget_key,
            organization_id=organization.organization_id,
            subject=subject,
        )
        customer.accept(accounts.exchange(organization, None))
        customer.save()
        return customer

    def encrypt_again(self) -> int:
        """Encrypt every secret with the newest key; how many customers have them.

        Raises UnreadableSecret for one that no key opens; those before it are done.
        """
        done = 0
        for pk in self.values_list("pk", flat=True).iterator():
            with one_at_a_time(f"grant:{pk}"):
                if customer := self.filter(pk=pk).first():
                    customer.keep(*SECRETS)
                    done += 1
        return done


class Customer(models.Model):
    """A LiveChat identity under one widget: one browser's, or a signed-in person's on all theirs.

    `subject` is the website's own id of who is signed in, "" for anybody else.
    """

    widget_key = models.SlugField(max_length=64)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
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
        constraints = [
            models.UniqueConstraint(
                fields=["widget_key", "subject"],
                condition=~models.Q(subject=""),
                name="one_customer_per_subject",
            )
        ]

    def __str__(self) -> str:
        return self.entity_id

    @property
    def identity(self) -> Identity:
        return Identity(self.cid, self.cst)

    def admit(self) -> str:
        """A bearer token for one more browser."""
        token = secrets.token_urlsafe(32)
        self.bearer_tokens.create(token_hash=hash_of(token))
        return token

    def leave(self, token: str) -> None:
        """End one browser's bearer token. Who cannot come back without it is forgotten."""
        self.bearer_tokens.filter(token_hash=hash_of(token)).delete()
        if not self.subject and not self.bearer_tokens.exists():
            self.forget()

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

    def tokens(self, organization: Organization) -> StoredTokens:
        """What a client of LiveChat's needs to act as this customer."""
        return StoredTokens(self, organization)

    def renew_token(self, organization: Organization, instead_of: str) -> str:
        """Another token than the one refused; of many who ask at once, one asks LiveChat.

        Raises what `accounts.exchange` raises, and IdentityLost for an erased customer.
        """
        with one_at_a_time(f"grant:{self.pk}"):
            try:
                self.refresh_from_db()
            except Customer.DoesNotExist as error:
                raise IdentityLost("erased here") from error
            if self.access_token == instead_of:
                self.accept(self._grant(organization))
                self.keep(*GRANTED)
        return self.access_token

    def _grant(self, organization: Organization) -> Grant:
        """For the same person; for a new one, if LiveChat has forgotten this one."""
        try:
            return accounts.exchange(organization, self.identity)
        except IdentityLost:
            return accounts.exchange(organization, None)

    def found_chat(self, chat_id: str) -> None:
        """Remember where this customer's one chat is."""
        if self.chat_id != chat_id:
            self.chat_id = chat_id
            self.keep("chat_id")

    def keep(self, *names: str) -> None:
        """Store these fields, unless the customer was erased meanwhile: then they stay erased."""
        values = {name: getattr(self, name) for name in names}
        Customer.objects.filter(pk=self.pk).update(**values)

    def forget(self) -> None:
        """Erase who this was, here at once, and the token at LiveChat if it answers."""
        self.delete()
        with suppress(LiveChatError):
            accounts.revoke(ConfiguredService(), self.access_token)


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """A customer's access tokens, as the database keeps them."""

    customer: Customer
    organization: Organization

    def token(self) -> str:
        return self.customer.fresh_token(self.organization)

    def renew(self, instead_of: str) -> str:
        return self.customer.renew_token(self.organization, instead_of)


class BearerToken(models.Model):
    """Lets one browser act as a customer. We keep its hash only."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="bearer_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"a browser of {self.customer}"
