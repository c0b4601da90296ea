"""The form of a widget."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.widget.owners.admin import ADD, FORM, LIST, add_widget, change, errors, page
from widget.models import Widget

pytestmark = pytest.mark.django_db


def test_a_filled_form_makes_a_widget(superuser: Client) -> None:
    superuser.post(ADD, FORM)
    widget = Widget.objects.get(key="shop")
    assert widget.allowed_origins == ["https://shop.example", "https://*.shop.example"]
    assert widget.texts == {"de": {"header_title": "Hallo"}}
    assert not widget.sneak_peek


def test_a_missing_organization_id_is_explained_beside_its_field(superuser: Client) -> None:
    response = superuser.post(ADD, FORM | {"organization_id": ""})
    assert errors(response) == {
        "organization_id": ["Enter your organization ID: it says whose chats these are."]
    }


def test_every_website_that_is_none_is_named(superuser: Client) -> None:
    response = superuser.post(ADD, FORM | {"allowed_origins": "shop.example\nmy shop\n*"})
    assert [error[:10] for error in errors(response)["allowed_origins"]] == [
        "“my shop” ",
        "“*” is not",
    ]


def test_what_was_typed_stands_in_the_form_that_comes_back(superuser: Client) -> None:
    response = superuser.post(ADD, FORM | {"allowed_origins": "my shop"})
    assert "my shop</textarea>" in response.content.decode()


def test_a_language_that_is_emptied_is_removed(superuser: Client) -> None:
    widget = add_widget(texts={"de": {"header_title": "Hallo"}})
    superuser.post(change(widget), FORM | {"texts-0-language": ""})
    widget.refresh_from_db()
    assert widget.texts == {}


def test_the_key_of_a_widget_cannot_be_changed(superuser: Client) -> None:
    widget = add_widget()
    superuser.post(change(widget), FORM | {"key": "other"})
    widget.refresh_from_db()
    assert (widget.key, widget.header_title) == ("shop", "Hello")


def test_the_snippet_stands_in_the_form_as_text_to_copy(superuser: Client) -> None:
    html = page(superuser, change(add_widget()))
    assert "&lt;script async src=&quot;http://testserver/w/shop/embed.js&quot;&gt;" in html
    assert '<script async src="http://testserver/w/shop/embed.js"' not in html
    assert "script-src http://testserver; frame-src http://testserver" in html


@pytest.mark.parametrize("url", ["/admin/login/", "/admin/", LIST, ADD])
def test_no_page_of_the_admin_has_anything_inline(superuser: Client, url: str) -> None:
    if url == "/admin/login/":
        superuser.logout()
    response = superuser.get(url)
    html = response.content.decode()
    assert "script-src 'self'; style-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)


def test_every_section_begins_with_a_capital(superuser: Client) -> None:
    text = page(superuser, change(add_widget()))
    headings = re.findall(r'class="fieldset-heading">\s*(.+)', text)
    assert len(headings) > 5
    assert [heading for heading in headings if heading[0].islower()] == []


def test_the_form_sends_nobody_to_files_that_an_installed_package_lacks(superuser: Client) -> None:
    assert re.findall(r"docs/|handbook", page(superuser, change(add_widget()))) == []


def test_who_is_invited_is_named_in_plain_words(superuser: Client) -> None:
    choices = re.findall(
        r'<option value="(?:new|returning)">([^<]+)', page(superuser, change(add_widget()))
    )
    assert choices == ["New visitors", "Returning visitors"]


def test_a_new_widget_is_made_in_three_steps(superuser: Client) -> None:
    html = page(superuser, ADD)
    steps = [html.index(step) for step in ("1. Your website", "2. Your LiveChat", "3. Put it")]
    assert steps == sorted(steps)
    assert html.index("<summary") > steps[1]  # what is not needed now is folded


def test_the_form_ends_in_two_buttons(superuser: Client) -> None:
    _form, _class, bar = page(superuser, change(add_widget())).partition('class="submit-row"')
    assert re.findall(r'type="submit" value="([^"]+)"', bar) == ["Save", "Keep as a draft"]


@pytest.mark.parametrize(
    "name",
    [
        *("allowed_origins", "connect_early", "sneak_peek"),  # trust, money, privacy
        *(
            pytest.param(each, marks=pytest.mark.night)
            for each in (
                *("region", "identity_per_group", "api_version", "header_picture"),
                *("agent_pictures", "show_reply_time", "ask_first", "files"),
                *("transcript", "history", "retention_days"),
            )
        ),
    ],
)
def test_what_costs_privacy_money_or_trust_comes_with_advice(superuser: Client, name: str) -> None:
    form = superuser.get(change(add_widget())).context["adminform"].form
    assert len(str(form[name].help_text)) > 60


def test_a_new_widgets_form_begins_in_the_projects_language(
    superuser: Client, settings: Settings
) -> None:
    for code in ("en", "de"):
        settings.LANGUAGE_CODE = code
        (choices,) = re.findall(
            r'<select name="default_language".*?</select>', page(superuser, ADD), re.DOTALL
        )
        assert re.findall(r'value="([^"]*)" selected', choices) == [code]


LEFT = {
    *("key", "allowed_origins", "organization_id", "client_id", "redirect_uri", "header_picture"),
    *("shown_pages", "hidden_pages", "opening_hours", "variables", "help_links"),
    *("away_link", "consent_link"),
}
LEFT_OF_INVITATION = {"picture", "link", "pages", "campaign", "values"}


def directions(html: str) -> dict[str, str]:
    """Of the fields in which something is written, by their names."""
    text = r"<(?:textarea|input type=\"text\")[^>]*>"
    found = [tag for tag in re.findall(text, html) if 'name="' in tag]
    return {
        tag.partition('name="')[2].partition('"')[0]: tag.partition('dir="')[2].partition('"')[0]
        for tag in found
    }


def test_words_begin_where_their_language_does_and_addresses_on_the_left(
    superuser: Client,
) -> None:
    told = directions(page(superuser, ADD))
    ours = {name: said for name, said in told.items() if not name.startswith("invitations-")}
    assert {name for name, said in ours.items() if said == "ltr"} == LEFT
    assert {said for name, said in ours.items() if name not in LEFT} == {"auto"}
    in_invitation = {name[14:]: said for name, said in told.items() if name not in ours}
    left = {name for name, said in in_invitation.items() if said == "ltr"}
    assert left == LEFT_OF_INVITATION
    assert {said for name, said in in_invitation.items() if name not in left} == {"auto"}
