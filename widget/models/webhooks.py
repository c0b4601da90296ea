"""LiveChat's calls: that an agent has said something, instead of our listening for it."""

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils import timezone

from chatproxy.encryption import EncryptedTextField
from widget.models.keys import new_secret
from widget.models.widgets import Widget


class WebhookManager(models.Manager["Webhook"]):
    def encrypt_again(self) -> None:
        """Encrypt every secret with the newest key. Raises UnreadableSecret."""
        for webhook in self.order_by("pk"):
            webhook.save(update_fields=["secret"])


class Webhook(models.Model):
    """LiveChat calls us when an agent says something, so that we need not listen ourselves.

    `secret` is how we know LiveChat, `heard_at` when it called last. Before the first call, and
    after none for long, we listen ourselves: nobody knows whether it reaches us.
    """

    SEEN_EVERY = dt.timedelta(minutes=1)
    TRUSTED = dt.timedelta(days=7)

    widget = models.OneToOneField(Widget, on_delete=models.CASCADE, related_name="webhook")
    livechat_id = models.CharField(max_length=64)
    secret = EncryptedTextField(default=new_secret)
    heard_at = models.DateTimeField(null=True)

    objects: ClassVar[WebhookManager] = WebhookManager()

    def __str__(self) -> str:
        return f"webhook of {self.widget}"

    def hear(self) -> None:
        """LiveChat called."""
        now = timezone.now()
        if self.heard_at is None or now - self.heard_at > self.SEEN_EVERY:
            Webhook.objects.filter(pk=self.pk).update(heard_at=now)
