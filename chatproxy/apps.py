"""Django's view of chatproxy."""

import time

from django.apps import AppConfig

from chatproxy.locks import Leases, ThreadLocks
from chatproxy.regions import Regions
from chatproxy.versions import VersionEnds


class ChatproxyConfig(AppConfig):
    name = "chatproxy"
    verbose_name = "LiveChat connection"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        self.begin()
        self.regions = Regions()
        self.version_ends = VersionEnds()
        self.thread_locks = ThreadLocks()
        self.leases = Leases()

    def begin(self) -> None:
        """Before now others served: of what they tried, this process may know nothing."""
        self.began = time.monotonic()
