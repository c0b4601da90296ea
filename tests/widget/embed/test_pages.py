"""On which pages the launcher stands."""

import re

import pytest
from django.core.exceptions import ValidationError

from widget.embed.pages import pattern
from widget.options.validators import validate_pages, validate_picture
from widget.owners.fields import PagesField


@pytest.mark.parametrize(
    ("shown", "hidden", "path", "stands"),
    [
        ([], [], "/anything", True),
        ([], ["/checkout/*"], "/checkout/pay", False),
        ([], ["/checkout/*"], "/checkout", True),
        ([], ["/cart"], "/cart", False),
        ([], ["/cart"], "/cart/2", True),
        (["/help/*", "/"], [], "/", True),
        (["/help/*", "/"], [], "/help/faq", True),
        (["/help/*", "/"], [], "/shop", False),
        (["/help/*"], ["/help/legal"], "/help/legal", False),
        (["/a.b"], [], "/axb", False),
        (["*.html"], [], "/deep/page.html", True),
        (["/a*b*c"], ["/x*y*z"], "/a-b-b-c", True),
        (["/a*b*c"], ["/x*y*z"], "/a-c-b", False),
        (["/*"], ["/x*y*z", "/*d*e*"], "/x-y-y-z", False),
        (["/*"], ["/x*y*z", "/*d*e*"], "/dd-e", False),
        (["/*"], ["/x*y*z", "/*d*e*"], "/e-d", True),
        (["/a**c"], [], "/abc", True),
    ],
)
def test_pages_are_told_apart(shown: list[str], hidden: list[str], path: str, stands: bool) -> None:
    assert bool(re.search(pattern(shown, hidden), path)) is stands


@pytest.mark.parametrize("path", ["/%C3%BCber/uns", "/%c3%bcber/uns"])
@pytest.mark.parametrize("page", ["/über/*", "/%C3%BCber/*", "/%c3%bcber/*"])
def test_a_page_is_written_in_its_own_letters_or_as_browsers_write_it(page: str, path: str) -> None:
    validate_pages([page])
    assert re.search(pattern([page], []), path)
    assert not re.search(pattern([], [page]), path)


@pytest.mark.parametrize("page", ["checkout", "", "/a b", "/(", "https://shop.example/", 7])
def test_what_is_no_page_is_refused(page: object) -> None:
    with pytest.raises(ValidationError, match="is not a page"):
        validate_pages([page])


def test_a_whole_address_is_taken_for_its_path() -> None:
    typed = "https://shop.example/cart\n\n /help/* \nhttps://shop.example"
    assert PagesField(required=False).to_python(typed) == ["/cart", "/help/*", "/"]


@pytest.mark.parametrize(
    "address", ["http://shop.example/a.png", "https://shop.example", "javascript:alert(1)", "a.png"]
)
def test_a_picture_that_browsers_would_not_show_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="full address"):
        validate_picture(address)


def test_a_picture_on_an_encrypted_website_is_taken() -> None:
    validate_picture("https://shop.example/team.jpg?v=2")
