"""A project has an admin of its own, and not Django's."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from pytest_django import Settings

from config.admin_site import ChatAdminSite
from widget.admin import MembershipAdmin, WidgetAdmin
from widget.models import Membership, Widget


class Backoffice(ChatAdminSite):
    site_header = _("Backoffice")


site = Backoffice(name="backoffice")
site.register(Widget, WidgetAdmin)
site.register(Membership, MembershipAdmin)

ORGANIZATION = "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"

urlpatterns: list[Any] = [path("back/", site.urls), path("", include("widget.urls"))]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", ["import/", "colleagues/", "{pk}/statistics/", "join/"])
def test_owners_work_in_an_admin_of_the_projects_own(
    client: Client, settings: Settings, place: str
) -> None:
    settings.ROOT_URLCONF = __name__
    widget = Widget.objects.create(name="Shop", key="shop", organization_id=ORGANIZATION)
    client.force_login(User.objects.create_superuser("admin"))
    shown = client.get(f"/back/widget/widget/{place.format(pk=widget.pk)}")
    assert shown.status_code == 200
    assert "Backoffice" in shown.content.decode()


def test_a_role_is_given_in_an_admin_without_users(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    client.force_login(User.objects.create_superuser("admin"))
    nora = User.objects.create_user("nora")
    role = {"user": nora.pk, "organization_id": ORGANIZATION, "role": "viewer"}
    assert client.post("/back/widget/membership/add/", role).status_code == 302
    shown = client.get(f"/back/widget/membership/{Membership.objects.get().pk}/change/")
    assert "<strong>nora</strong>" in shown.content.decode()
