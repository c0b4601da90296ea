"""The end of a version is shared by all processes, and each tells of it once in a while."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection

from chatproxy import versions
from chatproxy.livechat.service import VersionEnd
from chatproxy.models import Customer
from chatproxy.versions import VersionEnds, version_end

END = VersionEnd("3.5", "Legacy", dt.date(2027, 5, 31))


def test_an_end_is_told_to_every_process() -> None:
    VersionEnds().hear(END)
    assert version_end("3.5") == END


@pytest.mark.django_db(transaction=True)
def test_a_cache_in_the_database_leaves_no_connection_in_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(*_entry: object) -> bool:
        return Customer.objects.exists()

    def hear() -> bool:
        VersionEnds().hear(END)
        return connection.connection is None

    monkeypatch.setattr(versions, "cache", SimpleNamespace(add=ask))
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(hear).result()


@pytest.mark.django_db
def test_a_request_keeps_its_own_connection() -> None:
    Customer.objects.exists()
    before = connection.connection
    VersionEnds().hear(END)
    assert connection.connection is before
    assert not Customer.objects.exists()


def test_the_cache_is_not_asked_with_each_answer() -> None:
    ends = VersionEnds()
    ends.hear(END)
    cache.clear()
    ends.hear(END)
    assert version_end("3.5") is None


def test_an_end_is_told_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "TELL_EVERY", 0.0)
    ends = VersionEnds()
    ends.hear(END)
    cache.clear()
    ends.hear(END)
    assert version_end("3.5") == END
