"""The admin of this deployment: who comes in how, and the page they come to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django_otp import user_has_device

from config.login import LoginForm, wait_before_login
from config.second_factor import second_factor
from widget.owners.access import EDITORS, may
from widget.owners.home import has_more, summaries_of


class ChatAdminSite(admin.AdminSite):
    site_title = _("Chat widgets")
    site_header = _("Chat widgets")
    index_title = _("Your widgets")
    site_url = None  # this server has no site of its own
    login_form = LoginForm
    index_template = "admin/home.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """With the second factor, for those who have one."""
        if not super().has_permission(request):
            return False
        return bool(request.user.is_verified() or not user_has_device(request.user))  # type: ignore[union-attr]  # django-otp adds it

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """429 for whoever tries too many passwords: before they are looked at, which takes long."""
        seconds = wait_before_login(request) if request.method == "POST" else 0
        if not seconds:
            return super().login(request, extra_context)
        context = self.each_context(request) | {"minutes": -(-seconds // 60)}
        response = render(request, "admin/wait.html", context, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The widgets and how they do."""
        context = {
            "summaries": summaries_of(request.user),
            "has_more": has_more(request.user),
            "may_add": may(request.user, EDITORS),
        }
        context |= extra_context or {}
        return super().index(request, context)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        view = self.admin_view(second_factor)
        own = [path("second-factor/", view, {"site": self}, "second_factor")]
        return [*own, *super().get_urls()]
