"""Fields that more than one of the owners' forms has."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def set_directions(fields: Mapping[str, forms.Field], code: Collection[str]) -> None:
    """Words begin on the side on which their own language does, `code` and addresses on the left.

    The language of the admin says nothing of either.
    """
    for name, field in fields.items():
        if isinstance(field.widget, forms.TextInput | forms.Textarea):
            field.widget.attrs["dir"] = "ltr" if name in code else "auto"


class PagesField(forms.Field):
    """Pages of a website, one per line, as a list of paths."""

    widget = forms.Textarea(attrs={"rows": 2, "placeholder": "/checkout/*"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        """A whole address is forgiven: its path is what counts."""
        lines = filter(None, map(str.strip, str(value or "").splitlines()))
        return list(dict.fromkeys(re.sub(r"^https?://[^/]+", "", line) or "/" for line in lines))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class TextsInput(forms.Widget):
    """A group of text inputs for each language, and an empty one to add a language.

    Their names are `<field>-<row>-language` and `<field>-<row>-<text>`. `labels` are what owners
    call the texts, by name.
    """

    template_name = "widget/owners/texts.html"

    def __init__(self, labels: Mapping[str, Any]) -> None:
        super().__init__()
        self.labels = labels

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        written = value if isinstance(value, dict) else {}
        context["languages"] = settings.LANGUAGES
        beside = name.removesuffix("texts")  # the texts in the default language
        context["rows"] = [
            {
                "number": number,
                "language": language,
                "texts": [
                    (text, label, texts.get(text, ""), f"id_{beside}{text}")
                    for text, label in self.labels.items()
                ],
            }
            for number, (language, texts) in enumerate([*written.items(), ("", {})])
        ]
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        texts: dict[str, dict[str, str]] = {}
        number = 0
        while f"{name}-{number}-language" in data:
            language = data[f"{name}-{number}-language"]
            written = {
                text: data.get(f"{name}-{number}-{text}", "").strip() for text in self.labels
            }
            if language:
                texts[language] = {text: value for text, value in written.items() if value}
            number += 1
        return texts

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-language" not in data


class TextsField(forms.Field):
    """The owner's texts in other languages: `{"de": {"header_title": "Hallo"}}`."""

    def __init__(self, labels: Mapping[str, Any], **options: Any) -> None:
        super().__init__(widget=TextsInput(labels), **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or {}) != (data or {}))
