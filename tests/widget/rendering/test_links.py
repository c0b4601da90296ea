"""Addresses in what people wrote become links that lead where the address says."""

import re

import pytest

from widget.rendering.links import link_addresses


def addresses(text: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', link_addresses(text))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("请看https://shop.example/order/5。谢谢", "https://shop.example/order/5"),
        ("https://shop.example/a、次は", "https://shop.example/a"),
        ("（https://shop.example/a）", "https://shop.example/a"),
        ("「www.shop.example」へ", "https://www.shop.example"),
        ("看https://shop.example：好", "https://shop.example"),
        ("انظر https://shop.example/a، شكرا", "https://shop.example/a"),
        ("هل هذا https://shop.example/a؟", "https://shop.example/a"),
        ("देखें https://shop.example/a।", "https://shop.example/a"),
        ("https://shop.example谢谢", "https://shop.example"),
        ("www.shop.exampleで", "https://www.shop.example"),
        ("https://shop.example에서", "https://shop.example"),
        ("请写info@shop.example谢谢", "mailto:info@shop.example"),
        ("info@shop.example。", "mailto:info@shop.example"),
        ("“https://shop.example/a”", "https://shop.example/a"),
        ("https://shop.example/a\u202eexe", "https://shop.example/a"),
        ("https://shop.example/a\ud83d", "https://shop.example/a"),
    ],
)
def test_a_link_ends_where_the_address_ends(text: str, address: str) -> None:
    assert addresses(text) == [address]


@pytest.mark.parametrize(
    "address",
    [
        "https://ja.wikipedia.org/wiki/ジョン・レノン",
        "https://例え.jp/パス",
        "https://fr.example/l’été",
        "https://en.wikipedia.org/wiki/Cat_(animal)",
        "https://user@shop.example:8443/a?b=c,d&e=(f)#g",
        "http://[2001:db8::1]:8080/a",
        "https://bücher.example/Übersicht",
    ],
)
def test_what_belongs_to_an_address_stays_in_it(address: str) -> None:
    assert addresses(f"See {address}.") == [address.replace("&", "&amp;")]


@pytest.mark.parametrize("address", ["Https://Shop.example/", "müller+a@bücher.example"])
def test_a_phone_s_capital_and_other_letters_make_no_difference(address: str) -> None:
    assert f">{address}</a>" in link_addresses(f"{address}, please")


@pytest.mark.parametrize("text", ["www.", "www.shop", "me@home", "@ you", "a://b", "x@.y", "://"])
def test_half_an_address_is_no_link(text: str) -> None:
    assert link_addresses(text) == text


def test_what_stands_around_a_link_is_escaped() -> None:
    assert link_addresses("<b>https://shop.example/<i>") == (
        '&lt;b&gt;<a href="https://shop.example/" target="_blank" '
        'rel="noopener noreferrer nofollow">https://shop.example/</a>&lt;i&gt;'
    )
