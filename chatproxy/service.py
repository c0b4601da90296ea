"""LiveChat as our settings, cache and metrics have it: what the client is handed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.dispatch import Signal

from chatproxy import conf, metrics
from chatproxy.livechat.service import Call, Ear, VersionEnd
from chatproxy.places import take_place
from chatproxy.regions import Regions
from chatproxy.turns import let_others_run

if TYPE_CHECKING:
    from chatproxy.apps import ChatproxyConfig


# LiveChat was asked for something that it bills: `widget_key` says for whom. Receivers must return
# at once.
billed = Signal(use_caching=True)


class ConfiguredService:
    """Reads settings when it is asked, so that making one needs none.

    `widget_key` is the widget for which LiveChat is asked, and `organization_id` whose it is; ""
    for none.
    """

    ear: Ear | None = None

    def __init__(self, widget_key: str = "", organization_id: str = "") -> None:
        self.widget_key = widget_key
        self.organization_id = organization_id

    @property
    def accounts_url(self) -> str:
        return conf.accounts_url()

    @property
    def api_url(self) -> str:
        return conf.api_url()

    def knows_region(self, organization_id: str) -> bool:
        return regions().knows(organization_id)

    def last_region(self, organization_id: str) -> str:
        return regions().last(organization_id)

    def remember_region(self, organization_id: str, region: str) -> None:
        regions().remember(organization_id, region)

    def on_version_end(self, end: VersionEnd) -> None:
        chatproxy_app().version_ends.hear(end)

    def take_place(self, url: str) -> None:
        take_place(url, self.organization_id)

    def let_others_run(self) -> AbstractContextManager[None]:
        return let_others_run()

    def on_call(self, call: Call) -> None:
        metrics.count_call(call)
        if self.widget_key and call.is_billed:
            billed.send(ConfiguredService, widget_key=self.widget_key)


def regions() -> Regions:
    """This process's; a test may put others in their place."""
    return chatproxy_app().regions


def chatproxy_app() -> ChatproxyConfig:
    return cast("ChatproxyConfig", apps.get_app_config("chatproxy"))
