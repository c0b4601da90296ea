"""Websites as owners write them and as browsers send them."""

import pytest
from django.core.exceptions import ValidationError

from widget.options.origins import clean_origin, is_own, matches, origin_of


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("  HTTPS://Shop.Example/help?page=1#top ", "https://shop.example"),
        ("shop.example", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("http://shop.localhost:8000", "http://shop.localhost:8000"),
        ("https://*.shop.example", "https://*.shop.example"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_an_address_becomes_the_origin_that_browsers_send(written: str, origin: str) -> None:
    assert clean_origin(written) == origin


@pytest.mark.parametrize(
    "written",
    [
        "*",
        "'self'",
        "https://*.com",
        "https://shop.*.example",
        "ftp://shop.example",
        "javascript://shop.example",
        "https://shop.example; script-src *",
        "https://shop .example",
        "https://owner:secret@shop.example",
        "https://shop.example:port",
        "https://",
        "https://-shop.example",
        f"https://{'ä' * 60_000}.example",
    ],
)
def test_what_is_not_the_address_of_a_website_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        clean_origin(written)


def test_an_origin_matches_itself_only() -> None:
    assert matches("https://shop.example", ["https://shop.example"])
    assert not matches("http://shop.example", ["https://shop.example"])
    assert not matches("https://shop.example:8443", ["https://shop.example"])
    assert not matches("https://evil-shop.example", ["https://shop.example"])


def test_a_wildcard_takes_in_subdomains_but_not_the_domain() -> None:
    allowed = ["https://*.shop.example"]
    assert matches("https://a.shop.example", allowed)
    assert matches("https://a.b.shop.example", allowed)
    assert not matches("https://shop.example", allowed)
    assert not matches("https://evilshop.example", allowed)
    assert not matches("http://a.shop.example", allowed)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example/.shop.example",
        "https://evil.example#.shop.example",
        "https://evil.example?.shop.example",
        "https://user@a.shop.example",
        "https://evil.example\\.shop.example",
        "https://*.shop.example",
        "https://a.shop.example/",
        "https://[.shop.example",
        "null",
        "",
    ],
)
def test_what_only_ends_like_a_website_is_not_it(origin: str) -> None:
    assert not matches(origin, ["https://*.shop.example", "https://shop.example"])


def test_a_wildcard_has_one_port() -> None:
    assert matches("https://a.shop.example:8443", ["https://*.shop.example:8443"])
    assert not matches("https://a.shop.example", ["https://*.shop.example:8443"])
    assert not matches("https://a.shop.example:8443", ["https://*.shop.example"])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example/a?b#c", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://[", ""),
        ("http://shop.example:port/", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("\x00", ""),
    ],
)
def test_an_address_of_anybody_has_an_origin_or_none(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_only_this_server_is_its_own_website() -> None:
    assert is_own("https://chat.example", "chat.example")
    assert is_own("http://localhost:8000", "localhost:8000")
    assert not is_own("ftp://chat.example", "chat.example")
    assert not is_own("https://chat.example:8443", "chat.example")
    assert not is_own("https://chat.example/x", "chat.example")
    assert not is_own("null", "")
