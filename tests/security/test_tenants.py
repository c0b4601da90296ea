"""Two organizations are strangers: every way into the admin, tried by everybody there can be.

A person has a role, or none, in the organization that owns the widget, and one in another. Only the
first may count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import Settings

from chatproxy.models import Customer
from tests.widget.owners.admin import ADD, FORM, LIST, OTHER, OWN
from widget.models import ColleagueInvitation, Membership, Revision, Webhook, Widget
from widget.owners.joining import token_of
from widget.owners.settings import settings_of
from widget.statistics import last_seen

pytestmark = pytest.mark.django_db

Role = Membership.Role
OWNER, EDITOR, VIEWER, NONE = Role.OWNER, Role.EDITOR, Role.VIEWER, None
PEOPLE = list(product((OWNER, EDITOR, VIEWER, NONE), repeat=2))
# By day somebody may do everything or nothing in the other organization.
BY_DAY = [
    pytest.param(own, other, marks=() if other in (OWNER, NONE) else pytest.mark.night)
    for own, other in PEOPLE
]
MARK = "Seen by its own people only"


def add_widget(organization_id: str = OWN, key: str = "shop", **fields: Any) -> Widget:
    values = {
        "name": "Shop",
        "client_id": "c2c0ffee",
        "redirect_uri": "https://shop.example/",
        "allowed_origins": ["https://shop.example"],
        "header_title": MARK,
    }
    return Widget.objects.create(key=key, organization_id=organization_id, **values | fields)


def person(own: Role | None, other: Role | None) -> Client:
    """Somebody signed in, with these roles in the widget's organization and in another one."""
    user = User.objects.create_user(f"{own}-{other}-{User.objects.count()}", is_staff=True)
    for organization_id, role in ((OWN, own), (OTHER, other)):
        if role:
            Membership.objects.create(user=user, organization_id=organization_id, role=role)
    client = Client()
    client.force_login(user)
    return client


class Way(NamedTuple):
    """One address of the admin, who may go there, and how to tell that it was gone."""

    route: str
    allowed: tuple[Role, ...]
    go: Callable[[Client, Widget], bool]


def reads(end: str) -> Callable[[Client, Widget], bool]:
    """Whether the answer at this address is the widget's."""

    def go(client: Client, widget: Widget) -> bool:
        response = client.get(f"{LIST}{widget.pk}/{end}")
        shown = response.content.decode()
        assert response.status_code in (200, 302, 403, 404)
        assert response.status_code == 200 or MARK not in shown
        return response.status_code == 200

    return go


def post(client: Client, widget: Widget, end: str, **data: Any) -> None:
    assert client.post(f"{LIST}{widget.pk}/{end}", data).status_code in (200, 302, 403, 404)


def changes_it(client: Client, widget: Widget) -> bool:
    post(client, widget, "change/", **FORM | {"header_text": "Changed"})
    return Widget.objects.filter(header_text="Changed").exists()


def drafts_it(client: Client, widget: Widget) -> bool:
    post(client, widget, "change/", **FORM | {"_draft": "x"})
    return Widget.objects.filter(draft__isnull=False).exists()


def discards_it(client: Client, widget: Widget) -> bool:
    Widget.objects.update(draft=settings_of(widget))
    post(client, widget, "discard/")
    return Widget.objects.filter(draft__isnull=True).exists()


def restores_it(client: Client, widget: Widget) -> bool:
    settings = settings_of(widget) | {"header_text": "Restored"}
    revision = Revision.objects.create(widget=widget, settings=settings)
    post(client, widget, f"restore/{revision.pk}/")
    return Widget.objects.filter(header_text="Restored").exists()


def duplicates_it(client: Client, widget: Widget) -> bool:
    post(client, widget, "duplicate/")
    return Widget.objects.count() > 1


def deletes_it(client: Client, widget: Widget) -> bool:
    post(client, widget, "delete/", post="yes")
    return not Widget.objects.exists()


def deletes_chosen(client: Client, widget: Widget) -> bool:
    action = {"action": "delete_selected", "_selected_action": [widget.pk], "post": "yes"}
    assert client.post(LIST, action).status_code in (200, 302, 403)
    return not Widget.objects.exists()


def renews_the_secret(client: Client, widget: Widget) -> bool:
    post(client, widget, "new-secret/")
    return Widget.objects.get().identity_secret != widget.identity_secret


def hands_over_an_agents_token(client: Client, widget: Widget) -> bool:
    nowhere = "http://127.0.0.1:9"  # it is tried at once
    with override_settings(LIVECHAT_ACCOUNTS_URL=nowhere, LIVECHAT_API_URL=nowhere):
        post(client, widget, "agent-token/", agent_token="dal:token")
    return Widget.objects.get().agent_token == "dal:token"


def ends_the_webhook(client: Client, widget: Widget) -> bool:
    nowhere = "http://127.0.0.1:9"  # LiveChat is told at once
    Webhook.objects.create(widget=widget, livechat_id="hook")
    with override_settings(LIVECHAT_ACCOUNTS_URL=nowhere, LIVECHAT_API_URL=nowhere):
        post(client, widget, "webhook/")
    return not Webhook.objects.exists()


def reads_the_secret(client: Client, widget: Widget) -> bool:
    shown = client.get(f"{LIST}{widget.pk}/change/").content.decode()
    return widget.identity_secret in shown


def reads_where_it_was_seen(client: Client, widget: Widget) -> bool:
    last_seen.remember(widget, f"{widget.allowed_origins[0]}/")
    return reads("last-seen/")(client, widget)


def lists_it(client: Client, widget: Widget) -> bool:
    return f"/{widget.pk}/change/" in client.get(LIST).content.decode()


def finds_it(client: Client, widget: Widget) -> bool:
    return f"/{widget.pk}/change/" in client.get(LIST, {"q": "shop"}).content.decode()


def previews_it(client: Client, widget: Widget) -> bool:
    response = client.post(f"{LIST}preview/{widget.pk}/", {"name": "Tried"})
    if response.status_code == 403:
        return False
    key = response.json()["url"].rstrip("/").rpartition("/")[2]
    return Widget.objects.find(key).header_title == MARK or bool(response.json()["websites"])


def adds_one(client: Client, widget: Widget) -> bool:
    client.post(ADD, FORM | {"key": "new", "organization_id": OWN})
    return Widget.objects.filter(key="new", organization_id=OWN).exists()


def imports_one(client: Client, widget: Widget) -> bool:
    file = SimpleUploadedFile("shop.json", json.dumps(settings_of(widget)).encode())
    assert client.post(f"{LIST}import/", {"file": file}).status_code in (200, 302, 403)
    return Widget.objects.filter(organization_id=OWN).count() > 1


def previews_a_new_one(client: Client, widget: Widget) -> bool:
    response = client.post(f"{LIST}preview/", FORM | {"organization_id": OWN})
    if response.status_code == 403:
        return False
    key = response.json()["url"].rstrip("/").rpartition("/")[2]
    return Widget.objects.find(key).organization_id == OWN


def looks_at_a_preview(client: Client, widget: Widget) -> bool:
    """One that somebody else made."""
    maker = person(OWNER, None)
    url = maker.post(f"{LIST}preview/{widget.pk}/", FORM).json()["url"]
    return client.get(url).status_code == 200


COLLEAGUES = f"{LIST}colleagues/"


def invitation() -> ColleagueInvitation:
    """One to be a viewer, made by an owner."""
    maker = User.objects.create_user(f"maker-{User.objects.count()}")
    Membership.objects.create(user=maker, organization_id=OWN, role=OWNER)
    return ColleagueInvitation.objects.create(
        organization_id=OWN, email="eve@shop.example", role=VIEWER, invited_by=maker
    )


def lists_colleagues(client: Client, widget: Widget) -> bool:
    made = invitation()
    shown = client.get(COLLEAGUES).content.decode()
    assert (made.email in shown) is (made.invited_by.username in shown) is (token_of(made) in shown)
    return made.email in shown


def invites(role: Role) -> Callable[[Client, Widget], bool]:
    """Whether a colleague can be given this role."""

    def go(client: Client, widget: Widget) -> bool:
        data = {"email": "eve@shop.example", "role": role, "organization_id": OWN}
        assert client.post(COLLEAGUES, data).status_code in (200, 302, 403)
        return ColleagueInvitation.objects.filter(organization_id=OWN, role=role).exists()

    return go


def withdraws_an_invitation(client: Client, widget: Widget) -> bool:
    client.post(f"{COLLEAGUES}{invitation().pk}/withdraw/")
    return not ColleagueInvitation.objects.open().exists()


def lets_a_colleague_go(client: Client, widget: Widget) -> bool:
    member = Membership.objects.get(user=invitation().invited_by)
    client.post(f"{COLLEAGUES}{member.pk}/let-go/")
    return not Membership.objects.filter(pk=member.pk).exists()


def joins_by_a_withdrawn_link(client: Client, widget: Widget) -> bool:
    made = invitation()
    ColleagueInvitation.objects.close()
    opened = client.post(f"{LIST}join/", {"token": token_of(made)})
    accepted = client.post(f"{LIST}join/")
    return opened.status_code != 410 or accepted.status_code != 410


def joins_by_a_withdrawn_older_link(client: Client, widget: Widget) -> bool:
    made = invitation()
    ColleagueInvitation.objects.close()
    page, _, token = client.get(f"{LIST}join/{token_of(made)}/")["Location"].partition("#")
    return client.post(page, {"token": token}).status_code != 410


EVERYBODY, EDITORS, OWNERS, NOBODY = (OWNER, EDITOR, VIEWER), (OWNER, EDITOR), (OWNER,), ()
WAYS = [
    Way("", EVERYBODY, lists_it),
    Way("", EVERYBODY, finds_it),
    Way("", OWNERS, deletes_chosen),
    Way("add/", EDITORS, adds_one),
    Way("import/", EDITORS, imports_one),
    Way("preview/", EDITORS, previews_a_new_one),
    Way("preview/<int:pk>/", EDITORS, previews_it),
    Way("preview-page/<slug:key>/", NOBODY, looks_at_a_preview),
    Way("colleagues/", EDITORS, lists_colleagues),
    Way("colleagues/", OWNERS, invites(OWNER)),
    Way("colleagues/", EDITORS, invites(EDITOR)),
    Way("colleagues/", EDITORS, invites(VIEWER)),
    Way("colleagues/<uuid:invitation_pk>/withdraw/", EDITORS, withdraws_an_invitation),
    Way("colleagues/<int:membership_pk>/let-go/", OWNERS, lets_a_colleague_go),
    Way("join/", NOBODY, joins_by_a_withdrawn_link),
    Way("join/<str:token>/", NOBODY, joins_by_a_withdrawn_older_link),
    Way("<int:pk>/export/", EVERYBODY, reads("export/")),
    Way("<int:pk>/statistics/", EVERYBODY, reads("statistics/")),
    Way("<int:pk>/statistics.csv", EVERYBODY, reads("statistics.csv")),
    Way("<int:pk>/last-seen/", EVERYBODY, reads_where_it_was_seen),
    Way("<path:object_id>/history/", EVERYBODY, reads("history/")),
    Way("<path:object_id>/change/", EVERYBODY, reads("change/")),
    Way("<path:object_id>/change/", EDITORS, changes_it),
    Way("<path:object_id>/change/", EDITORS, drafts_it),
    Way("<path:object_id>/change/", OWNERS, reads_the_secret),
    Way("<path:object_id>/delete/", OWNERS, deletes_it),
    Way("<int:pk>/duplicate/", EDITORS, duplicates_it),
    Way("<int:pk>/discard/", EDITORS, discards_it),
    Way("<int:pk>/restore/<int:revision_pk>/", EDITORS, restores_it),
    Way("<int:pk>/new-secret/", OWNERS, renews_the_secret),
    Way("<int:pk>/agent-token/", OWNERS, hands_over_an_agents_token),
    Way("<int:pk>/webhook/", OWNERS, ends_the_webhook),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.go.__name__ + ":" + way.route)
@pytest.mark.parametrize(("own", "other"), BY_DAY)
def test_the_role_in_the_widgets_own_organization_decides(
    own: Role | None, other: Role | None, way: Way
) -> None:
    widget = add_widget()
    assert way.go(person(own, other), widget) is (own in way.allowed)


def admin_routes() -> Iterator[str]:
    patterns: list[Any] = get_resolver().url_patterns
    [admin] = [each for each in patterns if str(each.pattern) == "admin/"]
    for each in admin.url_patterns:
        if str(each.pattern) == "widget/widget/":
            yield from (str(route.pattern) for route in each.url_patterns)


def test_every_address_of_the_admin_is_tried_here() -> None:
    assert set(admin_routes()) - {way.route for way in WAYS} == {"<path:object_id>/"}  # a redirect


# A draft, a revision and a form may name any organization


@pytest.fixture
def crossing() -> Client:
    """An editor of the widget's organization who owns another."""
    return person(EDITOR, OWNER)


@pytest.mark.parametrize("publish", [{}, {"_draft": "x"}], ids=["save", "draft"])
def test_an_editor_takes_no_widget_along(crossing: Client, publish: dict[str, str]) -> None:
    widget = add_widget()
    crossing.post(f"{LIST}{widget.pk}/change/", FORM | publish | {"organization_id": OTHER})
    widget.refresh_from_db()
    assert (widget.organization_id, widget.draft) == (OWN, None)


def test_a_draft_that_names_another_organization_opens_nothing(crossing: Client) -> None:
    widget = add_widget()
    Widget.objects.update(draft=settings_of(widget) | {"organization_id": OTHER})
    assert not reads_the_secret(crossing, widget)
    assert not reads_the_secret(person(None, OWNER), widget)
    assert not reads("change/")(person(None, OWNER), widget)


def test_a_draft_that_names_another_organization_locks_nobody_out() -> None:
    widget = add_widget()
    Widget.objects.update(draft=settings_of(widget) | {"organization_id": OTHER})
    owner = person(OWNER, None)
    assert reads_the_secret(owner, widget)
    assert changes_it(owner, widget)


@pytest.mark.parametrize(("own", "other"), [p for p in PEOPLE if p != (OWNER, OWNER)])
def test_only_who_owns_both_restores_a_widget_into_another_organization(
    own: Role | None, other: Role | None
) -> None:
    widget = add_widget()
    settings = settings_of(widget) | {"organization_id": OTHER}
    revision = Revision.objects.create(widget=widget, settings=settings)
    post(person(own, other), widget, f"restore/{revision.pk}/")
    assert Widget.objects.get().organization_id == OWN


def move(widget: Widget) -> Widget:
    post(person(OWNER, OWNER), widget, "change/", **FORM | {"organization_id": OTHER})
    moved = Widget.objects.get()
    assert moved.organization_id == OTHER
    return moved


def test_a_widget_that_moves_takes_neither_secret_nor_customers_along() -> None:
    widget = add_widget()
    Customer.objects.create(
        widget_key="shop", organization_id=OWN, entity_id="c", fresh_until=timezone.now()
    )
    assert move(widget).identity_secret != widget.identity_secret
    assert not Customer.objects.exists()


def test_a_widget_moves_though_no_key_opens_its_customers_secrets(settings: Settings) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["lost"]
    Customer.objects.create(
        widget_key="shop", organization_id=OWN, entity_id="c", cst="c", fresh_until=timezone.now()
    )
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    move(add_widget())
    assert not Customer.objects.exists()


def test_nobody_is_told_the_key_of_a_widget_by_its_number(crossing: Client) -> None:
    widget = add_widget("1f0f0f0f-5b0a-4a53-9a5e-2f1d6f3b8c44", "secret-key")
    content_type = ContentType.objects.get_for_model(Widget)
    response = crossing.get(f"/admin/r/{content_type.pk}/{widget.pk}/")
    assert response.status_code == 404


@pytest.mark.parametrize("query", ["key=shop", "draft__isnull=1", "revisions__made_by__password=x"])
def test_the_list_is_not_filtered_by_what_was_not_offered(crossing: Client, query: str) -> None:
    assert crossing.get(f"{LIST}?{query}").status_code == 400


# A draft on a website


def preview_key(client: Client, widget: Widget, **changes: str) -> str:
    answer = client.post(f"{LIST}preview/{widget.pk}/", FORM | changes).json()
    return str(answer["url"].rstrip("/").rpartition("/")[2])


def loads(key: str, page_key: str) -> bool:
    """Whether a page with the widget `page_key` gets the loader for `#chat-draft=<key>`."""
    return Client().get(f"/w/{key}/embed.js", {"of": page_key}).status_code == 200


def test_a_draft_is_loaded_by_the_page_that_has_its_widget() -> None:
    assert loads(preview_key(person(EDITOR, None), add_widget()), "shop")


def test_a_page_loads_no_draft_of_another_widget() -> None:
    add_widget()
    foreign = add_widget(OTHER, "foreign")
    assert not loads(preview_key(person(None, OWNER), foreign, organization_id=OTHER), "shop")


def test_a_page_loads_no_draft_that_belongs_to_no_widget() -> None:
    add_widget()
    answer = person(None, OWNER).post(f"{LIST}preview/", FORM | {"organization_id": OTHER}).json()
    assert answer["websites"] == []
    assert not loads(answer["url"].rstrip("/").rpartition("/")[2], "shop")


@pytest.mark.parametrize("link", ["foreign", "shop", "nobody"])
def test_a_page_loads_no_widget_in_place_of_its_own(link: str) -> None:
    add_widget()
    add_widget(OTHER, "foreign")
    assert not loads(link, "shop")


def test_a_preview_shows_no_mode_that_there_is_not() -> None:
    draft = preview_key(person(EDITOR, None), add_widget(), preview_theme="x" * 5000)
    assert Widget.objects.find(draft).theme == "auto"


def let_go() -> None:
    Membership.objects.all().delete()


def only_look() -> None:
    Membership.objects.update(role=VIEWER)


def be_locked_out() -> None:
    User.objects.update(is_active=False)


def switch_off() -> None:
    Widget.objects.update(enabled=False)


def delete() -> None:
    Widget.objects.all().delete()


def give_away() -> None:
    Widget.objects.update(organization_id=OTHER)


@pytest.mark.parametrize("end", [let_go, only_look, be_locked_out, switch_off, delete, give_away])
def test_a_preview_ends_with_what_it_stands_on(end: Callable[[], None]) -> None:
    key = preview_key(person(EDITOR, None), add_widget())
    assert Client().get(f"/w/{key}/").status_code == 200
    end()
    assert Client().get(f"/w/{key}/").status_code == 404
    assert not loads(key, "shop")


def test_a_widget_that_is_off_can_be_previewed() -> None:
    key = preview_key(person(EDITOR, None), add_widget(enabled=False))
    assert Client().get(f"/w/{key}/").status_code == 200


@pytest.mark.parametrize("end", [let_go, be_locked_out])
def test_a_preview_of_a_new_widget_ends_with_its_maker_s_rights(end: Callable[[], None]) -> None:
    answer = person(EDITOR, None).post(f"{LIST}preview/", FORM | {"organization_id": OWN}).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    assert Client().get(f"/w/{key}/").status_code == 200
    end()
    assert Client().get(f"/w/{key}/").status_code == 404


# Keys are never given again


def deleted_widget() -> None:
    widget = add_widget()
    Customer.objects.create(
        widget_key="shop", organization_id=OWN, entity_id="c", fresh_until=timezone.now()
    ).admit()
    widget.delete()


def test_the_key_of_a_deleted_widget_is_taken_by_nobody() -> None:
    deleted_widget()
    response = person(None, OWNER).post(ADD, FORM | {"organization_id": OTHER})
    assert list(response.context["adminform"].errors) == ["key"]
    assert not Widget.objects.exists()


@pytest.mark.parametrize("organization_id", [OWN, OTHER])
def test_not_even_code_gives_a_key_again(organization_id: str) -> None:
    deleted_widget()
    with pytest.raises(IntegrityError), transaction.atomic():
        add_widget(organization_id)


def test_widgets_that_were_deleted_together_leave_their_keys_too() -> None:
    add_widget()
    Widget.objects.all().delete()
    assert not adds_shop(person(OWNER, None))


def adds_shop(client: Client) -> bool:
    client.post(ADD, FORM)
    return Widget.objects.filter(key="shop").exists()


def test_a_key_that_was_changed_is_given_to_nobody_else() -> None:
    widget = add_widget()
    widget.key = "renamed"
    widget.save()
    assert not adds_shop(person(OWNER, None))
    widget.key = "shop"
    widget.save()  # but it may have its own again


def test_no_widget_has_the_key_of_a_preview() -> None:
    draft = preview_key(person(EDITOR, None), add_widget())
    person(None, OWNER).post(ADD, FORM | {"organization_id": OTHER, "key": draft})
    assert not Widget.objects.filter(key=draft).exists()
    with pytest.raises(ValidationError, match="for previews"):
        add_widget(OTHER, draft).full_clean()


# What an earlier version wrote


def test_a_revision_with_a_setting_that_was_removed_is_restored_and_says_so() -> None:
    widget = add_widget()
    settings = settings_of(widget) | {"header_text": "Then", "marquee": True, "blink": 3}
    revision = Revision.objects.create(widget=widget, settings=settings)
    url = f"{LIST}{widget.pk}/restore/{revision.pk}/"
    response = person(EDITOR, None).post(url, follow=True)
    assert "no such setting: blink, marquee." in response.content.decode()
    assert Widget.objects.get().header_text == "Then"


def test_a_file_with_a_setting_that_was_removed_is_imported_and_says_so() -> None:
    settings = settings_of(add_widget()) | {"marquee": True}
    file = SimpleUploadedFile("shop.json", json.dumps(settings).encode())
    response = person(EDITOR, None).post(f"{LIST}import/", {"file": file}, follow=True)
    assert "no such setting: marquee." in response.content.decode()
    assert Widget.objects.count() == 2


def test_a_draft_with_a_setting_that_was_removed_is_shown_and_says_so() -> None:
    widget = add_widget()
    Widget.objects.update(draft={"header_text": "Then", "marquee": True})
    html = person(EDITOR, None).get(f"{LIST}{widget.pk}/change/").content.decode()
    assert 'value="Then"' in html
    assert "no such setting: marquee." in html


def test_the_history_of_a_removed_setting_is_still_shown() -> None:
    widget = add_widget()
    for marquee in (True, False):
        settings = settings_of(widget) | {"marquee": marquee}
        Revision.objects.create(widget=widget, settings=settings)
    assert reads("history/")(person(VIEWER, None), widget)
