"""Django's view of the widget."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WidgetConfig(AppConfig):
    name = "widget"
    verbose_name = _("Chat widgets")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chatproxy import observers
        from widget.statistics.counting import tallies

        observers.acted.append(tallies.act)
        observers.heard.append(tallies.hear)
        observers.failed.append(tallies.fail)
