"""How many requests may wait for LiveChat at once, and for which part of it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from threading import Event, Thread

import pytest
from prometheus_client import REGISTRY

from chatproxy.livechat.errors import NoPlace
from chatproxy.places import LIVECHAT, Name, Places, take_place

DAL, FRA = "https://api.livechat.test/v3.6/customer", "https://api-fra.livechat.test/v3.6/customer"
ACCOUNTS = "https://accounts.livechat.test/v2/info"


def waits(places: Places, url: str, organization_id: str = "") -> bool:
    """Whether one more request would wait; it does not."""
    with places.of_request():
        try:
            take_place(url, organization_id)
        except NoPlace:
            return False
    return True


@contextmanager
def waiting(places: Places, *requests: tuple[str, str]) -> Iterator[None]:
    """So many requests that wait, for an address and an organization, each in its own context."""
    with ExitStack() as ends:
        for request in requests:
            context = copy_context()
            place = places.of_request()
            context.run(place.__enter__)
            ends.callback(context.run, place.__exit__, None, None, None)
            context.run(take_place, *request)
        yield


def crowd(count: int, url: str) -> list[tuple[str, str]]:
    """Each of another organization."""
    return [(url, f"organization-{number}") for number in range(count)]


def test_one_organization_has_what_nobody_else_needs() -> None:
    places = Places(330)
    with waiting(places, *[(FRA, "busy")] * 299):
        assert waits(places, FRA, "busy")


def test_the_last_places_but_some_are_left_for_other_organizations() -> None:
    places = Places(330)
    with waiting(places, *[(FRA, "flooded")] * 300):
        assert not waits(places, FRA, "flooded")
        assert waits(places, FRA, "stranger")


def test_an_organization_that_has_little_is_never_one_too_many() -> None:
    places = Places(330)
    with waiting(places, *[(FRA, "flooded")] * 200, *[(FRA, "small")] * 109):
        assert waits(places, FRA, "small")


def test_the_last_places_are_left_for_another_region() -> None:
    places = Places(330)
    with waiting(places, *crowd(312, FRA)):
        assert waits(places, FRA)
    with waiting(places, *crowd(313, FRA)):
        assert not waits(places, FRA)
        assert waits(places, DAL)


def test_all_of_livechat_leaves_workers_for_what_needs_none_of_it() -> None:
    places = Places(330)
    with waiting(places, *crowd(161, FRA), *crowd(162, DAL)):
        assert not waits(places, ACCOUNTS)


def test_the_smallest_server_lets_one_request_wait() -> None:
    places = Places(1)
    assert waits(places, FRA, "organization")


def test_a_place_is_free_once_its_request_has_ended() -> None:
    places = Places(1)
    with waiting(places, (FRA, "")):
        assert not waits(places, FRA)
    assert waits(places, FRA)


def test_a_request_that_asks_again_waits_where_it_is() -> None:
    with Places(1).of_request():
        take_place(FRA, "organization")
        take_place(FRA, "organization")


def test_a_request_holds_the_place_that_it_needs_last() -> None:
    places = Places(4)
    with waiting(places, (FRA, "a")), places.of_request():
        take_place(FRA, "b")
        take_place(DAL, "b")
        context = copy_context()
        assert context.run(waits, places, FRA)


def test_who_finds_no_place_keeps_the_one_before() -> None:
    places = Places(100)
    with waiting(places, *crowd(95, FRA), *crowd(2, DAL)), places.of_request():
        take_place(DAL, "b")
        with pytest.raises(NoPlace):
            take_place(FRA, "b")
        assert not copy_context().run(waits, places, DAL)


def test_who_works_for_nobodys_request_takes_no_place() -> None:
    places = Places(1)
    with waiting(places, (FRA, "")):
        take_place(FRA, "")


def test_what_goes_on_after_a_request_takes_no_place() -> None:
    places, ended = Places(1), Event()

    def go_on() -> None:
        ended.wait(5)
        take_place(FRA, "")

    with places.of_request():
        after = Thread(target=copy_context().run, args=(go_on,))
        after.start()
    ended.set()
    after.join()
    assert waits(places, FRA)


def test_who_is_turned_away_is_counted() -> None:
    def counted() -> float:
        name = "chat_requests_turned_away_total"
        return REGISTRY.get_sample_value(name, {"limit": "organization"}) or 0

    places, before = Places(330), counted()
    with waiting(places, *[(FRA, "flooded")] * 300):
        waits(places, FRA, "flooded")
    assert counted() - before == 1


class NotWalked(Counter[Name]):
    """Of everybody who waits: each request would look at all, while the others wait to count."""

    def items(self) -> object:  # type: ignore[override]
        raise AssertionError("everybody's places are looked at")


def test_a_place_is_given_back_without_a_look_at_the_others() -> None:
    places = Places(330)
    places._taken = NotWalked()
    with waiting(places, (FRA, "busy"), (FRA, "another")):
        assert places._taken[LIVECHAT] == 2
    assert not places._taken
