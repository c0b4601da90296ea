"""LiveChat as our settings, cache and metrics have it: what the client is handed."""

from __future__ import annotations

from django.core.cache import cache

from chatproxy import conf, metrics
from chatproxy.livechat.service import Call

REGION_KEPT = 86_400  # seconds


class ConfiguredService:
    """Reads settings when it is asked, so that making one needs none."""

    @property
    def accounts_url(self) -> str:
        return conf.accounts_url()

    @property
    def api_url(self) -> str:
        return conf.api_url()

    def last_region(self, organization_id: str) -> str:
        return str(cache.get(f"region:{organization_id}", ""))

    def remember_region(self, organization_id: str, region: str) -> None:
        cache.set(f"region:{organization_id}", region, REGION_KEPT)

    def on_call(self, call: Call) -> None:
        metrics.count_call(call)
