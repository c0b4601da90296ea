"""The form in which an owner sets up a widget: forgiving input, plain words, useful examples."""

from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from widget.models import Widget
from widget.options.origins import clean_origin
from widget.options.validators import TEXTS, own_language
from widget.options.zones import known_zones
from widget.owners.fields import PagesField, TextsField, set_directions
from widget.owners.invitations import InvitationsField
from widget.owners.meanwhile import Opened, State, digest
from widget.owners.settings import apply_draft

# What is written from left to right in every language.
CODE = {
    "allowed_origins",
    "away_link",
    "client_id",
    "consent_link",
    "header_picture",
    "help_links",
    "hidden_pages",
    "key",
    "opening_hours",
    "organization_id",
    "redirect_uri",
    "shown_pages",
    "variables",
}


def label_of(name: str) -> str:
    """What owners read before a field that this form has in its own way."""
    return capfirst(Widget._meta.get_field(name).verbose_name)  # type: ignore[return-value,union-attr]


@dataclass(frozen=True)
class Meanwhile:
    """A setting that somebody else has changed while the form was open."""

    change: str
    now: Any
    entered: Any
    is_taken: bool  # it stays as it is now

    @property
    def name(self) -> str:
        return self.change.partition(":")[2]

    @property
    def label(self) -> str:
        return label_of(self.name)


class OriginsField(forms.Field):
    """Websites, one per line, as a list of origins."""

    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "https://shop.example"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        origins, errors = [], []
        for line in str(value or "").replace(",", "\n").splitlines():
            if not line.strip():
                continue
            try:
                origins.append(clean_origin(line.strip()))
            except ValidationError as error:
                errors += error.messages
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(origins))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True


class VariablesField(forms.Field):
    """CSS variables, one per line, by their names."""

    widget = forms.Textarea(attrs={"rows": 2, "placeholder": "--bubble: 6px"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name}: {measure}" for name, measure in value.items())

    def to_python(self, value: Any) -> dict[str, str]:
        pairs = (line.partition(":") for line in str(value or "").splitlines() if line.strip())
        return {name.strip(): measure.strip(" ;") for name, _, measure in pairs}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or {}) != self.to_python(data))


class WidgetForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """The form of a widget: at first with what its draft says, published or not.

    `left_out` names what the draft sets and this version does not have.
    """

    allowed_origins = OriginsField(
        label=label_of("allowed_origins"),
        required=False,
        help_text=_(
            "One address per line. https://*.shop.example includes every subdomain, "
            "but not shop.example itself. While the list is empty, the chat appears "
            "nowhere. List only websites you control: each can show this chat as its "
            "own."
        ),
    )
    shown_pages = PagesField(
        label=label_of("shown_pages"),
        required=False,
        help_text=_(
            "One per line, like /help/*, where * stands for anything. Empty: on all pages."
        ),
    )
    hidden_pages = PagesField(
        label=label_of("hidden_pages"),
        required=False,
        help_text=_("One per line, like /checkout/*. A chat that is open stays open."),
    )
    variables = VariablesField(
        label=label_of("variables"),
        required=False,
        help_text=_(
            "One per line: --text, the size of the text; --bubble, the corners of a message; "
            "--tight, the corner of a message that points to who wrote it."
        ),
    )
    opening_zone = forms.ChoiceField(
        label=label_of("opening_zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(known_zones())],
        initial="UTC",
    )
    invitations = InvitationsField(label="", required=False)
    texts = TextsField(
        {name: label_of(name) for name in TEXTS}, label=_("In other languages"), required=False
    )
    default_language = forms.ChoiceField(
        label=label_of("default_language"),
        choices=settings.LANGUAGES,
        initial=own_language,
        help_text=_(
            "The language of the texts below. Customers whose language we don't have "
            "see the chat in it, too."
        ),
    )

    class Meta:
        model = Widget
        fields = "__all__"  # noqa: DJ007  # the admin says which
        widgets = {
            "brand_color": forms.ColorInput,
            "greeting_text": forms.Textarea(attrs={"rows": 3}),
            "offline_text": forms.Textarea(attrs={"rows": 3}),
            "consent_text": forms.Textarea(attrs={"rows": 3}),
            "openers": forms.Textarea(
                attrs={"rows": 3, "placeholder": "Where is my order?\nDo you ship to Norway?"}
            ),
            "help_links": forms.Textarea(
                attrs={"rows": 2, "placeholder": "Delivery times https://shop.example/delivery"}
            ),
            "opening_hours": forms.Textarea(
                attrs={"rows": 3, "placeholder": "Mon-Fri 9:00-17:00\nSat 10:00-14:00"}
            ),
        }
        help_texts = {
            "name": _("Only you and your colleagues see it, for example “Shop, Spain”."),
            "enabled": _("When this is off, the widget disappears from every website."),
            "key": _("Part of the snippet's address: it cannot be changed later."),
            "organization_id": _(
                "Says which LiveChat account the chats belong to. You find it in the "
                "LiveChat Developer Console: Settings, “Organization ID”. Like "
                "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44."
            ),
            "client_id": _(
                "In the Developer Console, open your app: “App authorization”, “Client ID”."
            ),
            "redirect_uri": _(
                "An address from the “Redirect URI whitelist” of the same app, exactly as "
                "it is written there. LiveChat only compares it; nobody is sent there."
            ),
            "group_id": _(
                "The number of the group that answers; 0 is “General”. Open the group in "
                "LiveChat: its number is in the address."
            ),
            "identity_per_group": _(
                "Only if LiveChat keeps your groups' customers apart (larger plans). The "
                "same person is then a new customer in each group."
            ),
            "region": _(
                "Where your LiveChat account was created, and so where LiveChat stores your chats."
            ),
            "api_version": _(
                "Keep the stable version unless you need another: a preview may change without "
                "notice, and a legacy version will end."
            ),
            "agent_pictures": _(
                "LiveChat keeps these pictures: customers' browsers load them from there."
            ),
            "brand_color": _(
                "For the launcher, the header and the customer's messages. We choose black "
                "or white text on it and adjust the colour of links, so that everything is "
                "easy to read."
            ),
            "corner_radius": _("In pixels: 0 is square, 32 is very round."),
            "offset_x": _("In pixels."),
            "offset_y": _("In pixels. Choose more if your page has a bar at the bottom."),
            "launcher_size": _("In pixels, from 44 to 96."),
            "header_picture": _(
                "Your logo or a picture of your team, square, like "
                "https://shop.example/team.jpg. It is shown until an agent answers. "
                "Customers' browsers load it from that address, which then sees their IP "
                "address."
            ),
            "launcher_label": _(
                "For example “Chat with us”. Leave it empty to show the button alone."
            ),
            "header_title": _("For example your shop's name."),
            "header_text": _("For example “We usually answer within ten minutes.”"),
            "greeting_text": _("Shown in a new, empty chat."),
            "offline_text": _("Shown when nobody can answer. Say when you will be back."),
            "show_reply_time": _(
                "Shown in the empty chat: your average of the last seven days, once there "
                "were five replies and if it is under an hour. Turn it off if you may not "
                "keep it up: people trust what it says."
            ),
            "openers": _(
                "Up to four questions to start with, one per line. A click sends the question."
            ),
            "help_links": _(
                "Up to four pages with answers, one per line: a title, then the address."
            ),
            "opening_hours": _(
                "One period per line, like Mon-Fri 9:00-17:00. When nobody is there, "
                "customers read when you will be back, in their own time zone. Only "
                "LiveChat decides whether somebody is there."
            ),
            "when_away": _(
                "When nobody is there, and outside your opening hours. Customers who "
                "already have a conversation see it as usual."
            ),
            "away_link": _(
                "Like mailto:help@shop.example, tel:+4912345678 or https://shop.example/contact."
            ),
            "ask_consent": _(
                "Until a customer agrees, nothing is stored in their browser and LiveChat hears "
                "nothing of them. What they write waits meanwhile. Agents see what they agreed to."
            ),
            "consent_text": _("Empty: our own words, which name no company."),
            "consent_link": _("Like https://shop.example/privacy. It opens in a new tab."),
            "consent_version": _("Everybody is asked again when it changes."),
            "ask_first": _(
                "Ask only for what you need: each question costs you some customers. If "
                "your LiveChat has a pre-chat form, that form is used instead."
            ),
            "files": _(
                "Pictures and documents up to 10 MB. Tell your agents to be careful: files "
                "from strangers can be harmful."
            ),
            "sound_on": _(
                "When this is off, customers can switch it on. They can always mute it at "
                "the top of the chat. Browsers stay silent until the visitor has clicked "
                "somewhere."
            ),
            "words_in_notifications": _(
                "Customers who asked for notifications read who wrote the answer and its first "
                "words, on a locked screen too. Without it, a notification says only that there is "
                "an answer."
            ),
            "rating": _("Thumbs up or down, and a comment."),
            "transcript": _(
                "Customers can have the conversation sent to any e-mail address they enter, or "
                "save it as a file."
            ),
            "history": _(
                "Customers can scroll back to earlier chats. On a shared computer, so can "
                "whoever uses it next."
            ),
            "voice_messages": _(
                "Up to two minutes, sent as a file. The browser asks for the microphone first."
            ),
            "talk_to_person": _(
                "While a bot answers, customers can ask for a person: the chat goes on with "
                "somebody of the same group, past all bots."
            ),
            "stop_answers": _(
                "A button while a bot writes. It sends a custom event with stop_answer and the "
                "answer's custom_id: only for a bot that understands this."
            ),
            "link_previews": _(
                "Title and first words of a page that your team links to. LiveChat reads the page, "
                "not the customer's browser: one request a day for each page, $0.27 for a thousand."
            ),
            "sneak_peek": _(
                "Agents see what customers type before they send it, even what they delete "
                "again. Customers are told. Leave this off unless you need it."
            ),
            "track_visitors": _(
                "LiveChat sees everybody from the page view: agents watch who is on which page, "
                "and your greetings come. Each visitor gets an identity that is kept in their "
                "browser, here and at LiveChat: say so in your privacy notice, and ask first where "
                "the law wants it. If LiveChat bills your app, a visit costs two requests, and "
                "each further page one."
            ),
            "connect_early": _(
                "Connects to LiveChat as soon as a customer opens the chat, so that they "
                "see welcome messages and who will answer. LiveChat then stores people who "
                "only look, too, and each opening costs requests. When this is off, we "
                "connect at the first message."
            ),
            "retention_days": _(
                "Counted from a customer's last visit. After that we no longer recognise "
                "their browser. Fewer days mean more privacy; with more, regular customers "
                "find their chat again. LiveChat keeps what was said under its own rules."
            ),
        }
        error_messages = {
            "organization_id": {
                "required": _("Enter your organization ID: it says whose chats these are.")
            },
            "client_id": {
                "required": _("Enter the client ID of your app in the Developer Console.")
            },
            "redirect_uri": {
                "required": _("Enter a redirect URI that is registered for your app.")
            },
            "key": {"unique": _("Another widget has, or had, this key. Choose a different one.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance, is_bound = kwargs.get("instance"), bool(args) or "data" in kwargs
        self.state = State.of(instance) if instance and instance.pk else None
        self.left_out = apply_draft(instance) if instance and not is_bound else []
        super().__init__(*args, **kwargs)
        set_directions(self.fields, CODE)
        self.meanwhile: list[Meanwhile] = []

    @property
    def opened(self) -> Opened | None:
        """What this form is to send along; None for a new widget, which nobody else changes."""
        if self.state is None:
            return None
        sent = self.opened_before
        return replace(Opened.form(self.state), at=sent.at) if sent else Opened.form(self.state)

    @property
    def opened_before(self) -> Opened | None:
        """What it has sent."""
        return Opened.read(self.data.get("opened", ""))

    def clean(self) -> None:
        """Take what is to stay of what others have changed.

        Raises ValidationError, without words, for what nobody has seen here.
        """
        super().clean()
        if self.state is None or (opened := self.opened_before) is None:
            return
        data = cast(QueryDict, self.data)
        news, taken = opened.changes(self.state), data.getlist("take")
        for change in dict.fromkeys([*data.getlist("told"), *news]):
            name = change.partition(":")[2]
            if name not in self.fields or change not in self.state.digests():
                continue
            entered = self.cleaned_data.get(name, self.data.get(name, ""))
            untouched = opened.digests.get(change) == digest(entered)
            now, takes = self.state.value(change), untouched if change in news else change in taken
            self.meanwhile.append(Meanwhile(change, now, entered, takes))
            if takes and name in self.cleaned_data:
                self.cleaned_data[name] = now
        if any(each.change in news for each in self.meanwhile):
            raise ValidationError("", code="meanwhile")
