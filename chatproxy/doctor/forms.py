"""Answers to whatever a form asks, for a form that nobody reads."""

from __future__ import annotations

from collections.abc import Iterable

from chatproxy.livechat.structures import FormField, Json

WORDS = {
    "name": "Connection check",
    "email": "check@example.com",
    "question": "Connection check",
    "subject": "Connection check",
    "textarea": "Connection check",
}


def answers_to(fields: Iterable[FormField]) -> list[Json]:
    """The fields of a `filled_form`. Source: Customer Chat API v3.6, "Filled form"."""
    return [
        {"id": field.id, "type": field.type, "label": field.label, **_answer(field)}
        for field in fields
        if field.type != "header"
    ]


def _answer(field: FormField) -> Json:
    if field.type in WORDS:
        return {"answer": WORDS[field.type]}
    if field.type == "checkbox":
        return {"answers": [{"id": o.id, "label": o.label} for o in field.options[:1]]}
    if field.type == "checkbox_for_email":
        return {"answer": False}
    if field.type in ("radio", "select") and field.options:
        first = field.options[0]
        return {"answer": {"id": first.id, "label": first.label}}
    return {}
