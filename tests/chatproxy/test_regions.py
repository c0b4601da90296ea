"""Where an organization is, as the processes tell each other."""

import pytest
from django.core.cache import cache

from chatproxy import regions
from chatproxy.regions import LOOK_EVERY, Regions


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(regions, "time", stopped)
    return stopped


def test_what_one_process_was_told_another_one_knows() -> None:
    Regions().remember("org", "fra")
    assert Regions().last("org") == "fra"


def test_a_process_looks_again_after_a_while(clock: Clock) -> None:
    here, elsewhere = Regions(), Regions()
    assert here.last("org") == ""
    elsewhere.remember("org", "fra")
    clock.now += LOOK_EVERY + 1
    assert here.last("org") == "fra"


def test_what_this_process_was_told_counts_at_once() -> None:
    here = Regions()
    assert here.last("org") == ""
    here.remember("org", "fra")
    assert here.last("org") == "fra"


def test_the_cache_is_not_asked_each_time(clock: Clock) -> None:
    here = Regions()
    here.remember("org", "fra")
    cache.clear()
    assert here.last("org") == "fra"


def test_it_is_known_where_an_organization_is_for_a_while(clock: Clock) -> None:
    here = Regions()
    assert not here.knows("org")
    here.last("org")
    assert here.knows("org")
    clock.now += LOOK_EVERY + 1
    assert not here.knows("org")


def test_organizations_without_number_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST", 10)
    here = Regions()
    for number in range(100):
        here.last(f"org-{number}")
    assert len(here._known) <= 10
