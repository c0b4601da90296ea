"""What each setting of a widget must look like, said so that its owner can put it right."""

import re
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _

from widget.options import invitations
from widget.options.appearance import VARIABLES
from widget.options.hours import spans_of
from widget.options.openers import validate_help_links, validate_openers
from widget.options.zones import known_zones

# The owner's own texts: the ones a widget has in its default language and may have in others.
TEXTS = (
    "launcher_label",
    "header_title",
    "header_text",
    "greeting_text",
    "offline_text",
    "openers",
    "help_links",
    "consent_text",
)
TEXT_LENGTH = 500
LISTS = {"openers": validate_openers, "help_links": validate_help_links}
PREVIEW_PREFIX = "preview-"  # of the keys that previews have, so that no widget ever has one
MEASURE = re.compile(r"\d{1,2}(\.\d{1,2})?(px|rem|em)")


def validate_key(value: str) -> None:
    """Raise ValidationError unless this can stand in a URL as it is."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value):
        raise ValidationError(_("A key has only small letters, digits and hyphens, like my-shop."))
    if value.startswith(PREVIEW_PREFIX):
        raise ValidationError(
            _("Choose another key: those that begin with “preview-” are reserved for previews.")
        )


def validate_color(value: str) -> None:
    """Raise ValidationError unless this is `#rrggbb`."""
    if not re.fullmatch(r"#[0-9a-f]{6}", value):
        raise ValidationError(
            _("A colour is written as # and six digits or letters from a to f, like #1f5eff.")
        )


def validate_consent_version(value: str) -> None:
    """Raise ValidationError unless this can stand beside other words."""
    if not re.fullmatch(r"[\w.-]+", value, re.ASCII):
        raise ValidationError(
            _("A version has only letters, digits, dots, hyphens and underscores, like 2026-11.")
        )


def validate_client_id(value: str) -> None:
    """Raise ValidationError unless this could be a client ID."""
    if not re.fullmatch(r"\S+", value):
        raise ValidationError(
            _("A client ID has no spaces. Copy it from your app in the LiveChat Developer Console.")
        )


def validate_organization_id(value: str) -> None:
    """Raise ValidationError unless this is a UUID in its usual form."""
    try:
        usual = str(UUID(value)) == value.lower()
    except ValueError:
        usual = False
    if not usual:
        raise ValidationError(
            _(
                "An organization ID looks like 7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44. "
                "Copy it whole from the LiveChat Developer Console or from your LiveChat snippet."
            )
        )


def validate_redirect_uri(value: str) -> None:
    """Raise ValidationError unless this is a web address as LiveChat compares them.

    Source: LiveChat's "OAuth authorization", "Redirect URIs": no query, and no way up.
    """
    climbs = ".." in unquote(value).replace("\\", "/").split("/")
    if climbs or not re.fullmatch(r"https?://[^\s/#?@\\]+(/[^\s#?]*)?", value):
        raise ValidationError(
            _(
                "A redirect URI is a full web address such as https://shop.example/ without #, ? "
                "or .. in it. It must be, or begin with, one of those registered for your app in "
                "the LiveChat Developer Console."
            )
        )


def validate_picture(value: str) -> None:
    """Raise ValidationError unless this is the address of something on an encrypted website."""
    if not re.fullmatch(r"https://[^\s/#?\"'<>]+/[^\s\"'<>]+", value):
        raise ValidationError(
            _(
                "Enter the picture's full address, like https://shop.example/team.jpg. It begins "
                "with https://, or browsers would not show it."
            )
        )


def validate_link(value: str) -> None:
    """Raise ValidationError unless a browser may be sent there: a page, a mailbox, a phone."""
    if not re.fullmatch(r"https?://[^\s/#?]\S*|mailto:[^\s@]+@\S+|tel:[+\d][\d().\-]+", value):
        raise ValidationError(
            _(
                "Enter a link like https://shop.example/contact, mailto:help@shop.example or "
                "tel:+4912345678."
            )
        )


def validate_pages(pages: object) -> None:
    """Raise ValidationError unless these are paths of a website, `*` standing for anything."""
    if not isinstance(pages, list):
        raise ValidationError(_('Write pages as ["/checkout/*"].'))
    for page in pages:
        if not isinstance(page, str) or not re.fullmatch(r"[/*][\w\-./~%*]{0,199}", page):
            raise ValidationError(
                _(
                    "“%(page)s” is not a page. Write what follows the name of your website, like "
                    "/checkout/* for everything under https://shop.example/checkout/."
                ),
                params={"page": page},
            )


def validate_hours(value: str) -> None:
    """Raise ValidationError unless these are lines like `Mon-Fri 9:00-17:00`."""
    spans_of(value)


def validate_zone(value: str) -> None:
    """Raise ValidationError unless this is a time zone's name."""
    if value not in known_zones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone such as Europe/Warsaw."), params={"zone": value}
        )


def validate_invitations(value: object) -> None:
    """Raise ValidationError unless a browser can be given these invitations."""
    checks = {"picture": validate_picture, "link": validate_link, "pages": validate_pages}
    invitations.check(value, checks | {"texts": validate_languages})


def validate_languages(texts: dict[str, object]) -> None:
    """Raise ValidationError unless all its names are languages."""
    for language in texts:
        validate_language(language)


def validate_variables(variables: object) -> None:
    """Raise ValidationError unless these are VARIABLES with measures, like `--bubble: 6px`."""
    if not isinstance(variables, dict):
        raise ValidationError(_('Write variables as {"--bubble": "6px"}.'))
    for name, value in variables.items():
        if name not in VARIABLES:
            raise ValidationError(
                _("There is no “%(name)s”. There are: %(names)s."),
                params={"name": name, "names": ", ".join(VARIABLES)},
            )
        if not isinstance(value, str) or not MEASURE.fullmatch(value):
            raise ValidationError(
                _("“%(value)s” is not a size for %(name)s. Write one like 16px or 1rem."),
                params={"value": value, "name": name},
            )


def validate_language(value: str) -> None:
    """Raise ValidationError unless the project has this language."""
    codes = dict(settings.LANGUAGES)
    if value not in codes:
        raise ValidationError(
            _("“%(code)s” is not one of this server's languages: %(codes)s."),
            params={"code": value, "codes": ", ".join(codes)},
        )


def own_language() -> str:
    """The project's language, as it is among those it has: "en" for "en-us"."""
    codes = dict(settings.LANGUAGES)
    try:
        return get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        return next(iter(codes), "en")


def validate_texts(texts: object) -> None:
    """Raise ValidationError unless this maps languages to some of our texts."""
    if not isinstance(texts, dict):
        raise ValidationError(_('Write texts as {"de": {"header_title": "Hallo"}}.'))
    for language, written in texts.items():
        validate_language(language)
        if not isinstance(written, dict):
            raise ValidationError(
                _("The texts for “%(language)s” must be named, one by one."),
                params={"language": language},
            )
        for name, text in written.items():
            if name not in TEXTS:
                raise ValidationError(
                    _("There is no text called “%(name)s”. There are: %(names)s."),
                    params={"name": name, "names": ", ".join(TEXTS)},
                )
            if not isinstance(text, str) or len(text) > TEXT_LENGTH or "\0" in text:
                raise ValidationError(
                    _("The text “%(name)s” for “%(language)s” may have %(count)s characters."),
                    params={"name": name, "language": language, "count": TEXT_LENGTH},
                )
            if name in LISTS:
                LISTS[name](text)
