"""Django's view of the widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

from widget.asking import Askers

if TYPE_CHECKING:
    from widget.running import Running


class WidgetConfig(AppConfig):
    name = "widget"
    verbose_name = _("Chat widgets")
    default_auto_field = "django.db.models.BigAutoField"
    running: Running

    def ready(self) -> None:
        # They need the models, which are there only now; importing the checks registers them.
        from chatproxy.models import Customer
        from widget import checks  # noqa: F401
        from widget.running import Running, tell_identity

        self.askers = Askers()
        self.running = Running()
        post_save.connect(tell_identity, sender=Customer)
