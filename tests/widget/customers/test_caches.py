"""What a cache between us and a browser may keep, and for which browsers."""

import re

import pytest
from django.test import Client

from widget.models import Widget

PAGES = ["", "embed.js", "loader_panel.js", "lc_api.js", "look.css", "panel.js"]
PAGES += ["conversation.js", "plain/"]
HEADERS = {
    "Accept-Language": "fr",
    "X-Chat-Language": "fr",
    "X-Chat-Zone": "Asia/Tokyo",
    "X-Chat-Group": "3",
    "Accept-Encoding": "br",
}


def without_what_is_made_anew(page: bytes) -> bytes:
    """The page without what is another each time."""
    return re.sub(rb'name="(csrfmiddlewaretoken|custom_id)" value="[\w-]+"', b"", page)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("address", PAGES)
def test_an_answer_names_each_header_that_it_depends_on(
    client: Client, shop_widget: Widget, address: str, header: str
) -> None:
    plain = client.get(f"/w/shop/{address}")
    other = client.get(f"/w/shop/{address}", headers={header: HEADERS[header]})
    if without_what_is_made_anew(other.content) != without_what_is_made_anew(plain.content):
        assert header in plain["Vary"]
        assert header in other["Vary"]


@pytest.mark.parametrize("address", ["", "embed.js"])
def test_the_language_is_such_a_header(client: Client, shop_widget: Widget, address: str) -> None:
    for header in ("Accept-Language", "X-Chat-Language"):
        french = client.get(f"/w/shop/{address}", headers={header: "fr"})
        assert french.content != client.get(f"/w/shop/{address}").content


def test_the_admin_depends_on_the_browser_s_language(client: Client, db: None) -> None:
    assert "Accept-Language" in client.get("/admin/login/")["Vary"]


@pytest.mark.parametrize("address", ["", "plain/"])
def test_the_name_that_owners_give_a_widget_is_theirs_alone(
    client: Client, shop_widget: Widget, address: str
) -> None:
    Widget.objects.filter(pk=shop_widget.pk).update(name="Cheap customers, do not answer first")
    assert "Cheap customers" not in client.get(f"/w/shop/{address}").content.decode()
