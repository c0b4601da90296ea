"""LiveChat's forms as Django forms, and what was answered as LiveChat wants it.

Source: Customer Chat API v3.6, "Forms" and "Filled form".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatproxy.livechat.structures import FormField, FormToFill, Json

ANSWER_LENGTH = 4000  # characters
OWN_FORM = "own"  # the id of a form that is not LiveChat's; theirs are no words
# The fields of that form, by what the owner wants to know (`Widget.Ask`).
OWN_FIELDS = {"name": ("name",), "email": ("email",), "both": ("name", "email")}


def own_form(ask: str) -> FormToFill | None:
    """What the owner wants to know before the chat. LiveChat does not know this form."""
    labels = {"name": gettext("Your name"), "email": gettext("E-mail address")}
    fields = (
        FormField(id=kind, type=kind, label=labels[kind], required=True)
        for kind in OWN_FIELDS.get(ask, ())
    )
    return FormToFill(OWN_FORM, tuple(fields)) if ask else None


def own_ticket_form() -> FormToFill:
    """What somebody leaves when nobody is there, where LiveChat has no form for it."""
    fields = (
        FormField(id="name", type="name", label=gettext("Your name"), required=False),
        FormField(id="email", type="email", label=gettext("E-mail address"), required=True),
        FormField(id="text", type="textarea", label=gettext("Message"), required=True),
    )
    return FormToFill(OWN_FORM, fields)


def choices_of(field: FormField) -> list[tuple[str, str]]:
    return [(option.id, option.label) for option in field.options]


def initial_ids(field: FormField) -> list[str]:
    return [option.id for option in field.options if option.checked]


def line() -> forms.Field:
    return forms.CharField(max_length=ANSWER_LENGTH)


def lines() -> forms.Field:
    return forms.CharField(max_length=ANSWER_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))


def name() -> forms.Field:
    widget = forms.TextInput(attrs={"id": "name", "autocomplete": "name"})
    return forms.CharField(max_length=255, widget=widget)


def email() -> forms.Field:
    widget = forms.EmailInput(attrs={"id": "email", "autocomplete": "email"})
    return forms.EmailField(widget=widget)


def one_of(field: FormField) -> forms.Field:
    initial = next(iter(initial_ids(field)), None)
    return forms.ChoiceField(choices=choices_of(field), widget=forms.RadioSelect(), initial=initial)


def selection(field: FormField) -> forms.Field:
    nothing = [("", _("Please choose"))]
    initial = next(iter(initial_ids(field)), None)
    return forms.ChoiceField(choices=[*nothing, *choices_of(field)], initial=initial)


def some_of(field: FormField) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=choices_of(field),
        widget=forms.CheckboxSelectMultiple(),
        initial=initial_ids(field),
    )


def yes_or_no() -> forms.Field:
    return forms.BooleanField()


WRITTEN: dict[str, Callable[[], forms.Field]] = {
    "name": name,
    "email": email,
    "question": line,
    "subject": line,
    "textarea": lines,
    "checkbox_for_email": yes_or_no,
}
CHOSEN: dict[str, Callable[[FormField], forms.Field]] = {
    "radio": one_of,
    "select": selection,
    "group_chooser": selection,
    "checkbox": some_of,
}


def field_for(field: FormField) -> forms.Field | None:
    """What asks this question; None for a header, or a kind we do not know."""
    if write := WRITTEN.get(field.type):
        return write()
    choose = CHOSEN.get(field.type)
    return choose(field) if choose else None


class ChatForm(forms.Form):
    """Asks what the owner of a LiveChat form wants to know."""

    use_required_attribute = False  # the server answers in the customer's language

    def __init__(self, form_fields: Sequence[FormField], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.form_fields = form_fields
        for field in form_fields:
            if django_field := field_for(field):
                django_field.label, django_field.required = field.label, field.required
                self.fields[field.id] = django_field

    def rows(self) -> list[tuple[FormField, forms.BoundField | None]]:
        """Every field in its order; a header, or one we cannot ask, has nothing to fill in."""
        return [
            (field, self[field.id] if field.id in self.fields else None)
            for field in self.form_fields
        ]

    def answers(self) -> list[Json]:
        """The fields of a `filled_form`; what was left out has no answer."""
        return [
            {"id": field.id, "type": field.type, "label": field.label}
            | answer_to(field, self.cleaned_data[field.id])
            for field in self.form_fields
            if field.id in self.fields
        ]

    def answer_of_type(self, kind: str) -> str:
        """What was answered to the first question of this type, or ""."""
        answers = (self.cleaned_data[f.id] for f in self.form_fields if f.type == kind)
        return next(answers, "")

    def group_id(self) -> int | None:
        """The group the customer chose to talk to, if the form let them."""
        for field in self.form_fields:
            if field.type == "group_chooser":
                chosen = self.cleaned_data[field.id]
                return next((o.group_id for o in field.options if o.id == chosen), None)
        return None


def answer_to(field: FormField, given: Any) -> Json:
    """One answer in LiveChat's shape for the field's type."""
    labels = {option.id: option for option in field.options}
    if field.type == "checkbox":
        return {"answers": [{"id": key, "label": labels[key].label} for key in given]}
    if field.type == "checkbox_for_email":
        return {"answer": bool(given)}
    if not given:
        return {}
    if field.type == "group_chooser":
        chosen = labels[given]
        return {"answer": {"id": given, "group_id": chosen.group_id, "label": chosen.label}}
    if field.type in ("radio", "select"):
        return {"answer": {"id": given, "label": labels[given].label}}
    return {"answer": given}
