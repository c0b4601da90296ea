"""The id that a browser makes for what it sends, so that sending it again is safe.

`attempt` counts from 0: a later one was tried before, and the answer to it was lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms

from chatproxy import conversation


def custom_id_field(*, required: bool = True) -> forms.RegexField:
    return forms.RegexField(r"^[\w-]{8,64}$", required=required)


class SentOnceForm(forms.Form):
    """What else a request carries that creates something. Without an id it gets one of ours."""

    custom_id = custom_id_field(required=False)
    attempt = forms.IntegerField(min_value=0, required=False)

    def clean_custom_id(self) -> str:
        return self.cleaned_data["custom_id"] or uuid.uuid4().hex

    def same_attempt(self) -> dict[str, Any]:
        """For a form that is given back before anything was tried."""
        return {
            "custom_id": self.cleaned_data["custom_id"],
            "attempt": self.cleaned_data["attempt"] or 0,
        }

    def next_attempt(self) -> dict[str, Any]:
        """For a form that was tried and is given back, to be sent once more."""
        same = self.same_attempt()
        return same | {"attempt": same["attempt"] + 1}


def say_by(attempt: int | None) -> Callable[..., None]:
    """How to say it: what was tried before is looked for first."""
    return conversation.say_again if attempt else conversation.say
