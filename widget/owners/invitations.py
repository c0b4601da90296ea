"""The part of a widget's form in which an owner writes invitations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from widget.options.invitations import (
    DEFAULTS,
    HIGHEST,
    LONGEST,
    MOST,
    Invitation,
    complete,
    new_id,
    value_of_line,
)
from widget.owners.fields import PagesField, TextsField, set_directions

LABELS = {
    "text": _("Text"),
    "text_b": _("Another text to compare with"),
    "chat_label": _("Button that opens the chat"),
    "words": _("Message filled in for the customer"),
    "link_label": _("Button with a link"),
}
CODE = {"campaign", "link", "pages", "picture", "values"}  # from left to right in every language


class ValuesField(forms.Field):
    """Comparisons, one per line, as a list of name, comparison and value."""

    widget = forms.Textarea(attrs={"rows": 2, "placeholder": "cart >= 100"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(" ".join, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[list[str]]:
        return [value_of_line(line) for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((self.prepare_value(initial) or "") != (data or ""))


def line(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST, **options)


def number(label: Any, most: int = HIGHEST, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most, **options)


def choice(label: Any, any_of_them: Any, help_text: Any = "", **choices: Any) -> forms.ChoiceField:
    listed = [("", any_of_them), *choices.items()]
    return forms.ChoiceField(label=label, required=False, choices=listed, help_text=help_text)


class InvitationForm(forms.Form):
    """One invitation, by the names of DEFAULTS."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    enabled = forms.BooleanField(label=_("enabled"), required=False, initial=True)
    name = forms.CharField(
        label=_("name"),
        max_length=100,
        help_text=_("For you, and for the agent who gets the chat."),
    )
    text = forms.CharField(
        label=LABELS["text"], max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    text_b = line(
        LABELS["text_b"],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Half of the visitors see this one. The statistics say which does better."),
    )
    picture = line(
        _("Face or picture"),
        help_text=_("A full address that begins with https://. Empty: the header picture."),
    )
    chat_label = line(LABELS["chat_label"], help_text=_("Empty: “Chat with us”."))
    words = line(LABELS["words"], help_text=_("The customer can change them before sending."))
    link_label = line(LABELS["link_label"])
    link = line(_("Where it leads"))
    refusal = forms.BooleanField(label=_("“No, thank you” button"), required=False, initial=True)
    texts = TextsField(LABELS, label=_("In other languages"), required=False)

    pages = PagesField(
        label=_("only on these pages"),
        required=False,
        help_text=_(
            "One per line, like /help/*, where * stands for anything. Empty: on all pages."
        ),
    )
    seconds = number(_("Seconds on the page"))
    scroll = number(_("Percent of the page seen"), 100)
    leaving = forms.BooleanField(
        label=_("When the pointer leaves the page at the top"),
        required=False,
        help_text=_("Only where there is a pointer: not on phones."),
    )
    page_count = number(
        _("From which page of the visit"),
        help_text=_(
            "We store nothing for this: the browser says how many pages of your "
            "website this tab has shown. Older browsers only say whether it is the "
            "first."
        ),
    )
    visitor = choice(
        _("For whom"),
        _("Everybody"),
        _(
            "We only know who has a chat in this browser or dismissed an invitation "
            "there. Everybody else counts as new."
        ),
        new=_("New visitors"),
        returning=_("Returning visitors"),
    )
    campaign = line(
        _("Campaign in the address"),
        help_text=_("Like summer for ?utm_campaign=summer, or source=mail for ?utm_source=mail."),
    )
    device = choice(_("Device"), _("Any"), phone=_("Phones"), computer=_("Larger screens"))
    availability = choice(
        _("While"), _("Any"), online=_("Somebody is there"), offline=_("Nobody is there")
    )
    values = ValuesField(
        label=_("Values from your page"),
        required=False,
        help_text=_(
            "One per line, like cart >= 100, for "
            "LiveChatWidget.call(“set_page_values”, {cart: 120})."
        ),
    )
    days = number(
        _("After a dismissal, not again for so many days"),
        help_text=_("0: not again in this visit."),
    )
    a_day = number(
        _("After so many dismissals in a day, not again that day"), help_text=_("0: no limit.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_directions(self.fields, CODE)

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """What is said, and when, as owners think of it."""
        return [
            (_("What it says"), [self[name] for name in SAID]),
            (_("When it comes"), [self[name] for name in RULES]),
        ]

    def invitation(self) -> Invitation:
        """What was filled in, as it is stored."""
        said = {name: self.cleaned_data[name] for name in DEFAULTS}
        kept = {name: DEFAULTS[name] if value is None else value for name, value in said.items()}
        return kept | {"id": kept["id"] or new_id()}


RULES = (
    "pages",
    "seconds",
    "scroll",
    "leaving",
    "page_count",
    "visitor",
    "campaign",
    "device",
    "availability",
    "values",
    "days",
    "a_day",
)
SAID = [name for name in InvitationForm.base_fields if name not in (*RULES, "id")]
InvitationFormSet = forms.formset_factory(
    InvitationForm, extra=1, can_delete=True, max_num=MOST, absolute_max=2 * MOST
)


class InvitationsInput(forms.Widget):
    """A folded form for each invitation, and an empty one to add one."""

    template_name = "widget/owners/invitations.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["formset"] = value if isinstance(value, BaseFormSet) else unbound(name, value)
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if self.value_omitted_from_data(data, files, name):
            return None
        return InvitationFormSet(data, prefix=name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-TOTAL_FORMS" not in data


def unbound(name: str, invitations: list[Invitation] | None) -> Any:
    """The forms of these, as they are stored."""
    return InvitationFormSet(initial=[*map(complete, invitations or [])], prefix=name)


class InvitationsField(forms.Field):
    """Invitations as a list of JSON objects."""

    widget = InvitationsInput

    def to_python(self, value: Any) -> list[Invitation]:
        if value is None:
            return []
        if not value.is_valid():
            raise ValidationError(
                _("Check the invitations: a field there is marked with what is wrong.")
            )
        filled_in = (form for form in value.forms if form.has_changed() or form.initial)
        kept = (form for form in filled_in if not form.cleaned_data.get("DELETE"))
        return [form.invitation() for form in kept]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool([*map(complete, initial or [])] != self.to_python(data))
        except ValidationError:
            return True
