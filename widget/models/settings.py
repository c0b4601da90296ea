"""What an owner sets of a widget, and what follows from it."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatproxy.models import CONSENT_VERSION_LENGTH
from widget.options.appearance import Appearance
from widget.options.hours import next_opening
from widget.options.openers import (
    HelpLink,
    help_links_of,
    openers_of,
    validate_help_links,
    validate_openers,
)
from widget.options.origins import clean_origin, matches, validate_origins
from widget.options.validators import (
    TEXT_LENGTH,
    own_language,
    validate_client_id,
    validate_color,
    validate_consent_version,
    validate_hours,
    validate_invitations,
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


class WidgetSettings(models.Model):
    """Whose chats a widget opens, where it may appear, how it looks and behaves."""

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
        _("default language"), max_length=12, default=own_language, validators=[validate_language]
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

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
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
            self.allowed_origins = clean_origins(self.allowed_origins)
        super().clean_fields(exclude=exclude)

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

    def openers_in(self, language: str) -> list[str]:
        """What customers may begin with, in their language."""
        return openers_of(self.text("openers", language))

    def help_links_in(self, language: str) -> list[HelpLink]:
        """Where they may find the answer themselves."""
        return help_links_of(self.text("help_links", language))

    @property
    def records(self) -> bool:
        """Whether customers may send their voice, which is a file."""
        return self.files and self.voice_messages

    @property
    def can_delete(self) -> bool:
        """Whether customers can delete what they said. Source: Customer Chat API 3.6, changelog."""
        return self.api_version != self.Version.V3_5

    def reopens_at(self) -> dt.datetime | None:
        """When somebody is there next, as its owner wrote; None if they did not, or should be."""
        return next_opening(self.opening_hours, self.opening_zone, timezone.now())


def clean_origins(origins: list[Any]) -> list[str]:
    """Each origin once, as browsers write it. Raises ValidationError for anything else."""
    try:
        return list(dict.fromkeys(clean_origin(str(origin)) for origin in origins))
    except ValidationError as error:
        raise ValidationError({"allowed_origins": error.messages}) from None
