"""Django's view of the widget."""

from django.apps import AppConfig


class WidgetConfig(AppConfig):
    name = "widget"
    verbose_name = "Chat widgets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chatproxy import observers
        from widget.tallies import tallies

        observers.acted.append(tallies.act)
        observers.heard.append(tallies.hear)
        observers.failed.append(tallies.fail)
