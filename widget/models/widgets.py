"""The widget itself: found by its key, it opens chats and says who may go on in them."""

import datetime as dt
import secrets
from functools import partial
from typing import Any, NamedTuple

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatproxy.batches import Tell, batches, tell_nobody
from chatproxy.encryption import EncryptedTextField
from chatproxy.endings import announce
from chatproxy.livechat.organization import Organization
from chatproxy.models import BearerToken, Customer
from chatproxy.service import ConfiguredService
from chatproxy.transactions import writing
from widget.models.keys import UsedKey, new_key, new_secret
from widget.models.memberships import Membership
from widget.models.settings import WidgetSettings
from widget.options.validators import validate_key

# Seconds for which a changed widget may still be seen as it was, if the cache forgot to forget.
CACHE_SECONDS = 60
BATCH = 500  # rows that are encrypted again with one query


class WidgetQuerySet(models.QuerySet["Widget"]):
    """Widgets, as views and the admin ask for them."""

    def find(self, key: str) -> "Widget":
        """The live widget with this key, cached. Raises Widget.DoesNotExist."""
        known = cache.get_many([cache_key(key), change_key(key)])
        change: str = known.get(change_key(key), "")
        widget: Widget | None = known.get(cache_key(key))
        if widget is None or widget.as_of != change:
            widget = (
                self.live().defer("identity_secret", "agent_token", "draft").get(key=key)
            )  # no cache holds secrets
            widget.version = secrets.token_hex(8)
            widget.as_of = change  # if it changes before this is cached, that is of no use
            cache.set(cache_key(key), widget, CACHE_SECONDS)
        if widget.ground and not widget.has_its_ground():
            raise self.model.DoesNotExist
        return widget

    def find_or_404(self, key: str) -> "Widget":
        """As `find`, for views. Raises Http404."""
        try:
            return self.find(key)
        except Widget.DoesNotExist:
            raise Http404 from None

    def delete(self) -> tuple[int, dict[str, int]]:
        """As each widget's own `delete`."""
        with writing():
            for widget in self.only("key"):
                widget.forget_cached()
            return super().delete()

    def live(self) -> "WidgetQuerySet":
        """Those that are switched on."""
        return self.filter(enabled=True)

    def encrypt_again(self) -> int:
        """Encrypt every widget's secrets with the newest key; how many widgets they are.

        Raises UnreadableSecret for one that no key opens; those before it are done.
        """
        for batch in batches(self, BATCH):
            for widget in batch:
                self.filter(pk=widget.pk).update(
                    identity_secret=widget.identity_secret, agent_token=widget.agent_token
                )
        return self.count()


def cache_key(key: str) -> str:
    """Where the shared cache keeps the widget with this key."""
    return f"widget:{key}"


def change_key(key: str) -> str:
    """Where it keeps what the latest change of that widget is called."""
    return f"widget-change:{key}"


class Ground(NamedTuple):
    """What a preview stands on: who made it, and the widget that it is of."""

    maker_pk: int
    widget_pk: int | None  # None if that was never saved
    was_live: bool


class Widget(WidgetSettings):
    """One chat widget: what its owner set, and who it is."""

    page_url = ""  # the page it is visited from, never stored
    version = ""  # another one after each change, for all who have it from the cache; not stored
    ground: Ground | None = None  # of a preview; not stored
    as_of = ""  # the change that was known when it was read; not stored

    key = models.CharField(
        _("key"),
        max_length=50,
        unique=True,
        default=new_key,
        validators=[validate_key],
    )
    identity_secret = EncryptedTextField(default=new_secret, editable=False)
    agent_token = EncryptedTextField(_("agent's token"), default="", editable=False, blank=True)

    # What its owner has changed and not published, as `settings_of` in owners/settings.py gives it.
    draft = models.JSONField(null=True, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WidgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("widget")
        verbose_name_plural = _("widgets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises IntegrityError if the key belongs, or once belonged, to another widget."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            used, _made = UsedKey.objects.get_or_create(key=self.key, defaults={"widget": self})
            if used.widget_id != self.pk:
                raise IntegrityError(f"The key {self.key} belongs, or belonged, to another widget.")
        self.forget_cached()

    # Not `get_absolute_url`: Django's admin would tell it to every user, for any widget's id.
    @property
    def panel_path(self) -> str:
        """The path of the panel as a page of its own."""
        return reverse("widget:panel", args=[self.key])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():  # who is told to look must not find it
            self.forget_cached()
            return super().delete(*args, **kwargs)

    def forget_cached(self) -> None:
        """Have every process read this widget anew once the change is committed."""
        key, change = change_key(self.key), secrets.token_hex(8)
        transaction.on_commit(lambda: cache.set(key, change, 2 * CACHE_SECONDS))
        announce(self.key)  # customers may have to go: it was switched off, say

    def clean(self) -> None:
        if self.key and self.pk and not Widget.objects.filter(pk=self.pk, key=self.key).exists():
            raise ValidationError({"key": _("The key is in your websites' snippets: keep it.")})
        if self.key and not UsedKey.is_free(self.key, self):
            raise ValidationError(
                {"key": _("Another widget has, or had, this key. Choose a different one.")}
            )
        super().clean()

    @property
    def organization(self) -> Organization:
        """Whose LiveChat this widget opens chats in."""
        return Organization(
            organization_id=self.organization_id,
            client_id=self.client_id,
            redirect_uri=self.redirect_uri,
            service=ConfiguredService(self.key, self.organization_id),
            group_id=self.group_id,
            identity_per_group=self.identity_per_group,
            version=self.api_version,
            region=self.region,
        ).on_page(self.page_url)

    @property
    def asks_about(self) -> str:
        """What LiveChat's answers to nobody in particular are kept by."""
        return f"{self.asker}:{self.group_id}:{self.api_version}:{self.region}"

    @property
    def asker(self) -> str:
        """For whom LiveChat is asked. A preview, which has a key of its own, hears what its widget
        has heard; of two owners who name the same organization, neither hears what the other has.
        """
        whose: object = self.pk
        if self.ground:
            whose = self.ground.widget_pk or f"new-{self.ground.maker_pk}"
        return f"{whose}:{self.organization_id}"

    def visit_page(self, url: str) -> None:
        """Be, unsaved, on this page of the website."""
        self.page_url = url

    def visit_group(self, asked: str) -> None:
        """Be, unsaved, for the group that the website's page asks for."""
        self.group_id = self.organization.in_group(asked).group_id

    def renew_secret(self) -> None:
        """Make worthless what was signed with the old secret, and what was got for it."""
        self.identity_secret = new_secret()
        self.save(update_fields=["identity_secret"])
        # Not before others see the new one: they would sign in with the old one after it.
        transaction.on_commit(partial(BearerToken.objects.sign_out, self.key))

    def has_its_secret(self) -> bool:
        """Whether the secret is still the one that we have read."""
        secrets = Widget.objects.filter(pk=self.pk).values_list("identity_secret", flat=True)
        return secrets.first() == self.identity_secret

    def has_its_ground(self) -> bool:
        """Whether who made this preview may still do so, and what it is of was not ended since."""
        if self.ground is None:
            return True
        organization_ids = {self.organization_id} - {""}
        if self.ground.widget_pk is not None:
            of = Widget.objects.filter(pk=self.ground.widget_pk).only("organization_id", "enabled")
            saved = of.first()
            if saved is None or (self.ground.was_live and not saved.enabled):
                return False
            organization_ids.add(saved.organization_id)
        return Membership.objects.let_edit(self.ground.maker_pk, organization_ids)

    def may_stand_on(self, website: str) -> bool:
        """Whether a token kept by this website still counts; "" is our own page."""
        return not website or self.allows(website)

    def may_store_and_send(self, consent_version: str) -> bool:
        """Whether who agreed to this version, "" for none, may be stored and told to LiveChat."""
        return not self.ask_consent or consent_version == self.consent_version

    def may_act_for(self, bearer: BearerToken) -> bool:
        """Whether what a browser once asked for may be done now, without its asking again."""
        has_agreed = self.may_store_and_send(bearer.customer.consent_version)
        return has_agreed and self.may_stand_on(bearer.website)

    def forget_old_customers(self, tell: Tell = tell_nobody) -> int:
        """Erase those we have not seen for `retention_days`. Return how many they were."""
        long_ago = timezone.now() - dt.timedelta(days=self.retention_days)
        return Customer.objects.filter(widget_key=self.key).forget_unseen(long_ago, tell)

    def snippet(self, base_url: str) -> str:
        """The HTML an owner pastes into a website, for our server at `base_url`."""
        with translation.override(self.default_language):
            link = gettext("Chat with us")
        return format_html(
            '<script async src="{0}{1}"></script>\n<noscript><a href="{0}{2}">{3}</a></noscript>',
            base_url.rstrip("/"),
            reverse("widget:embed", args=[self.key]),
            self.panel_path,
            link,
        )

    def host_policy(self, base_url: str) -> str:
        """What a website with a Content-Security-Policy adds to it, for our server there."""
        origin = base_url.rstrip("/")
        return f"script-src {origin}; frame-src {origin}"
