"""Django's view of the widget."""

from django.apps import AppConfig


class WidgetConfig(AppConfig):
    name = "widget"
    verbose_name = "Chat widgets"
    default_auto_field = "django.db.models.BigAutoField"
