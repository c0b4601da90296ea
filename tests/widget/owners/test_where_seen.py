"""On which website a widget was seen."""

import pytest
from django.test import Client

from tests.chatproxy.people import stored_customer
from tests.widget.owners.admin import add_widget, change, page

pytestmark = pytest.mark.django_db


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
