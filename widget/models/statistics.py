"""What happened to a widget, in numbers for each day; nothing of what was said."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from widget.models.widgets import Widget


class Tally(models.Model):
    """How often something happened to a widget on one day (UTC); nothing of what was said.

    `seconds` adds up how long customers waited, where they did.
    """

    class What(models.TextChoices):
        OPENING = "opening", _("Chat opened")
        CHAT = "chat", _("Chats started")
        CUSTOMER_MESSAGE = "customer_message", _("Messages from customers")
        AGENT_MESSAGE = "agent_message", _("Messages from agents")
        FIRST_REPLY = "first_reply", _("First replies")
        GOOD = "good", _("Good ratings")
        BAD = "bad", _("Bad ratings")
        FAILURE = "failure", _("Calls to LiveChat that failed")
        REQUEST = "request", _("Requests to LiveChat")

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="tallies")
    day = models.DateField()
    what = models.CharField(max_length=16, choices=What.choices)
    count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["widget", "day", "what"], name="one_tally_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.widget}, {self.day}: {self.count} {self.what}"


class InvitationTally(models.Model):
    """How often an invitation did something on one day (UTC), by variant; not to which visitor."""

    class What(models.TextChoices):
        SHOWN = "shown", _("Shown")
        ACCEPTED = "accepted", _("Accepted")
        DISMISSED = "dismissed", _("Dismissed")
        CHAT = "chat", _("Chats started")

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="invitation_tallies")
    day = models.DateField()
    invitation = models.CharField(max_length=8)
    variant = models.CharField(max_length=1)
    what = models.CharField(max_length=9, choices=What.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["widget", "day", "invitation", "variant", "what"],
                name="one_invitation_tally_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.widget}, {self.day}: {self.count} {self.what}"


class Trouble(models.Model):
    """A kind of error that a widget has met, in its owner's words."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="troubles")
    kind = models.CharField(max_length=50)
    advice = models.TextField()
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["widget", "kind"], name="one_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.widget}: {self.kind}"


class Presence(models.Model):
    """How many customers of a widget one process held when it last said so."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="presences")
    process = models.CharField(max_length=32)
    customers = models.PositiveIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["widget", "process"], name="one_of_each_process")
        ]

    def __str__(self) -> str:
        return f"{self.widget}: {self.customers} in {self.process}"
