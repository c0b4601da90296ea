"""How somebody comes into the admin: a password, tried only so often, and a code if they want."""

from __future__ import annotations

import hashlib
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp import match_token, user_has_device

from widget.limits import Limit, first_over
from widget.networks import networks_of

# For one name from one address: whoever else has that name, or sits there, is not kept out.
TRIES = Limit(10, 300)
# For all names from one address, which may be a whole office: each try costs a password's hash.
TRIES_OF_ALL = Limit(40, 300)
LONGEST_NAME = 254  # characters: no longer one is looked up


class LoginForm(AdminAuthenticationForm):
    """Name and password, and the code of whoever has set up a second factor."""

    code = forms.CharField(
        label=_("Code from your app, if you use one"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        user = self.get_user()
        if user and user_has_device(user):  # without a name or a password there is nobody yet
            device = match_token(user, cleaned.get("code", "").replace(" ", ""))
            if device is None:
                raise ValidationError(
                    _("Enter the six digits that your app shows now. Each code works once.")
                )
            user.otp_device = device  # type: ignore[attr-defined]  # django-otp keeps it
        return cleaned


def wait_before_login(request: HttpRequest) -> int:
    """Seconds until this name may be tried again from this address; 0 if now, which counts."""
    name, address = request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")
    over = first_over(list(counts_of(name, address)))
    return over.seconds - int(time.time()) % over.seconds if over else 0


def counts_of(name: str, address: str) -> Iterator[tuple[str, Limit]]:
    """What counts a try, by name: the narrowest network first."""
    hashed = hashlib.sha256(as_looked_up(name).encode()).hexdigest()[:16]
    for network, share in networks_of(address):
        yield f"limit:login:{network}:{hashed}", TRIES.for_as_many(share)
        if address:  # behind a Unix socket there are none: everybody would be one
            yield f"limit:login:{network}", TRIES_OF_ALL.for_as_many(share)


def as_looked_up(name: str) -> str:
    """The name that the form makes of what was written, and no case: spellings are no new names.

    Source: django.contrib.auth.forms.UsernameField.
    """
    return unicodedata.normalize("NFKC", name.strip()[:LONGEST_NAME]).strip().lower()
