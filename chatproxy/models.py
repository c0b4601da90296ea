"""Customers: who a browser is to LiveChat. What they say is never stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from chatproxy import conf
from chatproxy.batches import Tell, batches, delete, erase, parts, tell_nobody
from chatproxy.encryption import EncryptedTextField, UnreadableSecret, has_newest_key
from chatproxy.endings import announce
from chatproxy.livechat import accounts
from chatproxy.livechat.accounts import Grant, Identity
from chatproxy.livechat.errors import IdentityLost, LiveChatError
from chatproxy.livechat.organization import Organization
from chatproxy.locks import one_at_a_time
from chatproxy.prepared import PreparedLookup
from chatproxy.service import ConfiguredService
from chatproxy.transactions import writing

SUBJECT_LENGTH = 200
WEBSITE_LENGTH = 300  # a scheme, a host of 253 characters, a port
CONSENT_VERSION_LENGTH = 20
LONGEST_MARGIN = dt.timedelta(hours=1)  # before an access token ends
SEEN_EVERY = dt.timedelta(hours=1)  # less than the shortest retention by far
MANY = 500  # rows of one query
SECRETS = ("cid", "cst", "access_token")
GRANTED = (*SECRETS, "entity_id", "chat_id", "fresh_until")


def hash_of(token: str) -> str:
    """What we keep of a bearer token: enough to recognise it, useless to a thief."""
    return hashlib.sha256(token.encode()).hexdigest()


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers, as views and commands ask for them."""

    def find(self, widget_key: str, token: str) -> Customer | None:
        """Whose bearer token this is. A token is worth nothing under another widget."""
        bearer = BearerToken.objects.find(widget_key, token)
        return bearer.customer if bearer else None

    def find_remembered(self, widget_key: str, pk: int) -> Customer | None:
        """Whom a session of our own remembers."""
        return self._find_and_see(widget_key=widget_key, pk=pk)

    def _find_and_see(self, **who: Any) -> Customer | None:
        customers = self.defer("cid", "cst")  # needed for a new access token alone
        customer = customers.filter(**who).first()
        if customer:
            customer.see()
        return customer

    def welcome(
        self, widget_key: str, organization: Organization, website: str = ""
    ) -> tuple[Customer, str]:
        """A new customer, known to LiveChat, and the bearer token for their browser.

        Raises what `accounts.exchange` raises; then nothing is stored.
        """
        customer = self._new(widget_key, organization)
        return customer, customer.admit(website)

    def welcome_signed_in(
        self, widget_key: str, organization: Organization, subject: str, website: str = ""
    ) -> tuple[Customer, str]:
        """The one customer that this person of the website is on all devices, new if need be.

        The bearer token is for one more browser. Raises what `welcome` raises, and
        ServiceUnavailable if another device of theirs takes too long to be welcomed.
        """
        with one_at_a_time(f"subject:{widget_key}:{hash_of(subject)}"):
            if known := self._find_and_see(widget_key=widget_key, subject=subject):
                with suppress(Customer.DoesNotExist):  # erased meanwhile
                    return known, known.admit(website)
            customer = self._new(widget_key, organization, subject)
            return customer, customer.admit(website)

    def _new(self, widget_key: str, organization: Organization, subject: str = "") -> Customer:
        customer = self.model(
            widget_key=widget_key,
            organization_id=organization.organization_id,
            subject=subject,
        )
        customer.accept(accounts.exchange(organization, None))
        customer.save()
        return customer

    def forget_unseen(self, since: dt.datetime, tell: Tell = tell_nobody) -> int:
        """Erase those not seen since then; how many they were.

        A few at a time, so that it may be stopped and run again. What LiveChat may still take for
        theirs is made worthless there. Who has a secret that no key opens goes as well.
        """
        forgotten = 0
        for these in parts(self.filter(last_seen_at__lt=since), MANY):
            for customer in these._with_live_tokens():
                customer.revoke()
            forgotten += delete(these)
            tell(forgotten)
        return forgotten

    def erase(self) -> int:
        """Erase them here, a few at a time, whatever their secrets are; how many they were."""
        return erase(self, MANY)

    def _with_live_tokens(self) -> list[Customer]:
        """Those whose access token LiveChat may still take, as far as it can be read."""
        recent = self.filter(fresh_until__gt=timezone.now() - LONGEST_MARGIN)
        try:
            return list(recent)
        except UnreadableSecret:
            return []

    def encrypt_again(self, tell: Tell = tell_nobody) -> int:
        """Encrypt every secret with the newest key; how many customers have them.

        Stopped and run again, it only looks at those that are done. Raises UnreadableSecret for
        one that no key opens; those before it are done.
        """
        done = 0
        as_stored = {f"stored_{name}": Cast(name, models.TextField()) for name in SECRETS}
        for batch in batches(self.only("pk").annotate(**as_stored), MANY):
            for row in batch:
                if not all(has_newest_key(getattr(row, name)) for name in as_stored):
                    self._encrypt_again(row.pk)
            done += len(batch)
            tell(done)
        return done

    def _encrypt_again(self, pk: int) -> None:
        with one_at_a_time(f"grant:{pk}"):
            if customer := self.filter(pk=pk).first():
                customer.keep(*SECRETS)


class Customer(models.Model):
    """A LiveChat identity under one widget: one browser's, or a signed-in person's on all theirs.

    `subject` is the website's own id of whoever is signed in, "" for anybody else.
    `consent_version` is the text they agreed to last, "" where nobody asked.
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
    consent_version = models.CharField(max_length=CONSENT_VERSION_LENGTH, blank=True)
    consented_at = models.DateTimeField(null=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["widget_key", "last_seen_at"]),
            models.Index(fields=["widget_key", "chat_id"]),
        ]
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

    def see(self) -> None:
        """They are here: they are kept for another while."""
        if timezone.now() - self.last_seen_at > SEEN_EVERY:
            self.last_seen_at = timezone.now()
            self.keep("last_seen_at")

    def agree(self, consent_version: str, at: dt.datetime) -> bool:
        """Remember the text they agreed to, and when. Return whether it is another one."""
        if consent_version == self.consent_version:
            return False
        self.consent_version, self.consented_at = consent_version, at
        self.keep("consent_version", "consented_at")
        return True

    def admit(self, website: str = "", moved_from: BearerToken | None = None) -> str:
        """A bearer token for one more browser, on this website or moved there from another one.

        Raises ObjectDoesNotExist if the customer, or that browser's token, ended meanwhile.
        """
        token = secrets.token_urlsafe(32)
        first = moved_from and (moved_from.moved_from or moved_from)
        with writing():
            Customer.objects.select_for_update().values_list("pk").get(pk=self.pk)
            if first:
                self.bearer_tokens.select_for_update().values_list("pk").get(pk=first.pk)
            self.bearer_tokens.create(token_hash=hash_of(token), website=website, moved_from=first)
        return token

    def leave(self, token: str) -> None:
        """End one browser's bearer token. Who cannot come back without it is forgotten.

        Who was signed in here is signed out where they moved the chat to: the website, which has
        signed them out, does not stand there.
        """
        ended = models.Q(token_hash=hash_of(token))
        if self.subject:
            ended |= models.Q(moved_from__token_hash=hash_of(token))
        with writing():  # nobody moves to another browser meanwhile
            Customer.objects.select_for_update().values_list("pk").filter(pk=self.pk).first()
            self.bearer_tokens.filter(ended).delete()
        announce(self.widget_key, self.pk)
        if not self.subject and not self.bearer_tokens.exists():
            self.forget()

    def accept(self, grant: Grant) -> None:
        """Take over what LiveChat granted. Another entity is another person: their chat goes."""
        if grant.entity_id != self.entity_id:
            self.chat_id = ""
        self.entity_id = grant.entity_id
        self.cid, self.cst = grant.identity.cid, grant.identity.cst
        self.access_token = grant.access_token
        lifetime = dt.timedelta(seconds=grant.expires_in)
        self.fresh_until = timezone.now() + lifetime - min(LONGEST_MARGIN, lifetime / 8)

    @property
    def has_fresh_token(self) -> bool:
        """Whether its access token has life left in it; an hour, as a rule."""
        return timezone.now() < self.fresh_until

    def fresh_token(self, organization: Organization) -> str:
        """The access token, or another one from LiveChat."""
        if self.has_fresh_token:
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

    def remember_chat(self, chat_id: str) -> None:
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
        pk = self.pk
        self.delete()
        announce(self.widget_key, pk)
        self.revoke()

    def revoke(self) -> None:
        """Make the access token worthless at LiveChat, if it answers."""
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


@cache
def token_lookup() -> PreparedLookup[BearerToken]:
    """By the widget's key and its hash. `cid` and `cst` are needed for a new access token alone."""
    fields = Customer._meta.get_field("widget_key"), BearerToken._meta.get_field("token_hash")
    return PreparedLookup(BearerToken._meta.get_field("customer"), {"cid", "cst"}, fields)


class BearerTokenManager(models.Manager["BearerToken"]):
    def find(self, widget_key: str, token: str) -> BearerToken | None:
        """The token and its customer, unless it was unused for too long."""
        return self.find_hash(widget_key, hash_of(token))

    def find_hash(self, widget_key: str, token_hash: str) -> BearerToken | None:
        """As `find`, for whoever was given the hash."""
        bearer = token_lookup().find(widget_key, token_hash)
        if bearer is None or bearer.used_at < self._too_long_ago():
            return None
        bearer.use()
        return bearer

    def forget_unused(self, tell: Tell = tell_nobody) -> int:
        """Erase those that were unused for too long; how many they were.

        A few at a time, so that it may be stopped and run again.
        """
        return erase(self.filter(used_at__lt=self._too_long_ago()), MANY, tell)

    def sign_out(self, widget_key: str) -> None:
        """End those of everybody whom the website has signed in, a few at a time."""
        theirs = self.filter(customer__widget_key=widget_key).exclude(customer__subject="")
        while erase(theirs, MANY):  # again, for whoever was moving to another browser meanwhile
            pass
        announce(widget_key)

    def still_there(self, token_hashes: Sequence[str]) -> dict[str, str]:
        """Which of these there are, and which version of the text each one's customer agreed to.

        Being asked for counts as use, because a tab is open.
        """
        there: dict[str, str] = {}
        for start in range(0, len(token_hashes), MANY):
            rows = self.filter(token_hash__in=token_hashes[start : start + MANY])
            found = rows.values_list("token_hash", "used_at", "customer__consent_version")
            if any(timezone.now() - used_at > SEEN_EVERY for _, used_at, _ in found):
                rows.update(used_at=timezone.now())
                Customer.objects.filter(bearer_tokens__in=rows).update(last_seen_at=timezone.now())
            there.update((token_hash, agreed_to) for token_hash, _, agreed_to in found)
        return there

    def _too_long_ago(self) -> dt.datetime:
        return timezone.now() - conf.token_lifetime()


class BearerToken(models.Model):
    """Lets one browser act as a customer. We keep its hash only.

    `website` is the origin of the page that keeps it, "" for our own. `moved_from` is the browser
    that the chat was first moved from, if it was.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="bearer_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    website = models.CharField(max_length=WEBSITE_LENGTH, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)
    moved_from = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="moved_to"
    )

    objects: ClassVar[BearerTokenManager] = BearerTokenManager()

    def __str__(self) -> str:
        return f"a browser of {self.customer}"

    def may_be_kept_by(self, website: str) -> bool:
        """Whether this website, "" if it does not say, is the one that keeps it or could be."""
        return not website or not self.website or website == self.website

    def learn_website(self, website: str) -> None:
        """Tokens of older versions do not say which page keeps them: the first that is told."""
        if website and not self.website:
            self.website = website
            BearerToken.objects.filter(pk=self.pk, website="").update(website=website)

    def use(self) -> None:
        """It is of use to somebody: it holds for another while."""
        self.customer.see()
        if timezone.now() - self.used_at > SEEN_EVERY:
            self.used_at = timezone.now()
            BearerToken.objects.filter(pk=self.pk).update(used_at=self.used_at)
