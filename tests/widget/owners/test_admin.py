"""The admin, as an owner uses it."""

import json
import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_script_prefix
from django.utils import timezone
from pytest_django import Settings

from tests.chatproxy.people import stored_customer
from tests.sandbox_rig import Sandbox
from widget.models import Membership, Tally, Widget
from widget.owners.settings import settings_of
from widget.statistics import last_seen

OWN = "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
OTHER = "0f0f0f0f-5b0a-4a53-9a5e-2f1d6f3b8c44"
LIST = "/admin/widget/widget/"
ADD = "/admin/widget/widget/add/"

# What the form of a widget sends, but for its connection to LiveChat.
FORM = {
    "name": "Shop",
    "key": "shop",
    "enabled": "on",
    "allowed_origins": "https://shop.example/help\nhttps://*.shop.example",
    "organization_id": OWN,
    "client_id": "c2c0ffee",
    "redirect_uri": "https://shop.example/",
    "group_id": "0",
    "region": "dal",
    "api_version": "3.6",
    "brand_color": "#1f6f54",
    "theme": "auto",
    "font": "system",
    "corner_radius": "16",
    "position": "right",
    "offset_x": "20",
    "offset_y": "20",
    "launcher_size": "60",
    "launcher_shape": "round",
    "launcher_icon": "bubble",
    "default_language": "en",
    "opening_zone": "UTC",
    "header_title": "Hello",
    "texts-0-language": "de",
    "texts-0-header_title": "Hallo",
    "texts-1-language": "",
    "retention_days": "365",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client


def signed_in(client: Client, role: Membership.Role) -> Client:
    """A user of the admin who has this role in the organization OWN."""
    user = User.objects.create_user(role.value, is_staff=True)
    Membership.objects.create(user=user, organization_id=OWN, role=role)
    client.force_login(user)
    return client


def add_widget(**changes: Any) -> Widget:
    fields = {
        "key": "shop",
        "name": "Shop",
        "organization_id": OWN,
        "client_id": "c2c0ffee",
        "redirect_uri": "https://shop.example/",
    }
    return Widget.objects.create(**fields | changes)


def change(widget: Widget) -> str:
    return f"{LIST}{widget.pk}/change/"


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].errors)


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


def test_the_list_says_where_a_widget_appears_and_whether_it_is_on(superuser: Client) -> None:
    add_widget(allowed_origins=["https://shop.example"], enabled=False)
    html = page(superuser, LIST)
    assert "https://shop.example" in html
    assert "Off</span>" in html


def test_the_first_page_says_whose_today_it_counts(superuser: Client) -> None:
    add_widget()
    assert "<dt>Chats today (UTC)</dt>" in page(superuser, "/admin/")


class CountingCache:
    """Stands for `cache` in one module."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        return getattr(cache, name)


def times_asked(client: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the database, and the cache of where widgets were seen, are asked for a page."""
    counting = CountingCache()
    monkeypatch.setattr("widget.statistics.last_seen.cache", counting)
    with CaptureQueriesContext(connection) as queries:
        page(client, url)
    return len(queries) + counting.asked


@pytest.mark.parametrize("url", ["/admin/", LIST])
def test_many_widgets_are_asked_for_at_once(
    superuser: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(key: str) -> None:
        add_widget(key=key, allowed_origins=["https://shop.example"])
        stored_customer(widget_key=key, token=key).admit("https://shop.example")

    add("shop")
    page(superuser, url)  # what is asked for once only
    for_one = times_asked(superuser, url, monkeypatch)
    for number in range(9):
        add(f"shop-{number}")
    assert times_asked(superuser, url, monkeypatch) == for_one


@pytest.mark.parametrize("url", ["/admin/", LIST])
def test_each_widget_has_its_own_figures(superuser: Client, url: str) -> None:
    today = timezone.now().date()
    for number in (1, 2):
        origin = f"https://shop-{number}.example"
        widget = add_widget(key=f"shop-{number}", allowed_origins=[origin])
        last_seen.remember(widget, origin)
        Tally.objects.create(widget=widget, day=today, what=Tally.What.CHAT, count=40 + number)
    add_widget()
    html = page(superuser, url)
    assert html.count("Not yet") == 1
    if url == "/admin/":
        assert re.findall(r"<dt>Chats today \(UTC\)</dt><dd>(\d+)", html) == ["41", "42", "0"]
        assert re.findall(r"<dd>(https://shop-.)", html) == ["https://shop-1", "https://shop-2"]


def test_the_first_page_shows_some_of_many_widgets_and_leads_to_all(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.owners.home.MOST", 2)
    for number in range(2):
        add_widget(key=f"shop-{number}", name=f"Shop {number}")
    assert "Show all" not in page(superuser, "/admin/")
    add_widget(name="Shop 2")
    html = page(superuser, "/admin/")
    assert "Shop 1" in html
    assert "Shop 2" not in html
    assert f'<a class="button quiet" href="{LIST}">Show all</a>' in html


def test_who_wrote_before_midnight_still_waits_after_it(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = add_widget()
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for day, what, count in (
        (midnight - timedelta(hours=30), Tally.What.CHAT, 9),
        (midnight - timedelta(minutes=5), Tally.What.CHAT, 3),
        (midnight - timedelta(minutes=5), Tally.What.FIRST_REPLY, 1),
        (midnight, Tally.What.CHAT, 1),
    ):
        Tally.objects.create(widget=widget, day=day.date(), what=what, count=count)
    clock = SimpleNamespace(now=lambda: midnight + timedelta(minutes=5))
    monkeypatch.setattr("widget.statistics.figures.timezone", clock)
    html = page(superuser, "/admin/")
    assert "<dt>Chats today (UTC)</dt><dd>1</dd>" in html
    assert (
        '<dt>No reply yet (today and yesterday)</dt><dd><span class="state due">3</span></dd>'
        in html
    )


@pytest.mark.parametrize("url", ["/admin/login/", "/admin/", LIST, ADD])
def test_no_page_of_the_admin_has_anything_inline(superuser: Client, url: str) -> None:
    if url == "/admin/login/":
        superuser.logout()
    response = superuser.get(url)
    html = response.content.decode()
    assert "script-src 'self'; style-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)


def test_the_form_tells_on_which_website_the_snippet_works(superuser: Client) -> None:
    widget = add_widget(allowed_origins=["https://shop.example"])
    assert "Waiting for your website…" in page(superuser, change(widget))
    superuser.get("/w/shop/embed.js", headers={"Referer": "https://shop.example/plants/"})
    assert "Seen</span> on https://shop.example" in page(superuser, change(widget))


def test_a_stranger_cannot_make_an_owner_see_another_website(superuser: Client) -> None:
    widget = add_widget(allowed_origins=["https://shop.example"])
    superuser.get("/w/shop/embed.js", headers={"Referer": "https://evil.example/"})
    assert "evil.example" not in page(superuser, change(widget))
    assert "Waiting for your website…" in page(superuser, change(widget))


def test_where_the_last_customer_chatted_is_known_though_no_cache_knows_it(
    superuser: Client,
) -> None:
    widget = add_widget(allowed_origins=["https://shop.example"])
    stored_customer().admit("https://shop.example")
    assert "Seen</span> on https://shop.example" in page(superuser, change(widget))
    assert "<dd>https://shop.example, " in page(superuser, "/admin/")


@pytest.mark.parametrize(
    ("widget_key", "website", "unseen_days"),
    [
        ("shop", "https://sold.example", 0),
        ("shop", "", 0),
        ("shop", "https://shop.example", 31),
        ("other", "https://shop.example", 0),
    ],
)
def test_a_customer_of_elsewhere_or_of_long_ago_says_nothing_of_a_website(
    superuser: Client, widget_key: str, website: str, unseen_days: int
) -> None:
    widget = add_widget(allowed_origins=["https://shop.example"])
    stored_customer(widget_key=widget_key, unseen_days=unseen_days).admit(website)
    assert "Waiting for your website…" in page(superuser, change(widget))


# Roles


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


def test_the_first_page_calls_roles_what_they_are(superuser: Client) -> None:
    assert re.findall(r"Roles|Memberships", page(superuser, "/admin/")) == ["Roles"]


def test_a_viewer_looks_but_changes_nothing(client: Client) -> None:
    widget = add_widget()
    viewer = signed_in(client, Membership.Role.VIEWER)
    assert "Shop" in page(viewer, change(widget))
    assert viewer.post(change(widget), FORM).status_code == 403
    assert viewer.get(ADD).status_code == 403


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


def test_a_new_widget_is_made_in_three_steps(superuser: Client) -> None:
    html = page(superuser, ADD)
    steps = [html.index(step) for step in ("1. Your website", "2. Your LiveChat", "3. Put it")]
    assert steps == sorted(steps)
    assert html.index("<summary") > steps[1]  # what is not needed now is folded


def test_the_form_ends_in_two_buttons(superuser: Client) -> None:
    _form, _class, bar = page(superuser, change(add_widget())).partition('class="submit-row"')
    assert re.findall(r'type="submit" value="([^"]+)"', bar) == ["Save", "Keep as a draft"]


def test_who_may_only_look_is_offered_nothing_to_press(client: Client) -> None:
    html = page(signed_in(client, Membership.Role.VIEWER), change(add_widget()))
    assert not re.findall(r'name="_(?:test|draft|continue|save)"', html)


# History, copies, files


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


def imported(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("shop.json", content)
    return client.post(f"{LIST}import/", {"file": file}, follow=True)


def test_a_widget_survives_the_way_through_a_file(superuser: Client) -> None:
    widget = add_widget(allowed_origins=["https://shop.example"], header_title="Hello")
    exported = superuser.get(f"{LIST}{widget.pk}/export/")
    assert 'filename="shop.json"' in exported["Content-Disposition"]
    imported(superuser, exported.content)
    twin = Widget.objects.exclude(pk=widget.pk).get()
    assert (twin.header_title, twin.allowed_origins) == ("Hello", ["https://shop.example"])
    assert not twin.enabled


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "not made with"),
        (b"[]", "not made with"),
        (b'{"colour": "red"}', "there is no setting called colour."),
        (b'{"organization_id": 5}', "An organization ID looks like"),
    ],
)
def test_a_file_that_is_no_widget_is_refused(superuser: Client, content: bytes, said: str) -> None:
    assert said in imported(superuser, content).content.decode()
    assert not Widget.objects.exists()


def test_an_editor_imports_into_their_own_organization_only(client: Client) -> None:
    other = add_widget(organization_id=OTHER)
    content = json.dumps(settings_of(other)).encode()
    response = imported(signed_in(client, Membership.Role.EDITOR), content)
    assert "in which you may not change widgets" in response.content.decode()
    assert Widget.objects.count() == 1


def test_a_viewer_copies_and_restores_nothing(client: Client) -> None:
    widget = add_widget()
    viewer = signed_in(client, Membership.Role.VIEWER)
    assert viewer.post(f"{LIST}{widget.pk}/duplicate/").status_code == 403
    assert viewer.get(f"{LIST}import/").status_code == 403


# The preview


def test_the_preview_serves_the_form_as_it_stands_unsaved(superuser: Client) -> None:
    widget = add_widget(header_title="Saved")
    answer = superuser.post(f"{LIST}preview/{widget.pk}/", FORM | {"header_title": "Draft"}).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    assert Widget.objects.find(key).header_title == "Draft"
    assert Widget.objects.find("shop").header_title == "Saved"
    assert f'src="/w/{key}/embed.js' in page(superuser, answer["url"])


def test_the_preview_shows_what_is_valid_beside_what_is_not(superuser: Client) -> None:
    changes = {"brand_color": "blue", "corner_radius": "999", "header_title": "Draft"}
    answer = superuser.post(f"{LIST}preview/", FORM | changes).json()
    draft = Widget.objects.find(answer["url"].rstrip("/").rpartition("/")[2])
    assert (draft.header_title, draft.corner_radius) == ("Draft", 16)
    assert "--brand" in draft.appearance.stylesheet()


def test_the_preview_shows_a_conversation_but_not_on_websites(superuser: Client) -> None:
    widget = add_widget()
    changes = {"preview_shows": "conversation"}
    answer = superuser.post(f"{LIST}preview/{widget.pk}/", FORM | changes).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    assert "Has my order left yet?" in page(superuser, f"/w/{key}/")
    tried = answer["websites"][0].partition("=")[2]
    assert "Has my order left yet?" not in page(superuser, f"/w/{tried}/")


def test_an_owner_is_told_of_a_colour_that_would_vanish(superuser: Client) -> None:
    pale = superuser.post(f"{LIST}preview/", FORM | {"brand_color": "#ffffff"}).json()["notes"]
    dark = superuser.post(f"{LIST}preview/", FORM | {"brand_color": "#000000"}).json()["notes"]
    seen = superuser.post(f"{LIST}preview/", FORM | {"brand_color": "#1f5eff"}).json()["notes"]
    assert [note.partition(" is hard")[0] for note in pale] == ["On white #ffffff"]
    assert [note.partition(" is hard")[0] for note in dark] == ["In dark mode #000000"]
    assert seen == []


def test_a_preview_may_stand_on_our_own_pages_and_its_websites(superuser: Client) -> None:
    widget = add_widget()
    answer = superuser.post(f"{LIST}preview/{widget.pk}/", FORM).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    own, *websites = Widget.objects.find(key).frame_ancestors.split()
    assert own == "http://testserver"
    assert websites == ["https://shop.example", "https://*.shop.example"]
    assert answer["websites"] == [f"https://shop.example/#chat-draft={key}"]


# The draft


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


def test_a_draft_must_be_valid(superuser: Client) -> None:
    assert kept_as_a_draft(superuser, hidden_pages="checkout").draft is None


def test_a_viewer_keeps_and_drops_no_draft(client: Client, superuser: Client) -> None:
    widget = kept_as_a_draft(superuser, header_title="Draft")
    viewer = signed_in(Client(), Membership.Role.VIEWER)
    assert viewer.post(f"{LIST}{widget.pk}/discard/").status_code == 403
    assert viewer.post(change(widget), FORM | {"_draft": "x"}).status_code == 403


def test_nobody_previews_a_widget_of_another_organization(client: Client) -> None:
    other = add_widget(organization_id=OTHER, header_title="Secret")
    editor = signed_in(client, Membership.Role.EDITOR)
    answer = editor.post(f"{LIST}preview/{other.pk}/", {"name": "x"}).json()
    draft = Widget.objects.find(answer["url"].rstrip("/").rpartition("/")[2])
    assert draft.header_title == ""


# The connection


@pytest.fixture
def livechat(sandbox: Sandbox, settings: Settings) -> dict[str, Any]:
    """The four values that connect a widget with the sandbox."""
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    names = ("organization_id", "client_id", "redirect_uri")
    return {name: sandbox.config[name] for name in names}


def words_of_the_test(client: Client, **connection: Any) -> str:
    """What "Save and test the connection" says about a widget with this connection."""
    response = client.post(ADD, FORM | connection | {"_test": "Save and test"}, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_a_website_that_livechat_does_not_trust_is_named(
    superuser: Client, livechat: dict[str, Any], sandbox: Sandbox
) -> None:
    sandbox.settings(trusted_domains=["other.example"])
    found = words_of_the_test(superuser, **livechat)
    assert "LiveChat does not trust https://shop.example" in found


def test_an_owner_is_told_when_the_api_version_ends(
    superuser: Client, livechat: dict[str, Any]
) -> None:
    found = words_of_the_test(superuser, **livechat, api_version="3.5")
    assert "LiveChat will end this stage of API version 3.5 on May 31, 2027" in found


def test_a_good_connection_is_confirmed(superuser: Client, livechat: dict[str, Any]) -> None:
    assert "It works" in words_of_the_test(superuser, **livechat)


def test_a_connection_is_tested_behind_a_prefix_too(
    superuser: Client, livechat: dict[str, Any]
) -> None:
    with override_script_prefix("/en/"):
        saved = superuser.post(ADD, FORM | livechat | {"_test": "Save and test"})
    assert saved["Location"].startswith("/en/admin/")
    said = " ".join(str(message) for message in superuser.get(LIST).context["messages"])
    assert "It works" in said


def test_a_widget_that_a_colleague_deleted_meanwhile_is_not_tested(superuser: Client) -> None:
    gone = add_widget()
    Widget.objects.all().delete()
    answer = superuser.post(change(gone), FORM | {"_test": "Save and test"}, follow=True)
    assert ["exist" in str(message) for message in answer.context["messages"]] == [True]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organization_id": OTHER}, "organization"),
        ({"client_id": "nobody"}, "does not know this client ID"),
        ({"group_id": "4711"}, "no group 4711"),
    ],
)
def test_a_wrong_value_is_named_in_plain_words(
    superuser: Client, livechat: dict[str, Any], wrong: dict[str, str], said: str
) -> None:
    words = words_of_the_test(superuser, **livechat | wrong)
    assert said in words
    assert "It works" not in words


def test_a_redirect_uri_that_is_not_registered_is_named(
    superuser: Client, livechat: dict[str, Any], sandbox: Sandbox
) -> None:
    strict = sandbox.config["strict_client"]["client_id"]
    elsewhere = {"client_id": strict, "redirect_uri": "https://elsewhere.example/"}
    words = words_of_the_test(superuser, **livechat | elsewhere)
    assert "redirect URI is not registered" in words


@pytest.mark.parametrize("transport", ["web", "accounts"])
def test_an_app_that_may_not_act_for_customers_is_told_its_kind_then_its_scope(
    superuser: Client, livechat: dict[str, Any], sandbox: Sandbox, transport: str
) -> None:
    body = {"error": {"type": "authorization", "message": "Authorization error"}}
    sandbox.fault("status", transport=transport, status=403, body=body)
    words = words_of_the_test(superuser, **livechat)
    assert 0 < words.find("server-side app") < words.find("“customers:own”")


def test_an_unreachable_livechat_is_not_the_owners_fault(
    superuser: Client, livechat: dict[str, Any], settings: Settings
) -> None:
    settings.LIVECHAT_ACCOUNTS_URL = "http://127.0.0.1:9"
    assert "cannot reach LiveChat" in words_of_the_test(superuser, **livechat)


def test_the_list_tests_several_widgets_at_once(
    superuser: Client, livechat: dict[str, Any]
) -> None:
    good = add_widget(**livechat)
    bad = add_widget(**livechat | {"key": "bad", "name": "Bad", "client_id": "nobody"})
    response = superuser.post(
        LIST, {"action": "test_the_connection", "_selected_action": [good.pk, bad.pk]}, follow=True
    )
    said = sorted(str(message) for message in response.context["messages"])
    assert said[0].startswith("Bad: LiveChat does not know")
    assert said[1].startswith("Shop: It works")


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


@pytest.mark.parametrize(
    "name",
    [
        *("allowed_origins", "region", "identity_per_group", "api_version"),
        *("header_picture", "agent_pictures", "show_reply_time", "ask_first", "files"),
        *("transcript", "history", "connect_early", "sneak_peek", "retention_days"),
    ],
)
def test_what_costs_privacy_money_or_trust_comes_with_advice(superuser: Client, name: str) -> None:
    form = superuser.get(change(add_widget())).context["adminform"].form
    assert len(str(form[name].help_text)) > 60
