"""Django's view of the widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from widget.running import Running


class WidgetConfig(AppConfig):
    name = "widget"
    verbose_name = _("Chat widgets")
    default_auto_field = "django.db.models.BigAutoField"
    running: Running

    def ready(self) -> None:
        from widget.running import Running  # it needs the models, which are there only now

        self.running = Running()
