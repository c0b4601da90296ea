"""Django's view of chatproxy."""

from django.apps import AppConfig


class ChatproxyConfig(AppConfig):
    name = "chatproxy"
    verbose_name = "LiveChat connection"
    default_auto_field = "django.db.models.BigAutoField"
