"""A draft waits until it is published or dropped."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.widget.owners.admin import FORM, LIST, OTHER, add_widget, change, page, signed_in
from widget.models import Membership, Widget
from widget.owners import changes

pytestmark = pytest.mark.django_db


def kept_as_a_draft(client: Client, **changes: str) -> Widget:
    widget = add_widget(header_title="Published")
    client.post(change(widget), FORM | changes | {"_draft": "Keep as a draft"})
    widget.refresh_from_db()
    return widget


def test_a_draft_changes_nothing_for_customers(superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    assert widget.header_title == "Published"
    assert Widget.objects.find("shop").header_title == "Published"
    assert not widget.revisions.exists()


def test_the_form_shows_the_draft_and_says_that_it_is_one(superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    html = page(superuser, change(widget))
    assert 'value="Draft"' in html
    assert "This is a draft." in html


def test_saving_publishes_the_draft(superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    superuser.post(change(widget), FORM | {"header_title": "Draft"})
    widget.refresh_from_db()
    assert (widget.header_title, widget.draft) == ("Draft", None)


def test_a_draft_can_be_dropped(superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    superuser.post(f"{LIST}{widget.pk}/discard/")
    assert 'value="Published"' in page(superuser, change(widget))


def test_restoring_an_older_version_keeps_the_draft_and_says_so(superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    changes.publish(widget, User.objects.get(username="admin"))
    first = widget.revisions.earliest("pk")
    answer = superuser.post(f"{LIST}{widget.pk}/restore/{first.pk}/", follow=True)
    widget.refresh_from_db()
    assert widget.draft
    assert widget.draft["header_title"] == "Draft"
    *_earlier, restored, kept = map(str, answer.context["messages"])
    assert restored == "“Shop” has been restored."
    assert "There is a draft" in kept
    assert 'value="Draft"' in answer.content.decode()


def test_a_draft_stays_behind_when_the_widget_moves(superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    widget.organization_id = OTHER
    changes.publish(widget, User.objects.get(username="admin"))
    widget.refresh_from_db()
    assert widget.draft is None


def test_a_draft_must_be_valid(superuser: Client) -> None:
    assert kept_as_a_draft(superuser, hidden_pages="checkout").draft is None


def test_a_viewer_keeps_and_drops_no_draft(client: Client, superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    viewer = signed_in(Client(), Membership.Role.VIEWER)
    assert viewer.post(f"{LIST}{widget.pk}/discard/").status_code == 403
    assert viewer.post(change(widget), FORM | {"_draft": "x"}).status_code == 403
