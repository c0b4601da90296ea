"""Who may see and change what."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.widget.owners.admin import (
    ADD,
    FORM,
    LIST,
    OTHER,
    OWN,
    add_widget,
    change,
    errors,
    page,
    signed_in,
)
from widget.models import Membership, Tally, Widget

pytestmark = pytest.mark.django_db


def test_an_owner_sees_only_the_widgets_of_their_organization(client: Client) -> None:
    add_widget()
    add_widget(key="other", name="Someone else's", organization_id=OTHER)
    html = page(signed_in(client, Membership.Role.OWNER), LIST)
    assert "Shop" in html
    assert "Someone else" not in html


def test_an_editor_cannot_open_a_widget_of_another_organization(client: Client) -> None:
    other = add_widget(organization_id=OTHER)
    response = signed_in(client, Membership.Role.EDITOR).get(change(other))
    assert response.status_code == 302


def test_an_editor_cannot_move_a_widget_to_another_organization(client: Client) -> None:
    widget = add_widget()
    response = signed_in(client, Membership.Role.EDITOR).post(
        change(widget), FORM | {"organization_id": OTHER}
    )
    assert list(errors(response)) == ["organization_id"]


def test_an_editor_changes_but_does_not_delete(client: Client) -> None:
    widget = add_widget()
    editor = signed_in(client, Membership.Role.EDITOR)
    assert editor.post(change(widget), FORM).status_code == 302
    assert editor.post(f"{LIST}{widget.pk}/delete/", {"post": "yes"}).status_code == 403
    widget.refresh_from_db()
    assert widget.header_title == "Hello"


def test_an_owner_deletes_a_widget_with_its_history(client: Client) -> None:
    widget = add_widget()
    owner = signed_in(client, Membership.Role.OWNER)
    owner.post(change(widget), FORM)
    assert owner.post(f"{LIST}{widget.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Widget.objects.exists()


def test_what_is_kept_about_a_widget_is_not_listed_before_it_is_deleted(superuser: Client) -> None:
    widget = add_widget()
    Tally.objects.create(widget=widget, day=date(2026, 3, 18), what=Tally.What.CHAT)
    chosen = {"action": "delete_selected", "_selected_action": [widget.pk]}
    for answer in (superuser.get(f"{LIST}{widget.pk}/delete/"), superuser.post(LIST, chosen)):
        text = answer.content.decode()
        assert "Shop" in text
        assert "2026-03-18" not in text
        assert "Tall" not in text


def test_a_viewer_looks_but_changes_nothing(client: Client) -> None:
    widget = add_widget()
    viewer = signed_in(client, Membership.Role.VIEWER)
    assert "Shop" in page(viewer, change(widget))
    assert viewer.post(change(widget), FORM).status_code == 403
    assert viewer.get(ADD).status_code == 403


def test_a_viewer_reads_lists_as_lines(client: Client) -> None:
    widget = add_widget(
        allowed_origins=["https://shop.example", "https://blog.example"],
        hidden_pages=["/checkout/*"],
        variables={"--bubble": "6px"},
        texts={"de": {"header_title": "Hallo"}},
        invitations=[{"id": "0a1b2c3d", "name": "Cart", "text": "May we help?", "enabled": False}],
    )
    html = page(signed_in(client, Membership.Role.VIEWER), change(widget))
    for line in (
        "https://shop.example<br>https://blog.example",
        "/checkout/*",
        "--bubble: 6px",
        "Deutsch, Header title: Hallo",
        "Cart: May we help? · off",
    ):
        assert line in html, line
    shown = re.findall(r'class="readonly">(.*?)</div>', html, re.DOTALL)
    assert [each for each in shown if each.startswith(("[", "{"))] == []


def test_a_viewer_reads_when_an_invitation_comes_and_all_it_says(client: Client) -> None:
    cart = {
        "id": "0a1b2c3d",
        "name": "Cart",
        "text": "May we help?",
        "words": "I have a question.",
        "refusal": False,
        "texts": {"de": {"text": "Dürfen wir helfen?"}},
        "pages": ["/cart", "/checkout/*"],
        "seconds": 30,
        "leaving": True,
        "visitor": "new",
        "values": [["cart", ">=", "100"]],
    }
    html = page(signed_in(client, Membership.Role.VIEWER), change(add_widget(invitations=[cart])))
    lines = (
        "Cart: May we help?",
        "Cart, Message filled in for the customer: I have a question.",
        "Cart, “No, thank you” button: no",
        "Cart, only on these pages: /cart · /checkout/*",
        "Cart, Seconds on the page: 30",
        "Cart, When the pointer leaves the page at the top: yes",
        "Cart, For whom: New visitors",
        "Cart, Values from your page: cart &gt;= 100",
        "Cart, Deutsch, Text: Dürfen wir helfen?",
    )
    assert "<br>".join(lines) in html


def test_a_viewer_is_told_of_nothing_that_they_lack(client: Client) -> None:
    html = page(signed_in(client, Membership.Role.VIEWER), change(add_widget()))
    assert "submit-row" not in html
    assert "Save and test" not in html


@pytest.mark.parametrize("role", [Membership.Role.OWNER, Membership.Role.EDITOR])
def test_an_organization_is_chosen_by_the_names_of_its_widgets(
    client: Client, role: Membership.Role
) -> None:
    add_widget(name="Fern & Clay")
    member = signed_in(client, role)
    Membership.objects.create(user=User.objects.get(), organization_id=OTHER, role=role)
    form = member.get(ADD).context["adminform"].form
    choices = [(OTHER, OTHER), (OWN, f"Fern & Clay ({OWN[:8]}…)")]
    assert form.fields["organization_id"].choices == choices
    assert "Says which LiveChat account" in page(member, ADD)


def test_a_user_without_a_role_sees_no_widgets_at_all(client: Client) -> None:
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert client.get(LIST).status_code == 403


def test_a_role_that_was_given_lets_its_user_in(client: Client, superuser: Client) -> None:
    add_widget()
    nora = User.objects.create_user("nora")
    role = {"user": nora.pk, "organization_id": OWN, "role": "viewer"}
    superuser.post("/admin/widget/membership/add/", role)
    colleague = Client()
    colleague.force_login(nora)
    assert "Shop" in page(colleague, LIST)


def test_the_page_that_gives_a_role_does_not_list_every_user(superuser: Client) -> None:
    """They may be all the customers of a shop."""
    User.objects.create_user("nora")
    assert "nora" not in page(superuser, "/admin/widget/membership/add/")


def test_a_role_says_whose_it_is(superuser: Client) -> None:
    nora = User.objects.create_user("nora")
    role = Membership.objects.create(user=nora, organization_id=OWN)
    html = page(superuser, f"/admin/widget/membership/{role.pk}/change/")
    assert f'<a href="/admin/auth/user/{nora.pk}/change/">nora</a>' in html


def test_who_may_only_look_is_offered_nothing_to_press(client: Client) -> None:
    html = page(signed_in(client, Membership.Role.VIEWER), change(add_widget()))
    assert not re.findall(r'name="_(?:test|draft|continue|save)"', html)


def test_an_owner_sees_the_secret_and_may_change_it(superuser: Client) -> None:
    widget = Widget.objects.create(
        key="shop",
        name="Shop",
        organization_id=OWN,
        client_id="c",
        redirect_uri="https://a.example/",
    )
    before = widget.identity_secret
    assert before in superuser.get(f"{LIST}{widget.pk}/change/").content.decode()
    superuser.post(f"{LIST}{widget.pk}/new-secret/")
    widget.refresh_from_db()
    assert len(widget.identity_secret) >= 43
    assert widget.identity_secret != before


def test_an_editor_neither_sees_nor_changes_the_secret(client: Client) -> None:
    widget = Widget.objects.create(
        key="shop",
        name="Shop",
        organization_id=OWN,
        client_id="c",
        redirect_uri="https://a.example/",
    )
    editor = User.objects.create_user("editor", is_staff=True)
    Membership.objects.create(user=editor, organization_id=OWN, role=Membership.Role.EDITOR)
    client.force_login(editor)
    page = client.get(f"{LIST}{widget.pk}/change/").content.decode()
    assert "Signed-in customers" not in page
    assert widget.identity_secret not in page
    assert client.post(f"{LIST}{widget.pk}/new-secret/").status_code == 403
