"""How the form of a widget is laid out: its groups of fields, and which of them who sees."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from widget.owners.reading import READABLE

FIELDSETS: Any = (
    (None, {"fields": ("name", "key", "enabled")}),
    (_("Your website"), {"fields": ("allowed_origins",)}),
    (
        _("Your LiveChat"),
        {
            "description": _(
                "These values connect the widget to your LiveChat account. “Save and test "
                "the connection” tries them and says what is wrong."
            ),
            "fields": (
                "organization_id",
                "client_id",
                "redirect_uri",
                "group_id",
                "region",
                "connection_test",
            ),
        },
    ),
    (
        _("Look"),
        {
            "fields": (
                "brand_color",
                "theme",
                "font",
                "corner_radius",
                "position",
                ("offset_x", "offset_y"),
                "launcher_size",
                "launcher_shape",
                "launcher_icon",
                "launcher_label",
                "header_picture",
                "agent_pictures",
            )
        },
    ),
    (_("Where it appears"), {"fields": ("hide_on_mobile", "shown_pages", "hidden_pages")}),
    (
        _("Words"),
        {
            "description": _("Leave a field empty to use our standard text, in every language."),
            "fields": (
                "default_language",
                "header_title",
                "header_text",
                "greeting_text",
                "offline_text",
                "show_reply_time",
                "openers",
                "help_links",
                ("opening_hours", "opening_zone"),
                ("when_away", "away_link"),
                "texts",
            ),
        },
    ),
    (
        _("Invitations"),
        {
            "classes": ("collapse",),
            "description": _(
                "A message beside the launcher for visitors who have not asked anything. "
                "Their own browser decides when to show it, and sends nothing about them. "
                "We count each time it is shown; the browser notes when it is dismissed. "
                "Show few: too many drive people away."
            ),
            "fields": ("invitations",),
        },
    ),
    (
        _("What customers can do"),
        {
            "fields": (
                "ask_first",
                "files",
                "emoji",
                "sound",
                "sound_on",
                "words_in_notifications",
                "rating",
                "transcript",
                "history",
                "voice_messages",
                "talk_to_person",
                "stop_answers",
                "link_previews",
            )
        },
    ),
    (
        _("Privacy"),
        {
            "fields": (
                "ask_consent",
                "consent_text",
                ("consent_link", "consent_version"),
                "track_visitors",
                "connect_early",
                "sneak_peek",
                "retention_days",
            )
        },
    ),
    (
        _("For experts"),
        {
            "classes": ("collapse",),
            "fields": ("identity_per_group", "api_version", "variables"),
        },
    ),
)
SIGNED_IN_CUSTOMERS = (
    _("Signed-in customers"),
    {
        "classes": ("collapse",),
        "description": _(
            "Your website can tell us who is signed in, so that a customer finds the "
            "same conversation on all their devices. Its server signs this with the "
            "secret below. Whoever has the secret can pose as any of your customers."
        ),
        "fields": ("secret",),
    },
)
AGENTS_TOKEN = (
    capfirst(_("agent's token")),
    {"classes": ("collapse",), "fields": ("agent_token_form",)},
)


def in_steps(fieldsets: Any) -> list[Any]:
    """What a first chat needs, numbered; the rest, which has good defaults, folded away.

    The last step, the line to paste, stands beside them, and above them once they are saved.
    """
    first, website, livechat, *others = fieldsets
    steps = [
        (f"{number}. {name}", options)
        for number, (name, options) in enumerate((website, livechat), 1)
    ]
    folded = [(name, options | {"classes": ("collapse",)}) for name, options in others]
    return [first, *steps, *folded]


def for_readers(fieldsets: Any) -> list[Any]:
    """For those who may not save: without what they could not press, and lists as lines."""
    return [(name, readable(options)) for name, options in fieldsets]


def readable(options: dict[str, Any]) -> dict[str, Any]:
    fields = [READABLE.get(each, each) for each in options["fields"] if each != "connection_test"]
    if len(fields) < len(options["fields"]):  # the description is of the button
        options = {name: value for name, value in options.items() if name != "description"}
    return options | {"fields": fields}
