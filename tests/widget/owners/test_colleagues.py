"""Colleagues: invited by e-mail, with a link that works once, for a while, and no further."""

import datetime as dt
import logging
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.widget.owners.admin import LIST, OTHER, OWN, add_widget, page, signed_in
from widget.models import ColleagueInvitation, Membership, Widget
from widget.owners.joining import MOST_A_DAY

pytestmark = pytest.mark.django_db

Role = Membership.Role
COLLEAGUES = f"{LIST}colleagues/"
JOIN = f"{LIST}join/"
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def shop() -> Widget:
    return add_widget()


def invite(client: Client, email: str = "eve@shop.example", **changes: str) -> str:
    """The link in the e-mail; "" if none was sent."""
    mail.outbox.clear()
    client.post(COLLEAGUES, {"email": email, "role": Role.EDITOR, "organization_id": OWN} | changes)
    return link_in(mail.outbox[0]) if mail.outbox else ""


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(\S+)", message.body)
    assert found
    return found[1]


def follow(client: Client, link: str) -> Any:
    """What the page's script does with what stands behind the `#`, and where that leads."""
    page, _, token = link.partition("#")
    return client.post(page, {"token": token}, follow=True)


def accept(client: Client, link: str, **filled_in: str) -> Any:
    follow(client, link)
    return client.post(JOIN, filled_in)


def account(**changes: str) -> dict[str, str]:
    return {"username": "eve", "password1": PASSWORD, "password2": PASSWORD} | changes


def roles() -> dict[str, str]:
    found = Membership.objects.exclude(user__username__in=Role.values)
    return {each.user.username: each.role for each in found}


def test_an_invited_colleague_chooses_a_password_and_works_at_once(client: Client) -> None:
    link = invite(signed_in(client, Role.OWNER))
    assert mail.outbox[0].to == ["eve@shop.example"]
    eve = Client()
    invitation = follow(eve, link).content.decode()
    assert "owner would like you to work on the chat of: Shop." in invitation
    accept(eve, link, **account())
    assert roles() == {"eve": Role.EDITOR}
    assert User.objects.get(username="eve").email == "eve@shop.example"
    assert "Shop" in page(eve, "/admin/")
    assert eve.get(f"{LIST}add/").status_code == 200


def test_a_link_works_once(client: Client) -> None:
    link = invite(signed_in(client, Role.OWNER))
    accept(Client(), link, **account())
    assert follow(Client(), link).status_code == 410
    assert accept(Client(), link, **account(username="mallory")).status_code == 410
    assert roles() == {"eve": Role.EDITOR}


def test_a_link_works_for_seven_days(client: Client) -> None:
    link = invite(signed_in(client, Role.OWNER))
    made = ColleagueInvitation.objects.all()
    made.update(made_at=timezone.now() - dt.timedelta(days=6, hours=23))
    assert follow(Client(), link).status_code == 200
    made.update(made_at=timezone.now() - dt.timedelta(days=7))
    assert follow(Client(), link).status_code == 410
    call_command("forget_customers")
    assert not made.exists()


def test_a_withdrawn_link_is_worthless(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    link = invite(owner)
    assert link in page(owner, COLLEAGUES)
    owner.post(f"{COLLEAGUES}{ColleagueInvitation.objects.get().pk}/withdraw/")
    assert follow(Client(), link).status_code == 410
    assert link not in page(owner, COLLEAGUES)


def test_a_second_invitation_takes_the_place_of_the_first(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    first, second = invite(owner), invite(owner, "Eve@shop.example", role=Role.VIEWER)
    assert [follow(Client(), link).status_code for link in (first, second)] == [410, 200]


@pytest.mark.parametrize("change", ["x", ""])
def test_a_link_cannot_be_made_up(client: Client, change: str) -> None:
    link = invite(signed_in(client, Role.OWNER))
    assert follow(Client(), f"{link[:-1]}{change}").status_code == 410


@pytest.mark.parametrize(
    ("role", "given"),
    [
        (Role.OWNER, [Role.OWNER, Role.EDITOR, Role.VIEWER]),
        (Role.EDITOR, [Role.EDITOR, Role.VIEWER]),
        (Role.VIEWER, []),
    ],
)
def test_nobody_gives_a_greater_role_than_their_own(
    client: Client, role: Role, given: list[Role]
) -> None:
    inviter = signed_in(client, role)
    assert [each for each in Role if invite(inviter, role=each)] == given


def test_nobody_invites_into_an_organization_of_others(client: Client) -> None:
    add_widget(key="other", organization_id=OTHER, name="Other")
    assert not invite(signed_in(client, Role.OWNER), organization_id=OTHER)


def test_an_invitation_ends_with_the_role_of_whoever_made_it(client: Client) -> None:
    link = invite(signed_in(client, Role.EDITOR))
    Membership.objects.update(role=Role.VIEWER)
    assert follow(Client(), link).status_code == 410


@pytest.mark.parametrize("is_superuser", [False, True])
def test_an_invitation_ends_when_the_admin_no_longer_lets_in_whoever_made_it(
    client: Client, is_superuser: bool
) -> None:
    inviter = signed_in(client, Role.OWNER)
    User.objects.update(is_superuser=is_superuser)
    link = invite(inviter)
    User.objects.update(is_staff=False)
    assert follow(Client(), link).status_code == 410


def test_an_editor_ends_no_invitation_that_they_could_not_have_made(client: Client) -> None:
    owner, editor = signed_in(client, Role.OWNER), signed_in(Client(), Role.EDITOR)
    link = invite(owner, role=Role.OWNER)
    assert invite(editor, role=Role.VIEWER)
    accept(Client(), link, **account())
    assert roles() == {"eve": Role.OWNER}


def test_whoever_has_an_account_joins_with_it_and_keeps_a_greater_role(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    eve = Client()
    eve.force_login(User.objects.create_user("eve"))
    for given, kept in (("viewer", "viewer"), ("owner", "owner"), ("editor", "owner")):
        link = invite(owner, role=given)
        assert "You are signed in as eve." in follow(eve, link).content.decode()
        accept(eve, link)
        assert roles() == {"eve": kept}
    assert "Shop" in page(eve, "/admin/")


def test_a_name_that_is_taken_is_nobody_elses_account(client: Client) -> None:
    link = invite(signed_in(client, Role.OWNER))
    User.objects.create_user("eve", password="another password")
    response = accept(Client(), link, **account())
    assert "username" in response.context["form"].errors
    assert User.objects.get(username="eve").check_password("another password")
    assert follow(Client(), link).status_code == 200


def test_an_address_that_is_taken_makes_no_second_account(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a project wants each address once."""
    monkeypatch.setattr(User._meta.get_field("email"), "unique", True)
    link = invite(signed_in(client, Role.OWNER))
    User.objects.create_user("first", "eve@shop.example")
    response = accept(Client(), link, **account(email="other@shop.example"))
    assert "email" in response.context["form"].errors
    assert not User.objects.filter(username="eve").exists()
    assert follow(Client(), link).status_code == 200


def test_nobody_chooses_another_address_than_the_invited(client: Client) -> None:
    link = invite(signed_in(client, Role.OWNER))
    accept(Client(), link, **account(email="ceo@shop.example"))
    assert User.objects.get(username="eve").email == "eve@shop.example"


@pytest.mark.parametrize("weak", ["12345", "genevieve.smith"])
def test_a_weak_password_is_refused(client: Client, weak: str) -> None:
    link = invite(signed_in(client, Role.OWNER), "genevieve.smith@shop.example")
    response = accept(Client(), link, **account(password1=weak, password2=weak))
    assert response.context["form"].errors
    assert roles() == {}


def test_no_other_website_accepts_for_who_is_signed_in(client: Client, settings: Settings) -> None:
    """In a project without Django's middleware, too."""
    invite(signed_in(client, Role.OWNER))
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "Csrf" not in each]
    eve = Client(enforce_csrf_checks=True)
    eve.force_login(User.objects.create_user("eve"))
    assert eve.post(JOIN).status_code == 403
    assert roles() == {}


def test_without_email_the_link_is_there_to_copy(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    owner = signed_in(client, Role.OWNER)
    invite(owner)
    shown = page(owner, COLLEAGUES)
    assert "Give eve@shop.example the link below." in shown
    found = re.search(r"http://testserver(/admin/\S+?/join/#[^<]+)", shown)
    assert found
    assert follow(Client(), found[1]).status_code == 200


def test_an_email_is_promised_only_where_one_can_be_sent(
    client: Client, settings: Settings
) -> None:
    signed_in(client, Role.OWNER)
    assert "They get an e-mail" in page(client, COLLEAGUES)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    html = page(client, COLLEAGUES)
    assert "They get an e-mail" not in html
    assert "you get a link to pass on" in html


def test_a_mail_server_that_fails_is_no_crash(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    owner = signed_in(client, Role.OWNER)
    invite(owner)
    assert "This server could not send an e-mail." in page(owner, COLLEAGUES)


class Refusing(BaseEmailBackend):
    """As those that packages bring: its errors are its own."""

    def send_messages(self, _messages: Any) -> int:
        raise RuntimeError("the key is wrong")


def test_a_backend_with_errors_of_its_own_is_no_crash(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    owner = signed_in(client, Role.OWNER)
    invite(owner)
    assert "This server could not send an e-mail." in page(owner, COLLEAGUES)


def test_no_log_sees_a_link(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Not even that of a form which Django refuses."""
    page, _, token = invite(signed_in(client, Role.OWNER)).partition("#")
    eve = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.DEBUG):
        assert eve.get(page).status_code == 200
        assert eve.post(page, {"token": token}).status_code == 403
    assert "Forbidden" in caplog.text
    assert token not in caplog.text


def test_an_older_link_leads_to_the_new_one(client: Client) -> None:
    page, _, token = (link := invite(signed_in(client, Role.OWNER))).partition("#")
    assert Client().get(f"{page}{token}/")["Location"] == link


def test_a_form_of_an_older_page_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    page, _, token = invite(signed_in(client, Role.OWNER)).partition("#")
    with caplog.at_level(logging.INFO):
        assert Client(enforce_csrf_checks=True).post(f"{page}{token}/").status_code == 302
    assert token not in caplog.text


def test_who_logs_in_on_the_way_still_finds_the_invitation(client: Client) -> None:
    link = invite(signed_in(client, Role.OWNER))
    User.objects.create_user("eve", password=PASSWORD, is_staff=True)
    eve = Client()
    assert f"?next={JOIN}" in follow(eve, link).content.decode()
    logged_in = eve.post(f"/admin/login/?next={JOIN}", {"username": "eve", "password": PASSWORD})
    assert "You are signed in as eve." in page(eve, logged_in["Location"])


@pytest.mark.parametrize(
    ("login_url", "leads_to"),
    [
        ("/accounts/login/", "/admin/login/"),  # Django's default, where this project has no page
        ("/w/shop/", "/w/shop/"),  # a page of the project
        ("https://id.example/login", "https://id.example/login"),
    ],
)
def test_who_has_an_account_logs_in_where_a_page_is(
    client: Client, settings: Settings, login_url: str, leads_to: str
) -> None:
    settings.LOGIN_URL = login_url
    link = invite(signed_in(client, Role.OWNER))
    assert f'href="{leads_to}?next=' in follow(Client(), link).content.decode()


def test_the_last_link_that_was_opened_counts(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    first, second = invite(owner), invite(owner, "adam@shop.example")
    eve = Client()
    for link, email in ((first, "eve@shop.example"), (second, "adam@shop.example")):
        assert email in follow(eve, link).content.decode()


def test_no_organization_invites_without_end(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    sent = [invite(owner, f"{number}@shop.example") for number in range(MOST_A_DAY + 1)]
    assert [bool(link) for link in sent] == [True] * MOST_A_DAY + [False]


def test_an_owner_lets_a_colleague_go_and_stays(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    own = Membership.objects.get()
    eve = Membership.objects.create(
        user=User.objects.create_user("eve"), organization_id=OWN, role=Role.EDITOR
    )
    for each in (own, eve):
        owner.post(f"{COLLEAGUES}{each.pk}/let-go/")
    assert list(Membership.objects.all()) == [own]


def test_an_editor_lets_nobody_go(client: Client) -> None:
    editor = signed_in(client, Role.EDITOR)
    eve = Membership.objects.create(
        user=User.objects.create_user("eve"), organization_id=OWN, role=Role.VIEWER
    )
    assert editor.post(f"{COLLEAGUES}{eve.pk}/let-go/").status_code == 403
    assert Membership.objects.filter(pk=eve.pk).exists()


def test_an_invitation_speaks_the_inviters_language(client: Client) -> None:
    owner = signed_in(client, Role.OWNER)
    owner.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    assert invite(owner)
    assert "Shop" in mail.outbox[0].body
    assert "would like" not in mail.outbox[0].body


def test_a_stranger_invites_nobody() -> None:
    assert not invite(Client())
    assert isinstance(Client().get(COLLEAGUES).wsgi_request.user, AnonymousUser)


def test_who_has_a_role_is_found_by_what_a_project_calls_its_users(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "USERNAME_FIELD", "email")
    eve = User.objects.create_user("eve", "genevieve@shop.example")
    Membership.objects.create(user=eve, organization_id=OWN)
    response = admin_client.get("/admin/widget/membership/", {"q": "genevieve"})
    assert response.context["cl"].result_count == 1


@pytest.mark.parametrize("rights", [{}, {"is_superuser": True}], ids=["owner", "superuser"])
def test_many_colleagues_and_organizations_are_asked_for_at_once(
    client: Client, rights: dict[str, bool]
) -> None:
    owner = signed_in(client, Role.OWNER)
    User.objects.update(**rights)
    me = User.objects.get()

    def asked_for() -> int:
        page(owner, COLLEAGUES)  # what is asked for once only
        with CaptureQueriesContext(connection) as queries:
            page(owner, COLLEAGUES)
        return len(queries)

    def add_organization(number: int) -> None:
        own = {"organization_id": str(uuid.UUID(int=number))}
        add_widget(key=f"shop-{number}", **own)
        Membership.objects.create(user=me, role=Role.OWNER, **own)
        eve = User.objects.create_user(f"eve-{number}")
        Membership.objects.create(user=eve, role=Role.VIEWER, **own)
        ColleagueInvitation.objects.create(email="a@b.example", invited_by=me, **own)

    add_organization(0)
    for_few = asked_for()
    for number in range(1, 5):
        add_organization(number)
    assert asked_for() == for_few
