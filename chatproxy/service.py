"""LiveChat as our settings, cache and metrics have it: what the client is handed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.core.cache import cache
from django.dispatch import Signal

from chatproxy import conf, metrics
from chatproxy.livechat.service import Call, Ear, VersionEnd
from chatproxy.regions import Regions

if TYPE_CHECKING:
    from chatproxy.apps import ChatproxyConfig

logger = logging.getLogger(__name__)

VERSION_END_KEPT = 86_400  # seconds


# LiveChat was asked for something that it bills: `widget_key` says for whom. Receivers must return
# at once.
billed = Signal()


class ConfiguredService:
    """Reads settings when it is asked, so that making one needs none.

    `widget_key` is the widget for which LiveChat is asked, "" for none.
    """

    ear: Ear | None = None

    def __init__(self, widget_key: str = "") -> None:
        self.widget_key = widget_key

    @property
    def accounts_url(self) -> str:
        return conf.accounts_url()

    @property
    def api_url(self) -> str:
        return conf.api_url()

    def last_region(self, organization_id: str) -> str:
        return regions().last(organization_id)

    def remember_region(self, organization_id: str, region: str) -> None:
        regions().remember(organization_id, region)

    def on_version_end(self, end: VersionEnd) -> None:
        """Into the log once a day for all processes, and kept for whoever owns a widget."""
        metrics.set_version_end(end)
        if cache.add(f"version_end:{end.version}", end, VERSION_END_KEPT):
            logger.warning("LiveChat's version %s: %s on %s", end.version, end.stage, end.date)

    def on_call(self, call: Call) -> None:
        metrics.count_call(call)
        if self.widget_key and call.is_billed:
            billed.send(ConfiguredService, widget_key=self.widget_key)


def regions() -> Regions:
    """This process's; a test may put others in their place."""
    return cast("ChatproxyConfig", apps.get_app_config("chatproxy")).regions


def version_end(version: str) -> VersionEnd | None:
    """When LiveChat ends this version, if it said so today."""
    end: VersionEnd | None = cache.get(f"version_end:{version}")
    return end
