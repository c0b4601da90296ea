"""The widget a site owner configures, and who may configure it."""

import datetime as dt
import json
import secrets
import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatproxy import conf
from chatproxy.batches import Tell, batches, tell_nobody
from chatproxy.encryption import EncryptedTextField
from chatproxy.endings import announce
from chatproxy.livechat.organization import Organization
from chatproxy.models import (
    CONSENT_VERSION_LENGTH,
    SECRETS,
    BearerToken,
    Customer,
    hash_of,
)
from chatproxy.service import ConfiguredService
from widget.appearance import Appearance
from widget.hours import next_opening
from widget.notifications.outcomes import Browser
from widget.openers import (
    HelpLink,
    help_links_of,
    openers_of,
    validate_help_links,
    validate_openers,
)
from widget.origins import clean_origin, matches, validate_origins
from widget.validators import (
    TEXT_LENGTH,
    validate_client_id,
    validate_color,
    validate_consent_version,
    validate_hours,
    validate_invitations,
    validate_key,
    validate_language,
    validate_link,
    validate_organization_id,
    validate_pages,
    validate_picture,
    validate_redirect_uri,
    validate_texts,
    validate_variables,
    validate_zone,
)

# Seconds for which a changed widget may still be seen as it was, if the cache forgot to forget.
CACHE_SECONDS = 60
BATCH = 500  # rows that are encrypted again with one query
INVITATION_HOLDS = dt.timedelta(days=7)  # of a colleague


def new_key() -> str:
    """A key nobody has yet, safe in a URL."""
    return secrets.token_hex(8)


def new_secret() -> str:
    """With which a website signs who is signed in: 256 random bits."""
    return secrets.token_urlsafe(32)


class WidgetQuerySet(models.QuerySet["Widget"]):
    """Widgets, as views and the admin ask for them."""

    def find(self, key: str) -> "Widget":
        """The live widget with this key, cached. Raises Widget.DoesNotExist."""
        widget: Widget | None = cache.get(cache_key(key))
        if widget is None:
            widget = (
                self.live().defer("identity_secret", "agent_token", "draft").get(key=key)
            )  # no cache holds secrets
            widget.version = secrets.token_hex(8)
            cache.set(cache_key(key), widget, CACHE_SECONDS)
        return widget

    def find_or_404(self, key: str) -> "Widget":
        """As `find`, for views. Raises Http404."""
        try:
            return self.find(key)
        except Widget.DoesNotExist:
            raise Http404 from None

    def delete(self) -> tuple[int, dict[str, int]]:
        """As each widget's own `delete`."""
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


class UsedKey(models.Model):
    """A key that a widget has or had. It is never given to another widget.

    Websites still carry the snippet of a deleted widget, and browsers its bearer tokens: who could
    take its key would get both. `widget` is None once its widget is deleted.
    """

    key = models.CharField(max_length=50, primary_key=True)
    widget = models.ForeignKey(
        "Widget", on_delete=models.SET_NULL, null=True, related_name="used_keys"
    )

    def __str__(self) -> str:
        return self.key

    @classmethod
    def is_free(cls, key: str, widget: "Widget") -> bool:
        """Whether this widget may have this key."""
        used = cls.objects.filter(key=key).first()
        return used is None or (used.widget_id is not None and used.widget_id == widget.pk)


class Widget(models.Model):
    """One chat widget: whose chats it opens, where it may appear, how it looks and behaves."""

    page_url = ""  # the page it is visited from, never stored
    version = ""  # another one after each change, for all who have it from the cache; not stored

    class Theme(models.TextChoices):
        AUTO = "auto", _("Like the customer's device")
        HOST = "host", _("Like the website")
        LIGHT = "light", _("Always light")
        DARK = "dark", _("Always dark")

    class Position(models.TextChoices):
        RIGHT = "right", _("Bottom right")
        LEFT = "left", _("Bottom left")

    class Shape(models.TextChoices):
        ROUND = "round", _("Round")
        SOFT = "soft", _("Rounded corners")
        SQUARE = "square", _("Square")

    class Icon(models.TextChoices):
        BUBBLE = "bubble", _("Speech bubble")
        CLOUD = "cloud", _("Round speech bubble")
        HEART = "heart", _("Heart")
        FLASH = "flash", _("Flash")

    class Font(models.TextChoices):
        SYSTEM = "system", _("The device's own")
        ROUNDED = "rounded", _("Rounded")
        SERIF = "serif", _("With serifs")

    class Ask(models.TextChoices):
        NOTHING = "", _("Nothing")
        NAME = "name", _("Their name")
        EMAIL = "email", _("Their e-mail address")
        BOTH = "both", _("Name and e-mail address")

    class Away(models.TextChoices):
        USUAL = "", _("The chat, as usual")
        FORM = "form", _("A form to leave a message")
        LINK = "link", _("A link instead of the chat")
        NOTHING = "nothing", _("No launcher")

    class Version(models.TextChoices):
        V3_5 = "3.5", _("3.5 (legacy)")
        V3_6 = "3.6", _("3.6 (stable)")
        V3_7 = "3.7", _("3.7 (preview)")

    class Region(models.TextChoices):
        DALLAS = "dal", _("United States")
        FRANKFURT = "fra", _("Europe")

    key = models.CharField(
        _("key"),
        max_length=50,
        unique=True,
        default=new_key,
        validators=[validate_key],
    )
    name = models.CharField(_("name"), max_length=100)
    enabled = models.BooleanField(_("enabled"), default=True)

    organization_id = models.CharField(
        _("organization ID"), max_length=36, validators=[validate_organization_id], db_index=True
    )
    client_id = models.CharField(_("client ID"), max_length=100, validators=[validate_client_id])
    redirect_uri = models.CharField(
        _("redirect URI"), max_length=500, validators=[validate_redirect_uri]
    )
    group_id = models.PositiveIntegerField(_("group"), default=0)
    identity_per_group = models.BooleanField(_("separate customers per group"), default=False)
    api_version = models.CharField(
        _("API version"), max_length=3, choices=Version.choices, default=Version.V3_6
    )
    region = models.CharField(
        _("region"), max_length=3, choices=Region.choices, default=Region.DALLAS
    )
    identity_secret = EncryptedTextField(default=new_secret, editable=False)
    agent_token = EncryptedTextField(_("agent's token"), default="", editable=False, blank=True)
    allowed_origins = models.JSONField(
        _("allowed websites"), default=list, blank=True, validators=[validate_origins]
    )

    brand_color = models.CharField(
        _("brand colour"), max_length=7, default="#1f5eff", validators=[validate_color]
    )
    theme = models.CharField(
        _("light or dark"), max_length=5, choices=Theme.choices, default=Theme.AUTO
    )
    font = models.CharField(_("font"), max_length=8, choices=Font.choices, default=Font.SYSTEM)
    corner_radius = models.PositiveSmallIntegerField(
        _("corner radius"), default=16, validators=[MaxValueValidator(32)]
    )
    position = models.CharField(
        _("launcher's corner"), max_length=5, choices=Position.choices, default=Position.RIGHT
    )
    offset_x = models.PositiveSmallIntegerField(
        _("distance from the side"), default=20, validators=[MaxValueValidator(400)]
    )
    offset_y = models.PositiveSmallIntegerField(
        _("distance from the bottom"), default=20, validators=[MaxValueValidator(400)]
    )
    launcher_size = models.PositiveSmallIntegerField(
        _("launcher size"), default=60, validators=[MinValueValidator(44), MaxValueValidator(96)]
    )
    launcher_shape = models.CharField(
        _("launcher shape"), max_length=6, choices=Shape.choices, default=Shape.ROUND
    )
    launcher_icon = models.CharField(
        _("launcher icon"), max_length=6, choices=Icon.choices, default=Icon.BUBBLE
    )
    header_picture = models.CharField(
        _("header picture"), max_length=500, blank=True, validators=[validate_picture]
    )
    agent_pictures = models.BooleanField(_("agents' pictures"), default=True)
    variables = models.JSONField(
        _("CSS variables"), default=dict, blank=True, validators=[validate_variables]
    )
    hide_on_mobile = models.BooleanField(_("hidden on phones"), default=False)
    shown_pages = models.JSONField(
        _("only on these pages"), default=list, blank=True, validators=[validate_pages]
    )
    hidden_pages = models.JSONField(
        _("never on these pages"), default=list, blank=True, validators=[validate_pages]
    )

    default_language = models.CharField(
        _("default language"), max_length=12, default="en", validators=[validate_language]
    )
    launcher_label = models.CharField(_("text beside the launcher"), max_length=30, blank=True)
    header_title = models.CharField(_("header title"), max_length=60, blank=True)
    header_text = models.CharField(_("header text"), max_length=160, blank=True)
    greeting_text = models.TextField(_("greeting"), max_length=TEXT_LENGTH, blank=True)
    offline_text = models.TextField(
        _("text when nobody is there"), max_length=TEXT_LENGTH, blank=True
    )
    show_reply_time = models.BooleanField(_("show how soon you answer"), default=True)
    openers = models.TextField(
        _("questions to start with"),
        max_length=TEXT_LENGTH,
        blank=True,
        validators=[validate_openers],
    )
    help_links = models.TextField(
        _("help links"), max_length=TEXT_LENGTH, blank=True, validators=[validate_help_links]
    )
    opening_hours = models.TextField(
        _("opening hours"), max_length=1000, blank=True, validators=[validate_hours]
    )
    opening_zone = models.CharField(
        _("time zone of the opening hours"),
        max_length=50,
        default="UTC",
        validators=[validate_zone],
    )
    when_away = models.CharField(
        _("what customers see when nobody is there"),
        max_length=7,
        choices=Away.choices,
        default="",
        blank=True,
    )
    away_link = models.CharField(
        _("address of the link"), max_length=500, blank=True, validators=[validate_link]
    )
    texts = models.JSONField(
        _("texts in other languages"), default=dict, blank=True, validators=[validate_texts]
    )

    invitations = models.JSONField(
        _("invitations"), default=list, blank=True, validators=[validate_invitations]
    )

    ask_first = models.CharField(
        _("ask before the chat"), max_length=5, choices=Ask.choices, default=Ask.NOTHING, blank=True
    )
    files = models.BooleanField(_("sending files"), default=True)
    emoji = models.BooleanField(_("emoji picker"), default=True)
    sound = models.BooleanField(_("sound for new messages"), default=True)
    words_in_notifications = models.BooleanField(_("the message in notifications"), default=False)
    sound_on = models.BooleanField(_("sound on from the start"), default=False)
    rating = models.BooleanField(_("rating the chat"), default=True)
    transcript = models.BooleanField(_("transcript by e-mail or download"), default=True)
    history = models.BooleanField(_("earlier chats"), default=True)
    voice_messages = models.BooleanField(_("voice messages"), default=False)
    talk_to_person = models.BooleanField(_("a way past the bot"), default=False)
    stop_answers = models.BooleanField(_("stopping an answer"), default=False)
    link_previews = models.BooleanField(_("previews of links"), default=False)
    sneak_peek = models.BooleanField(_("sneak peek"), default=False)
    connect_early = models.BooleanField(_("connect on opening"), default=False)
    track_visitors = models.BooleanField(_("track visitors"), default=False)
    ask_consent = models.BooleanField(_("ask for consent first"), default=False)
    consent_text = models.TextField(_("what you ask"), max_length=TEXT_LENGTH, blank=True)
    consent_link = models.CharField(
        _("your privacy page"), max_length=500, blank=True, validators=[validate_link]
    )
    consent_version = models.CharField(
        _("version of the text"),
        max_length=CONSENT_VERSION_LENGTH,
        default="1",
        blank=True,
        validators=[validate_consent_version],
    )
    retention_days = models.PositiveSmallIntegerField(
        _("days until a customer is forgotten"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )

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
        self.forget_cached()
        return super().delete(*args, **kwargs)

    def forget_cached(self) -> None:
        """Have every process read this widget anew once the change is committed."""
        key = cache_key(self.key)
        transaction.on_commit(lambda: cache.delete(key))
        announce(self.key)  # customers may have to go: it was switched off, say

    def clean(self) -> None:
        if self.key and self.pk and not Widget.objects.filter(pk=self.pk, key=self.key).exists():
            raise ValidationError({"key": _("The key is in your websites' snippets: keep it.")})
        if self.key and not UsedKey.is_free(self.key, self):
            raise ValidationError(
                {"key": _("Another widget has, or had, this key. Choose a different one.")}
            )

        if self.when_away == self.Away.LINK and not self.away_link:
            raise ValidationError({"away_link": _("Enter the link's address.")})

    def clean_fields(self, exclude: Any = None) -> None:
        """Forgive what does not matter (capitals, spaces, paths), then validate."""
        self.brand_color = str(self.brand_color).strip().lower()
        self.organization_id = str(self.organization_id).strip().lower()
        self.client_id = str(self.client_id).strip()
        self.redirect_uri = str(self.redirect_uri).strip()
        self.consent_version = str(self.consent_version).strip() or "1"
        if isinstance(self.allowed_origins, list):
            self.allowed_origins = cleaned_origins(self.allowed_origins)
        super().clean_fields(exclude=exclude)

    @property
    def organization(self) -> Organization:
        """Whose LiveChat this widget opens chats in."""
        return Organization(
            organization_id=self.organization_id,
            client_id=self.client_id,
            redirect_uri=self.redirect_uri,
            service=ConfiguredService(self.key),
            group_id=self.group_id,
            identity_per_group=self.identity_per_group,
            version=self.api_version,
            region=self.region,
        ).on_page(self.page_url)

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
        BearerToken.objects.sign_out(self.key)

    def may_stand_on(self, website: str) -> bool:
        """Whether a token kept by this website still counts; "" is our own page."""
        return not website or self.allows(website)

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin, as a browser sends it, may show the widget."""
        return matches(origin, self.allowed_origins)

    @property
    def frame_ancestors(self) -> str:
        """The value of the CSP directive `frame-ancestors`."""
        return " ".join(self.allowed_origins) or "'none'"

    @property
    def appearance(self) -> Appearance:
        """Its colours and measures."""
        return Appearance.of(
            self.brand_color,
            theme=self.theme,
            radius=self.corner_radius,
            font=self.font,
            faces=self.agent_pictures,
            variables=self.variables,
        )

    def text(self, name: str, language: str) -> str:
        """One of the owner's TEXTS in a language, else in the default one; "" if not written."""
        for code in (language, language.partition("-")[0]):
            if written := self.texts.get(code, {}).get(name):
                return str(written)
        return str(getattr(self, name))

    def may_store_and_send(self, consent_version: str) -> bool:
        """Whether who agreed to this version, "" for none, may be stored and told to LiveChat."""
        return not self.ask_consent or consent_version == self.consent_version

    def may_act_for(self, bearer: BearerToken) -> bool:
        """Whether what a browser once asked for may be done now, without its asking again."""
        has_agreed = self.may_store_and_send(bearer.customer.consent_version)
        return has_agreed and self.may_stand_on(bearer.website)

    def openers_in(self, language: str) -> list[str]:
        """What customers may begin with, in their language."""
        return openers_of(self.text("openers", language))

    def help_links_in(self, language: str) -> list[HelpLink]:
        """Where they may find the answer themselves."""
        return help_links_of(self.text("help_links", language))

    def forget_old_customers(self, tell: Tell = tell_nobody) -> int:
        """Erase whom we have not seen for `retention_days`. Return how many they were."""
        long_ago = timezone.now() - dt.timedelta(days=self.retention_days)
        return Customer.objects.filter(widget_key=self.key).forget_unseen(long_ago, tell)

    @property
    def records(self) -> bool:
        """Whether customers may send their voice, which is a file."""
        return self.files and self.voice_messages

    @property
    def deletes(self) -> bool:
        """Whether customers can delete what they said. Source: Customer Chat API 3.6, changelog."""
        return self.api_version != self.Version.V3_5

    def opens_again(self) -> dt.datetime | None:
        """When somebody is there next, as its owner wrote; None if they did not, or should be."""
        return next_opening(self.opening_hours, self.opening_zone, timezone.now())

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


def cleaned_origins(origins: list[Any]) -> list[str]:
    """Each origin once, as browsers write it. Raises ValidationError for what is none."""
    try:
        return list(dict.fromkeys(clean_origin(str(origin)) for origin in origins))
    except ValidationError as error:
        raise ValidationError({"allowed_origins": error.messages}) from None


class Membership(models.Model):
    """Lets a user of the admin work with the widgets of one LiveChat organization."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner: changes and deletes widgets")
        EDITOR = "editor", _("Editor: changes widgets")
        VIEWER = "viewer", _("Viewer: looks only")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
    )
    organization_id = models.CharField(
        _("organization ID"), max_length=36, validators=[validate_organization_id]
    )
    role = models.CharField(_("role"), max_length=6, choices=Role.choices, default=Role.EDITOR)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "organization_id"], name="one_role_each")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Let the user into the admin as well: a role alone would open no door."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            get_user_model()._default_manager.filter(pk=self.user_id, is_staff=False).update(
                is_staff=True
            )


class ColleagueInvitationQuerySet(models.QuerySet["ColleagueInvitation"]):
    """Invitations, as the admin asks for them."""

    def open(self) -> "ColleagueInvitationQuerySet":
        """Those whose links work."""
        return self.filter(closed_at=None, made_at__gt=timezone.now() - INVITATION_HOLDS)

    def close(self) -> int:
        """Make their links worthless; how many of them still worked."""
        return self.open().update(closed_at=timezone.now())

    def forget_old(self) -> int:
        """Delete those whose links have expired; how many they were."""
        deleted, _each = self.filter(made_at__lte=timezone.now() - INVITATION_HOLDS).delete()
        return deleted


class ColleagueInvitation(models.Model):
    """Lets whoever has its link join an organization, once, for INVITATION_HOLDS.

    It is closed when it was accepted or withdrawn, and kept until then so that it counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization_id = models.CharField(max_length=36)
    email = models.EmailField()
    role = models.CharField(max_length=6, choices=Membership.Role.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects = ColleagueInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.id}, {self.get_role_display()}"

    @property
    def expires_at(self) -> dt.datetime:
        return self.made_at + INVITATION_HOLDS


class Revision(models.Model):
    """What a widget was like after one change."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="revisions")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    settings = models.JSONField()

    def __str__(self) -> str:
        return f"{self.widget}, {self.made_at:%Y-%m-%d %H:%M}"


class Tally(models.Model):
    """How often something happened to a widget on one day (UTC); nothing of what was said.

    `seconds` adds up how long customers waited, where they did.
    """

    class What(models.TextChoices):
        OPENING = "opening", _("Chat opened")
        CHAT = "chat", _("Chats started")
        CUSTOMER_MESSAGE = "customer_message", _("Messages from customers")
        AGENT_MESSAGE = "agent_message", _("Messages from agents")
        FIRST_REPLY = "first_reply", _("First replies")
        GOOD = "good", _("Good ratings")
        BAD = "bad", _("Bad ratings")
        FAILURE = "failure", _("Calls to LiveChat that failed")
        REQUEST = "request", _("Requests to LiveChat")

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="tallies")
    day = models.DateField()
    what = models.CharField(max_length=16, choices=What.choices)
    count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["widget", "day", "what"], name="one_tally_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.widget}, {self.day}: {self.count} {self.what}"


class InvitationTally(models.Model):
    """How often an invitation did something on one day (UTC), by variant; not to whom."""

    class What(models.TextChoices):
        SHOWN = "shown", _("Shown")
        ACCEPTED = "accepted", _("Accepted")
        DISMISSED = "dismissed", _("Dismissed")
        CHAT = "chat", _("Chats started")

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="invitation_tallies")
    day = models.DateField()
    invitation = models.CharField(max_length=8)
    variant = models.CharField(max_length=1)
    what = models.CharField(max_length=9, choices=What.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["widget", "day", "invitation", "variant", "what"],
                name="one_invitation_tally_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.widget}, {self.day}: {self.count} {self.what}"


class Trouble(models.Model):
    """A kind of error that a widget has met, in its owner's words."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="troubles")
    kind = models.CharField(max_length=50)
    advice = models.TextField()
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["widget", "kind"], name="one_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.widget}: {self.kind}"


class Presence(models.Model):
    """How many customers of a widget one process held when it last said so."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="presences")
    process = models.CharField(max_length=32)
    customers = models.PositiveIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["widget", "process"], name="one_of_each_process")
        ]

    def __str__(self) -> str:
        return f"{self.widget}: {self.customers} in {self.process}"


class SubscriptionManager(models.Manager["Subscription"]):
    """Who asked to be told of an answer, as the processes share them out among themselves."""

    LEASE = dt.timedelta(seconds=30)  # after which another process takes over from a dead one
    MOST = 10  # browsers of one customer
    LEFT_OUT = ("secret", *(f"bearer_token__customer__{name}" for name in SECRETS))

    def subscribe(
        self, bearer: BearerToken, browser: Browser, *, page: str, language: str, group_id: int
    ) -> "Subscription":
        """Tell this browser, instead of what it gave before. The oldest of too many gives way."""
        secret = json.dumps([browser.endpoint, browser.p256dh, browser.auth, page])
        with transaction.atomic():
            BearerToken.objects.select_for_update().get(pk=bearer.pk)  # one after the other
            self.filter(bearer_token=bearer).delete()
            theirs = self.filter(bearer_token__customer=bearer.customer).order_by("-pk")
            spared = list(theirs.values_list("pk", flat=True)[: self.MOST - 1])
            theirs.exclude(pk__in=spared).delete()
            return self.create(
                bearer_token=bearer,
                secret=secret,
                language=language,
                group_id=group_id,
                until=timezone.now() + conf.push_period(),
            )

    def claim(self, name: str, watched: Collection[int], room: int) -> "list[Subscription]":
        """Those that this process is to listen for: at most `room`, `name` is the process's.

        What `watched` customers have is taken from any other: their browsers are here. Secrets are
        left out: one that no key opens is then in nobody's way.
        """
        now = timezone.now()
        until, held_until = now + conf.push_period(), now + self.LEASE
        theirs = self.filter(bearer_token__customer__in=watched) if watched else self.none()
        renewed = now + self.LEASE / 2
        others = ~models.Q(held_by=name) | models.Q(held_until__lt=renewed)
        if theirs.filter(others).exists():
            theirs.update(held_by=name, held_until=held_until, until=until)
        wanted = self._of_live_widgets().filter(until__gt=now)
        mine = wanted.filter(held_by=name)
        if mine.filter(held_until__lt=renewed).exists():
            mine.update(held_until=held_until)
        free = wanted.filter(held_until__lt=now).order_by("-until")
        pks = list(free.values_list("pk", flat=True)[: max(0, room - mine.count())])
        if pks:
            self.filter(pk__in=pks, held_until__lt=now).update(held_by=name, held_until=held_until)
        return list(mine.select_related("bearer_token__customer").defer(*self.LEFT_OUT))

    def _of_live_widgets(self) -> "models.QuerySet[Subscription]":
        """A widget that is switched on again finds those it had."""
        keys = Widget.objects.live().values("key")
        return self.filter(bearer_token__customer__widget_key__in=keys)

    def read(self, pk: int) -> "Subscription":
        """With the secrets that `claim` leaves out. Raises UnreadableSecret and DoesNotExist."""
        return self.select_related("bearer_token__customer").get(pk=pk)

    def end(self, pks: Collection[int]) -> None:
        """Nobody listens for these any more, until their browser is here again."""
        self.filter(pk__in=pks).update(held_by="", until=timezone.now())

    def is_held(self, pk: int, name: str) -> bool:
        """Whether it is still this process's."""
        return self.filter(pk=pk, held_by=name, held_until__gt=timezone.now()).exists()

    def let_go(self, name: str) -> None:
        """Another process may take over at once."""
        self.filter(held_by=name).update(held_by="", held_until=timezone.now())

    def encrypt_again(self) -> int:
        """Encrypt every secret with the newest key; how many they are. Raises UnreadableSecret."""
        for batch in batches(self.all(), BATCH):
            for subscription in batch:
                self.filter(pk=subscription.pk).update(secret=subscription.secret)
        return self.count()


class Subscription(models.Model):
    """A browser that asked to be told of an answer after its page is closed (Web Push).

    It ends with the browser's bearer token. `secret` is where its push service is, with which keys
    only this browser can read, and the page of the website to come back to. `told` is LiveChat's
    time of the newest answer that was told; `tries` and `try_at` are about the next one. The
    process `held_by` listens for it, unless it does not say so any more by `held_until`.
    """

    bearer_token = models.OneToOneField(
        BearerToken, on_delete=models.CASCADE, related_name="subscription"
    )
    secret = EncryptedTextField()
    language = models.CharField(max_length=12)
    group_id = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(help_text="We do not listen any longer.")
    told = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    held_by = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[SubscriptionManager] = SubscriptionManager()

    def __str__(self) -> str:
        return f"notifications for {self.bearer_token}"

    @property
    def browser(self) -> Browser:
        return Browser(*json.loads(self.secret)[:3])

    @property
    def page(self) -> str:
        return str(json.loads(self.secret)[3])

    def keep_state(self) -> None:
        """Store what was told, unless it has ended meanwhile."""
        state = {name: getattr(self, name) for name in ("told", "tries", "try_at")}
        Subscription.objects.filter(pk=self.pk).update(**state)


class MoveManager(models.Manager["Move"]):
    """Links with which a chat goes on in another browser."""

    HOLDS = dt.timedelta(minutes=5)
    NEWS = dt.timedelta(days=1)  # in which the first browser may come back and be told

    def open(self, bearer: BearerToken) -> str:
        """A code for one more browser of this customer; the one before opens nothing any more."""
        code = secrets.token_urlsafe(32)
        values = {"code_hash": hash_of(code), "made_at": timezone.now(), "used_at": None}
        self.update_or_create(bearer_token=bearer, defaults=values)
        return code

    def use(self, widget: Widget, code: str) -> str:
        """A bearer token for the first who brings this code, "" for all others."""
        there = self.filter(code_hash=hash_of(code), used_at=None, made_at__gt=self._too_long_ago())
        theirs = there.filter(bearer_token__customer__widget_key=widget.key)
        move = theirs.select_related("bearer_token__customer", "bearer_token__moved_from").first()
        if move is None or not widget.may_act_for(move.bearer_token):
            return ""
        if not there.filter(pk=move.pk).update(used_at=timezone.now()):
            return ""
        customer = move.bearer_token.customer
        token = customer.admit(moved_from=move.bearer_token)
        announce(widget.key, customer.pk)  # the first browser is told
        return token

    def take_news(self, token_hashes: Collection[str]) -> set[str]:
        """Which of these browsers are to be told that their chat has gone on elsewhere: once."""
        used = self.filter(used_at__gt=timezone.now() - self.NEWS).values_list(
            "pk", "bearer_token__token_hash"
        )
        return {
            token_hash
            for pk, token_hash in used
            if token_hash in token_hashes and self.filter(pk=pk).delete()[0]
        }

    def _too_long_ago(self) -> dt.datetime:
        return timezone.now() - self.HOLDS


class Move(models.Model):
    """A link that opens one browser's chat in another one; we keep the hash of its code only."""

    bearer_token = models.OneToOneField(BearerToken, on_delete=models.CASCADE, related_name="move")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[MoveManager] = MoveManager()

    def __str__(self) -> str:
        return f"a link from {self.bearer_token}"
