"""Every way into the admin, who may go there, and how to tell that somebody did."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.widget.owners.admin import ADD, FORM, LIST, OTHER, OWN
from widget.models import ColleagueInvitation, Membership, Revision, Webhook, Widget
from widget.owners.joining import token_of
from widget.owners.settings import settings_of
from widget.statistics import last_seen

Role = Membership.Role
OWNER, EDITOR, VIEWER, NONE = Role.OWNER, Role.EDITOR, Role.VIEWER, None
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


def preview_key(client: Client, widget: Widget, **changes: str) -> str:
    """The key of a draft that this person makes of the widget."""
    answer = client.post(f"{LIST}preview/{widget.pk}/", FORM | changes).json()
    return str(answer["url"].rstrip("/").rpartition("/")[2])
