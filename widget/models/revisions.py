"""What a widget was like before."""

from django.conf import settings
from django.db import models

from widget.models.widgets import Widget


class Revision(models.Model):
    """What a widget was like after one change."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="revisions")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    settings = models.JSONField()

    def __str__(self) -> str:
        return f"{self.widget}, {self.made_at:%Y-%m-%d %H:%M}"
