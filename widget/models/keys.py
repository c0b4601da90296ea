"""Keys and secrets of widgets, and which keys are taken."""

import secrets

from django.db import models


def new_key() -> str:
    """A key nobody has yet, safe in a URL."""
    return secrets.token_hex(8)


def new_secret() -> str:
    """With which a website signs who is signed in: 256 random bits."""
    return secrets.token_urlsafe(32)


class UsedKey(models.Model):
    """A key that a widget has or had. It is never given to another widget.

    Websites still carry the snippet of a deleted widget, and browsers its bearer tokens: who could
    take its key would get both. `widget` is None once its widget is deleted.
    """

    key = models.CharField(max_length=50, primary_key=True)
    widget = models.ForeignKey(
        "Widget", on_delete=models.SET_NULL, null=True, related_name="used_keys"
    )

    def __str__(self) -> str:
        return self.key

    @classmethod
    def is_free(cls, key: str, widget: models.Model) -> bool:
        """Whether this widget may have this key."""
        used = cls.objects.filter(key=key).first()
        return used is None or (used.widget_id is not None and used.widget_id == widget.pk)
