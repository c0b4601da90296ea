"""Where somebody sets up their second factor, or ends it.

Source: RFC 6238 (time-based one-time passwords); Google Authenticator, "Key Uri Format".
"""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp import login
from django_otp.plugins.otp_totp.models import TOTPDevice

from widget.owners.addresses import to_admin


class CodeForm(forms.Form):
    """The code that proves who has the app. `device` is what shows it."""

    code = forms.CharField(
        label=_("Code that the app shows now"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, device: TOTPDevice, *args: Any) -> None:
        self.device = device
        super().__init__(*args)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].replace(" ", "")
        allowed, _reason = self.device.verify_is_allowed()
        if not allowed or not self.device.verify_token(code):
            raise forms.ValidationError(
                _("Enter the six digits that your app shows now. Each code works once.")
            )
        return code


def second_factor(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Set it up with a code of the new app, or end it with one of the old."""
    device = device_of(request.user)
    form = CodeForm(device, *([request.POST] if request.method == "POST" else []))
    if form.is_valid():
        if device.confirmed:
            end(request, device)
        else:
            begin(request, device)
        return to_admin(request, "second_factor")
    context = site.each_context(request) | {
        "title": gettext("Second factor"),
        "form": form,
        "device": device,
        "key": b32encode(device.bin_key).decode().rstrip("="),
        "picture": "" if device.confirmed else segno.make(device.config_url).svg_data_uri(scale=5),
    }
    return render(request, "admin/second_factor.html", context)


def device_of(user: AbstractBaseUser | AnonymousUser) -> TOTPDevice:
    """Their app, or one that they have not confirmed yet."""
    devices = TOTPDevice.objects.filter(user_id=user.pk)
    device = devices.order_by("-confirmed").first()
    return device or devices.create(user_id=user.pk, name="app", confirmed=False)


def begin(request: HttpRequest, device: TOTPDevice) -> None:
    """From now on the password alone is not enough, except in this session."""
    device.confirmed = True
    device.save()
    login(request, device)
    messages.success(request, gettext("Your second factor is set up."))


def end(request: HttpRequest, device: TOTPDevice) -> None:
    """The password is enough again."""
    device.delete()
    messages.success(
        request, gettext("The second factor is off. You log in with your password alone.")
    )
