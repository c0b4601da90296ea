"""A project has an admin of its own, and not Django's."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from config.admin_site import ChatAdminSite
from tests.widget.owners.admin import FORM, OWN, add_widget
from widget.admin import MembershipAdmin, WidgetAdmin
from widget.models import Membership, Widget
from widget.owners import changes, joining


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


def test_the_second_factor_stands_in_the_admin_it_is_asked_for_in(
    client: Client, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    client.force_login(User.objects.create_superuser("admin"))
    assert "Backoffice" in client.get("/back/second-factor/").content.decode()


def test_a_role_is_given_in_an_admin_without_users(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    client.force_login(User.objects.create_superuser("admin"))
    nora = User.objects.create_user("nora")
    role = {"user": nora.pk, "organization_id": ORGANIZATION, "role": "viewer"}
    assert client.post("/back/widget/membership/add/", role).status_code == 302
    shown = client.get(f"/back/widget/membership/{Membership.objects.get().pk}/change/")
    assert "<strong>nora</strong>" in shown.content.decode()


# Beside Django's own


owners = ChatAdminSite(name="owners")
owners.register(Widget, WidgetAdmin)


class Beside:
    """The URLs of a project with two admins: its staff's, and the owners'."""

    urlpatterns: tuple[Any, ...] = (
        path("admin/", admin.site.urls),
        path("owners/", owners.urls),
        path("", include("widget.urls")),
    )


@pytest.fixture
def beside(client: Client, settings: Settings) -> Client:
    """Somebody in the owners' admin."""
    settings.ROOT_URLCONF = Beside
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.mark.parametrize(
    ("place", "form"),
    [
        ("{pk}/change/", FORM | {"_draft": "Keep as a draft"}),
        ("{pk}/change/", FORM | {"_test": "Save and test"}),
        ("{pk}/change/", FORM | {"_continue": "Save"}),
        ("{pk}/duplicate/", {}),
        ("{pk}/discard/", {}),
        ("{pk}/restore/{revision}/", {}),
        ("{pk}/new-secret/", {}),
        ("{pk}/agent-token/", {"agent_token": "dal:secret"}),
        ("{pk}/webhook/", {}),
        ("colleagues/", {"email": "a@shop.example", "role": "viewer", "organization_id": OWN}),
        ("colleagues/{invitation}/withdraw/", {}),
        ("colleagues/{membership}/let-go/", {}),
        ("join/", {"token": "{token}"}),
        ("join/older-token/", {}),
    ],
)
def test_what_is_done_in_one_admin_leads_on_in_it(
    beside: Client, settings: Settings, place: str, form: dict[str, str]
) -> None:
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = "http://127.0.0.1:9"
    ada, nora = User.objects.get(), User.objects.create_user("nora")
    widget = add_widget()
    changes.publish(widget, ada)
    invitation = joining.invite(ada, OWN, "adam@shop.example", Membership.Role.VIEWER)
    known = {
        "pk": widget.pk,
        "revision": widget.revisions.get().pk,
        "invitation": invitation.pk,
        "membership": Membership.objects.create(user=nora, organization_id=OWN, role="viewer").pk,
        "token": joining.token_of(invitation),
    }
    sent = {name: value.format(**known) for name, value in form.items()}
    answer = beside.post(f"/owners/widget/widget/{place.format(**known)}", sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/owners/widget/widget/")


def test_who_sets_up_a_second_factor_stays_in_the_admin_it_is_done_in(beside: Client) -> None:
    beside.get("/owners/second-factor/")
    code = f"{totp(TOTPDevice.objects.get().bin_key):06}"
    done = beside.post("/owners/second-factor/", {"code": code})
    assert done["Location"] == "/owners/second-factor/"


def test_who_accepts_an_invitation_comes_to_the_admin_it_is_of(beside: Client) -> None:
    add_widget()
    ada = User.objects.get()
    invitation = joining.invite(ada, OWN, "adam@shop.example", Membership.Role.VIEWER)
    listed = beside.get("/owners/widget/widget/colleagues/").content.decode()
    assert f"http://testserver/owners/widget/widget/join/#{joining.token_of(invitation)}" in listed
    beside.post("/owners/widget/widget/join/", {"token": joining.token_of(invitation)})
    assert beside.post("/owners/widget/widget/join/")["Location"] == "/owners/"


def test_pages_of_one_admin_name_no_page_of_the_other(beside: Client) -> None:
    widget = add_widget()
    changes.publish(widget, User.objects.get())
    invitation = joining.invite(User.objects.get(), OWN, "a@shop.example", Membership.Role.VIEWER)
    assert invitation.pk
    for place in ("", "add/", "import/", "colleagues/", "join/", "{pk}/change/", "{pk}/history/"):
        html = beside.get(f"/owners/widget/widget/{place.format(pk=widget.pk)}").content.decode()
        assert "/owners/" in html
        assert re.findall(r'"/admin/[^"]*"', html) == [], place
    shown = beside.post(f"/owners/widget/widget/preview/{widget.pk}/", FORM).json()
    assert shown["url"].startswith("/owners/")
