"""Forms in an encoding that can say what no text may hold."""

import pytest
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings

from tests.widget.visitor import Visitor
from widget.models import Widget

# The half of a character, which neither a database nor a hash takes.
BODY = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\na\\ud800\r\n--x--\r\n'
MULTIPART = "multipart/form-data; boundary=x; charset={}"
ALONE = [each for each in project.MIDDLEWARE if not each.startswith("config.charsets")]


@pytest.fixture
def known(shop_widget: Widget) -> Visitor:
    visitor = Visitor()
    visitor.introduce()
    return visitor


def post(path: str, name: str, charset: str, token: str = "") -> int:
    client = Client(headers={"Authorization": f"Bearer {token}"})
    return client.post(path, BODY.format(name), content_type=MULTIPART.format(charset)).status_code


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "utf-7", "unicode_escape"])
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/widget/widget/join/x/"])
def test_nobody_signs_in_or_up_in_another_encoding(db: None, path: str, charset: str) -> None:
    assert post(path, "username", charset) == 400


@pytest.mark.parametrize("path", ["events", "customer", "plain/"])
def test_a_customer_s_words_are_in_utf_8(known: Visitor, settings: Settings, path: str) -> None:
    """Also in a project whose middleware is its own."""
    settings.MIDDLEWARE = ALONE
    assert post(f"/w/shop/{path}", "text", "raw_unicode_escape", known.token) == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF8"])
def test_utf_8_may_be_said(known: Visitor, charset: str) -> None:
    assert post("/w/shop/events", "text", charset, known.token) < 400
