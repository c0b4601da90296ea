"""Who may work with an organization's widgets, and who is invited to."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from widget.options.validators import validate_organization_id

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

INVITATION_HOLDS = dt.timedelta(days=7)  # of a colleague


def may_enter(user: "AbstractUser | AnonymousUser") -> bool:
    """Whether the admin lets the user in. Source: Django, `AdminSite.has_permission`."""
    return bool(user.is_active and user.is_staff)


def is_superuser(user: "AbstractUser | AnonymousUser") -> bool:
    """Whether the user may do everything.

    A project's user model need not have `is_superuser`. It then answers as Django's admin asks.
    Source: Django, "Customizing authentication", "Custom users and django.contrib.admin".
    """
    if not may_enter(user):
        return False
    if hasattr(user, "is_superuser"):
        return bool(user.is_superuser)
    return bool(user.has_perm("widget.change_widget"))


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Roles, as whoever asks without a request does."""

    def let_edit(self, user_pk: int, organization_ids: Collection[str]) -> bool:
        """Whether the user may still change the widgets of all these organizations."""
        # What a user is may be a property, which no query knows.
        user = get_user_model()._default_manager.filter(pk=user_pk).first()
        if user is None or not may_enter(user):
            return False
        if is_superuser(user):
            return True
        edited = self.filter(user=user, role__in=(Membership.Role.OWNER, Membership.Role.EDITOR))
        theirs = set(edited.values_list("organization_id", flat=True))
        return bool(theirs) and theirs.issuperset(organization_ids)


class Membership(models.Model):
    """Lets a user of the admin work with the widgets of one LiveChat organization."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner: changes and deletes widgets")
        EDITOR = "editor", _("Editor: changes widgets")
        VIEWER = "viewer", _("Viewer: looks only")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
    )
    organization_id = models.CharField(
        _("organization ID"), max_length=36, validators=[validate_organization_id]
    )
    role = models.CharField(_("role"), max_length=6, choices=Role.choices, default=Role.EDITOR)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "organization_id"], name="one_role_each")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Let the user into the admin as well: a role alone would open no door.

        Where the project's user model decides by itself who is staff, it is left to it.
        """
        users = get_user_model()
        with transaction.atomic():
            super().save(*args, **kwargs)
            if "is_staff" in {field.name for field in users._meta.concrete_fields}:
                users._default_manager.filter(pk=self.user_id, is_staff=False).update(is_staff=True)


class ColleagueInvitationQuerySet(models.QuerySet["ColleagueInvitation"]):
    """Invitations, as the admin asks for them."""

    def open(self) -> "ColleagueInvitationQuerySet":
        """Those whose links work."""
        return self.filter(closed_at=None, made_at__gt=timezone.now() - INVITATION_HOLDS)

    def close(self) -> int:
        """Make their links worthless; how many of them still worked."""
        return self.open().update(closed_at=timezone.now())

    def forget_old(self) -> int:
        """Delete those whose links have expired; how many they were."""
        deleted, _each = self.filter(made_at__lte=timezone.now() - INVITATION_HOLDS).delete()
        return deleted


class ColleagueInvitation(models.Model):
    """Lets whoever has its link join an organization, once, for INVITATION_HOLDS.

    It is closed when it was accepted or withdrawn, and kept until then so that it counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization_id = models.CharField(max_length=36)
    email = models.EmailField()
    role = models.CharField(max_length=6, choices=Membership.Role.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects = ColleagueInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.id}, {self.get_role_display()}"

    @property
    def expires_at(self) -> dt.datetime:
        return self.made_at + INVITATION_HOLDS
