"""What an owner sends to the admin, and what it answers."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from widget.models import Membership, Widget

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
