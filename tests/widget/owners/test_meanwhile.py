"""Two who change one widget: whoever comes second is told, and loses nothing."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.widget.owners.admin import FORM, LIST, add_widget, change, page
from widget.models import Widget

pytestmark = pytest.mark.django_db

SOMEBODY_CHANGED = "anna changed this widget after you opened this page"


@pytest.fixture
def widget() -> Widget:
    return add_widget(header_title="Hello", brand_color="#1f6f54", texts={}, client_id="c2c0ffee")


@pytest.fixture
def anna(widget: Widget) -> Client:
    """A colleague."""
    client = Client()
    client.force_login(User.objects.create_superuser("anna"))
    client.post(change(widget), FORM)  # as FORM is, so that nothing else differs
    return client


def opened(client: Client, url: str) -> str:
    """What the page that is there sends along."""
    return html.unescape(re.findall(r'name="opened" value="([^"]+)"', page(client, url))[-1])


def save(client: Client, widget: Widget, **entered: Any) -> Any:
    response = client.post(change(widget), FORM | entered)
    widget.refresh_from_db()
    return response


def boxes(text: str) -> dict[str, bool]:
    """The settings that somebody else has changed, and whether they stay so."""
    found = re.findall(r'name="take" value="\w+:(\w+)"( checked)?', text)
    return {name: bool(checked) for name, checked in found}


def told_again(text: str) -> dict[str, Any]:
    """What the form that was refused sends, as it stands."""
    return {
        "opened": html.unescape(re.findall(r'name="opened" value="([^"]+)"', text)[-1]),
        "told": re.findall(r'name="told" value="([^"]+)"', text),
        "take": re.findall(r'name="take" value="([^"]+)" checked', text),
    }


def test_who_saves_over_a_change_is_told_who_made_it_and_keeps_what_they_entered(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, header_title="Anna's")
    answer = save(superuser, widget, opened=before, header_title="Mine")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f"{SOMEBODY_CHANGED}, " in text
    assert "Anna&#x27;s" in text
    assert 'value="Mine"' in text
    assert boxes(text) == {"header_title": False}
    assert "Please correct" not in text
    assert widget.header_title == "Anna's"


def test_who_has_been_told_saves_over_it(superuser: Client, anna: Client, widget: Widget) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, header_title="Anna's")
    refused = save(superuser, widget, opened=before, header_title="Mine").content.decode()
    assert save(superuser, widget, **told_again(refused), header_title="Mine").status_code == 302
    assert widget.header_title == "Mine"


def test_what_they_did_not_touch_themselves_stays_as_a_colleague_made_it(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, brand_color="#ffcc00", allowed_origins="https://new.example")
    refused = save(superuser, widget, opened=before, header_title="Mine").content.decode()
    assert boxes(refused) == {"brand_color": True, "allowed_origins": True}
    save(superuser, widget, **told_again(refused), header_title="Mine")
    assert (widget.header_title, widget.brand_color) == ("Mine", "#ffcc00")
    assert widget.allowed_origins == ["https://new.example"]


@pytest.mark.night  # by day one of their own fields is
def test_also_that_can_be_saved_over(superuser: Client, anna: Client, widget: Widget) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, brand_color="#ffcc00")
    refused = told_again(save(superuser, widget, opened=before).content.decode())
    save(superuser, widget, **refused | {"take": []})
    assert widget.brand_color == FORM["brand_color"]


@pytest.mark.parametrize(
    "button",
    [
        "_draft",
        pytest.param("_test", marks=pytest.mark.night),
        pytest.param("_continue", marks=pytest.mark.night),
    ],
)
def test_every_way_to_save_tells(
    superuser: Client, anna: Client, widget: Widget, button: str
) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, header_title="Anna's")
    answer = save(superuser, widget, opened=before, **{button: "Save"})
    assert SOMEBODY_CHANGED in answer.content.decode()
    assert (widget.header_title, widget.draft) == ("Anna's", None)


def test_a_draft_of_a_colleague_is_a_change(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, header_title="Anna's", _draft="Keep as a draft")
    text = save(superuser, widget, opened=before, header_title="Mine").content.decode()
    assert SOMEBODY_CHANGED in text
    assert boxes(text) == {"header_title": False}
    assert widget.draft


@pytest.mark.night  # by day one that a colleague made
def test_a_draft_that_a_colleague_dropped_is_one_too(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    save(superuser, widget, header_title="Draft", _draft="Keep as a draft")
    before = opened(superuser, change(widget))
    anna.post(f"{LIST}{widget.pk}/discard/")
    text = save(superuser, widget, opened=before, header_title="Draft").content.decode()
    assert SOMEBODY_CHANGED in text


@pytest.mark.night  # rare
def test_what_was_restored_below_a_draft_is_told_before_the_draft_is_published(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    save(anna, widget, header_title="Second")
    save(superuser, widget, header_title="Draft", _draft="Keep as a draft")
    before = opened(superuser, change(widget))
    first = widget.revisions.earliest("pk")
    anna.post(f"{LIST}{widget.pk}/restore/{first.pk}/")
    refused = save(superuser, widget, opened=before, header_title="Draft").content.decode()
    assert SOMEBODY_CHANGED in refused
    assert "header_title" in boxes(refused)
    save(superuser, widget, **told_again(refused), header_title="Draft")
    assert widget.header_title == "Draft"


@pytest.mark.night  # rare
def test_a_second_change_after_the_first_was_told_is_told_too(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, header_title="Anna's")
    refused = save(superuser, widget, opened=before, header_title="Mine").content.decode()
    save(anna, widget, header_title="Anna's", brand_color="#ffcc00")
    again = save(superuser, widget, **told_again(refused), header_title="Mine").content.decode()
    assert boxes(again) == {"header_title": False, "brand_color": True}


@pytest.mark.night  # rare
def test_what_was_told_stands_there_while_something_else_is_wrong(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    save(anna, widget, brand_color="#ffcc00")
    refused = save(superuser, widget, opened=before).content.decode()
    wrong = save(superuser, widget, **told_again(refused), name="").content.decode()
    assert boxes(wrong) == {"brand_color": True}
    assert "Please correct the error" in wrong


@pytest.mark.night  # by day a colleague's
def test_one_s_own_change_in_another_window_is_told_as_such(
    superuser: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    save(superuser, widget, header_title="First")
    text = save(superuser, widget, opened=before, header_title="Second").content.decode()
    assert "You changed this widget in another window, " in text


@pytest.mark.night  # rare
def test_a_change_that_nobody_wrote_down_is_told_without_a_name(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    before = opened(superuser, change(widget))
    Widget.objects.filter(pk=widget.pk).update(header_title="By a command")
    text = save(superuser, widget, opened=before, header_title="Mine").content.decode()
    assert "This widget was changed after you opened this page." in text
    assert "anna" not in text


def test_who_was_not_overtaken_is_told_nothing(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    save(anna, widget, header_title="Before")
    assert save(superuser, widget, opened=opened(superuser, change(widget))).status_code == 302
    save(anna, widget, header_title="Draft", _draft="Keep as a draft")
    assert save(superuser, widget, opened=opened(superuser, change(widget))).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        *("", "[" * 99_999),
        *(
            pytest.param(each, marks=pytest.mark.night)
            for each in ("no JSON", "1", "[1e999, {}]", "[0, 1]", "[0, {}]", '[0, {"x": []}]')
        ),
    ],
)
def test_a_page_that_does_not_say_what_it_was_opened_with_saves(
    superuser: Client, widget: Widget, sent: str
) -> None:
    assert save(superuser, widget, opened=sent, take=["x"], told=["", "x:y"]).status_code == 302


def test_nobody_restores_over_a_change_they_have_not_seen(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    first, history = widget.revisions.earliest("pk"), f"{LIST}{widget.pk}/history/"
    restore = f"{LIST}{widget.pk}/restore/{first.pk}/"
    save(anna, widget, header_title="Second")
    before = opened(superuser, history)
    save(anna, widget, header_title="Third")
    answer = superuser.post(restore, {"opened": before}, follow=True)
    assert SOMEBODY_CHANGED in str(*answer.context["messages"])
    assert answer.redirect_chain == [(history, 302)]
    widget.refresh_from_db()
    assert widget.header_title == "Third"
    superuser.post(restore, {"opened": opened(superuser, history)})
    widget.refresh_from_db()
    assert widget.header_title == first.settings["header_title"]


def test_nobody_drops_a_draft_they_have_not_seen(
    superuser: Client, anna: Client, widget: Widget
) -> None:
    save(anna, widget, header_title="Draft", _draft="Keep as a draft")
    text = page(superuser, change(widget))
    before = html.unescape(re.findall(r'name="opened" value="([^"]+)"', text)[0])
    assert "whole" in json.loads(before)[1]
    save(anna, widget, header_title="Newer", _draft="Keep as a draft")
    answer = superuser.post(f"{LIST}{widget.pk}/discard/", {"opened": before}, follow=True)
    assert SOMEBODY_CHANGED in str(*answer.context["messages"])
    widget.refresh_from_db()
    assert widget.draft
