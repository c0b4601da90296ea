"""Every change is written down and can be undone; a widget can be copied."""

import pytest
from django.test import Client

from tests.widget.owners.admin import ADD, FORM, LIST, add_widget, change, page, signed_in
from widget.models import Membership, Widget

pytestmark = pytest.mark.django_db


def test_every_change_stands_in_the_history_with_who_made_it(superuser: Client) -> None:
    superuser.post(ADD, FORM)
    widget = Widget.objects.get(key="shop")
    superuser.post(change(widget), FORM | {"brand_color": "#ffcc00"})
    html = page(superuser, f"{LIST}{widget.pk}/history/")
    assert "Brand colour" in html
    assert "The widget was created." in html
    assert "<td>admin</td>" in html


def test_saving_without_a_change_leaves_no_trace(superuser: Client) -> None:
    superuser.post(ADD, FORM)
    widget = Widget.objects.get(key="shop")
    superuser.post(change(widget), FORM)
    assert widget.revisions.count() == 1


def test_a_widget_that_nobody_changed_has_an_empty_history(superuser: Client) -> None:
    assert "Nothing was changed here yet." in page(superuser, f"{LIST}{add_widget().pk}/history/")


def test_a_change_can_be_undone(superuser: Client) -> None:
    superuser.post(ADD, FORM)
    widget = Widget.objects.get(key="shop")
    superuser.post(change(widget), FORM | {"brand_color": "#ffcc00"})
    first = widget.revisions.earliest("pk")
    superuser.post(f"{LIST}{widget.pk}/restore/{first.pk}/")
    widget.refresh_from_db()
    assert widget.brand_color == "#1f6f54"


def test_the_first_change_of_a_widget_made_elsewhere_can_be_undone(superuser: Client) -> None:
    widget = add_widget(header_title="Made by a command")
    superuser.post(change(widget), FORM)
    first = widget.revisions.earliest("pk")
    superuser.post(f"{LIST}{widget.pk}/restore/{first.pk}/")
    widget.refresh_from_db()
    assert widget.header_title == "Made by a command"


def test_nothing_is_undone_or_copied_by_following_a_link(superuser: Client) -> None:
    superuser.post(ADD, FORM)
    widget = Widget.objects.get(key="shop")
    assert superuser.get(f"{LIST}{widget.pk}/duplicate/").status_code == 403
    revision = widget.revisions.get()
    assert superuser.get(f"{LIST}{widget.pk}/restore/{revision.pk}/").status_code == 403


def test_a_copy_has_another_key_and_is_switched_off(superuser: Client) -> None:
    widget = add_widget(brand_color="#ffcc00")
    superuser.post(f"{LIST}{widget.pk}/duplicate/")
    twin = Widget.objects.exclude(pk=widget.pk).get()
    assert twin.key != widget.key
    assert (twin.name, twin.brand_color, twin.enabled) == ("Copy of Shop", "#ffcc00", False)


def test_a_viewer_copies_and_restores_nothing(client: Client) -> None:
    widget = add_widget()
    viewer = signed_in(client, Membership.Role.VIEWER)
    assert viewer.post(f"{LIST}{widget.pk}/duplicate/").status_code == 403
    assert viewer.get(f"{LIST}import/").status_code == 403
