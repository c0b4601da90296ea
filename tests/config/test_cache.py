"""What has expired does not fill the memory."""

import time

import pytest

from config.cache import TidyLocMemCache


def kept(cache: TidyLocMemCache) -> int:
    """How many entries are in memory, expired or not."""
    inside = vars(cache)
    assert len(inside["_cache"]) == len(inside["_expire_info"])
    return len(inside["_cache"])


def test_what_has_expired_leaves_the_memory_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TidyLocMemCache, "SWEPT_EVERY", 0)
    cache = TidyLocMemCache("tidy", {})
    cache.set("short", "gone", 0)
    cache.set("long", "kept", 60)
    cache.set("forever", "kept", None)
    cache.set("another", "kept", 60)
    assert kept(cache) == 3
    assert (cache.get("long"), cache.get("forever"), cache.get("short")) == ("kept", "kept", None)


def test_memory_is_swept_now_and_then_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TidyLocMemCache, "_swept_at", time.time())
    cache = TidyLocMemCache("seldom", {})
    cache.set("short", "gone", 0)
    cache.set("another", "kept", 60)
    assert kept(cache) == 2
