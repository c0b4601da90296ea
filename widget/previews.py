"""Widgets as they would be: unsaved, served for a while from the cache, each to one website."""

import copy
import secrets
from typing import NamedTuple

from django.core.cache import cache

from widget.models import Ground, Widget, cache_key, new_secret
from widget.options.validators import PREVIEW_PREFIX

PREVIEW_SECONDS = 1800
KEY_LENGTH = 50  # at most


class Preview(NamedTuple):
    """Whose page may load a preview, and who made it."""

    widget_key: str  # "" for a widget that was never saved: no website carries it
    user_id: int
    has_conversation: bool = False  # one that we made up, so that bubbles can be seen


def publish_preview(draft: Widget, preview: Preview, origin: str) -> str:
    """Serve this unsaved widget for a while, on our own pages and its websites. Return its key.

    Each draft has a key of its own, so that no browser shows an older one from its cache. It ends
    with its ground.
    """
    shown = copy.copy(draft)
    was_live = Widget.objects.live().filter(pk=draft.pk).exists()
    shown.ground = Ground(preview.user_id, draft.pk, was_live)
    shown.pk = None
    shown.key = f"{PREVIEW_PREFIX}{secrets.token_hex(8)}"
    shown.draft = None
    shown.version = shown.as_of = ""
    shown.identity_secret = new_secret()  # the cache is no place for the real one
    shown.agent_token = ""
    shown.enabled = True
    shown.track_visitors = shown.connect_early = False  # each preview would be a new customer
    shown.allowed_origins = [origin, *draft.allowed_origins]
    cache.set(cache_key(shown.key), shown, PREVIEW_SECONDS)
    cache.set(_about_key(shown.key), tuple(preview), PREVIEW_SECONDS)
    return shown.key


def preview_of(key: str) -> Preview | None:
    """What the preview with this key is of; None if there is none, or not any more."""
    if not key.startswith(PREVIEW_PREFIX) or len(key) > KEY_LENGTH:
        return None
    about = cache.get(_about_key(key))
    return Preview(*about) if about else None


def may_load(key: str, page_key: str | None) -> bool:
    """Whether a page that carries the widget `page_key` may load the widget `key` instead of it.

    `page_key` is None for a page that carries `key` itself.
    """
    preview = preview_of(key)
    if preview is None:
        return page_key is None
    return preview.widget_key == (page_key or "")


def _about_key(key: str) -> str:
    return f"preview:{key}"
