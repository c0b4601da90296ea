"""A link to go on elsewhere opens one chat, once, for minutes, and its first browser is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.cache import cache
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.chatproxy.people import stored_customer
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.customers.test_identities import sign_in, signed
from tests.widget.visitor import Visitor
from widget.models import Move, Widget

LINK = re.compile(r'href="http://testserver(/w/shop/continue\?lang=en)#([\w-]+)"')


def code_of(visitor: Visitor) -> str:
    """What opens this visitor's chat elsewhere."""
    answer = visitor.ask("post", "move").content.decode()
    found = LINK.search(answer)
    assert found
    assert "<svg" in answer
    assert "style=" not in answer
    return found[2]


def go_on(code: str, key: str = "shop") -> Visitor:
    """Another browser with the link; it has a token if the link is good."""
    other = Visitor(key)
    response = other.ask("post", "continue", {"code": code})
    other.token = response.headers.get("X-Chat-Token", "")
    assert response.status_code == (201 if other.token else 403)
    return other


def test_a_link_opens_the_chat_in_one_more_browser(customer: Visitor) -> None:
    code = code_of(customer)
    assert customer.ask("get", "continue").status_code == 200  # a messenger looks at it
    phone = go_on(code)
    assert phone.token not in ("", customer.token)
    assert phone.send("Now on the train").status_code == 204


def test_a_link_works_once(customer: Visitor) -> None:
    code = code_of(customer)
    assert go_on(code).token
    assert not go_on(code).token


def test_a_link_works_for_minutes(customer: Visitor) -> None:
    code = code_of(customer)
    Move.objects.update(made_at=timezone.now() - dt.timedelta(minutes=5, seconds=1))
    assert not go_on(code).token


def test_a_new_link_ends_the_one_before(customer: Visitor) -> None:
    old, new = code_of(customer), code_of(customer)
    assert not go_on(old).token
    assert go_on(new).token


def test_only_a_hash_of_the_code_is_kept(customer: Visitor) -> None:
    code = code_of(customer)
    assert code not in str(Move.objects.values())


def test_a_link_opens_nothing_of_another_widget(customer: Visitor, add_widget: AddWidget) -> None:
    add_widget("other")
    code = code_of(customer)
    assert not go_on(code, "other").token
    assert go_on(code).token


@pytest.mark.parametrize("end", ["logout", "forget", "website"])
def test_a_link_ends_with_who_made_it(customer: Visitor, shop_widget: Widget, end: str) -> None:
    code = code_of(customer)
    if end == "logout":
        customer.ask("post", "logout")
    elif end == "forget":
        customer.ask("delete", "customer")
    else:  # the owner takes the website off the list
        Move.objects.get().bearer_token.learn_website("https://shop.example")
        shop_widget.allowed_origins = []
        shop_widget.save()
        cache.clear()  # as after a commit
    assert not go_on(code).token


def used_link(of_whom: str) -> str:
    """The hash of a browser whose link was used."""
    bearer = stored_customer(token=of_whom).bearer_tokens.get()
    Move.objects.open(bearer)
    Move.objects.filter(bearer_token=bearer).update(used_at=timezone.now())
    return bearer.token_hash


@pytest.mark.django_db
def test_each_browser_is_told_once_that_its_chat_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widget.models.moves.MANY", 2)
    hashes = {used_link(f"browser {number}") for number in range(5)}
    assert Move.objects.take_news(hashes | {"another"}) == hashes
    assert Move.objects.take_news(hashes) == set()


@pytest.mark.django_db
def test_only_links_of_browsers_that_are_here_are_looked_at(
    django_assert_num_queries: Callable[..., AbstractContextManager[CaptureQueriesContext]],
) -> None:
    here, elsewhere = used_link("here"), used_link("elsewhere")
    with django_assert_num_queries(0):
        assert Move.objects.take_news(()) == set()
    Move.objects.filter(bearer_token__token_hash=here).update(used_at=None)
    with django_assert_num_queries(1) as queries:
        assert Move.objects.take_news({here}) == set()
    assert here in queries[0]["sql"]
    assert Move.objects.take_news({elsewhere}) == {elsewhere}


def test_logging_out_ends_what_a_signed_in_person_moved_and_no_other_device(
    visitor: Visitor, shop_widget: Widget
) -> None:
    sign_in(visitor, signed(shop_widget))
    elsewhere = Visitor()
    sign_in(elsewhere, signed(shop_widget))
    phone = go_on(code_of(visitor))
    tablet = go_on(code_of(phone))
    laptop = go_on(code_of(elsewhere))
    visitor.ask("post", "logout")
    assert [phone.send("Hi").status_code, tablet.send("Hi").status_code] == [401, 401]
    assert [elsewhere.send("Hi").status_code, laptop.send("Hi").status_code] == [204, 204]


def test_who_is_not_signed_in_keeps_the_chat_where_it_was_moved(customer: Visitor) -> None:
    phone = go_on(code_of(customer))
    customer.ask("post", "logout")
    assert phone.send("Now on the train").status_code == 204


def test_nobody_makes_a_link_without_a_token(visitor: Visitor) -> None:
    assert visitor.ask("post", "move").status_code == 401


@pytest.mark.django_db(transaction=True)
async def test_the_first_browser_is_told(
    transactional_db: None, customer: Visitor, open_socket: OpenSocket
) -> None:
    socket = open_socket(customer.token)
    await socket.connect()
    await socket.send_json_to({"hello": {"page": {}, "language": "de"}})
    code = await asyncio.to_thread(code_of, customer)
    await asyncio.to_thread(go_on, code)
    while "auch auf einem anderen Gerät offen" not in await socket.receive_from():
        continue
    assert not await Move.objects.aexists()
