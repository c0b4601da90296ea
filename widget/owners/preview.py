"""A widget as it would be, seen through the real thing before it is saved."""

import copy
import secrets
from collections.abc import Iterable

from django.core.cache import cache

from widget.models import Widget, cache_key, new_secret

PREVIEW_SECONDS = 1800


def publish(draft: Widget, origin: str) -> str:
    """Serve this unsaved widget for a while, on our own pages and its websites. Return its key.

    Nobody knows the key whom its owner does not tell, and it ends by itself.
    Each draft has a key of its own, so that no browser shows an older one from its cache.
    """
    shown = copy.copy(draft)
    shown.pk = None
    shown.key = f"preview-{secrets.token_hex(8)}"
    shown.draft = None
    shown.identity_secret = new_secret()  # the cache is no place for the real one
    shown.enabled = True
    shown.allowed_origins = [origin, *draft.allowed_origins]
    cache.set(cache_key(shown.key), shown, PREVIEW_SECONDS)
    return shown.key


def without(draft: Widget, invalid: Iterable[str], saved: Widget) -> Widget:
    """The draft with what is invalid as it was before, so that the rest can be seen."""
    for name in invalid:
        if hasattr(saved, name):
            setattr(draft, name, getattr(saved, name))
    return draft
