"""Who may look at, change and delete which widgets."""

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db.models import QuerySet

from widget.models import Membership, Widget

Role = Membership.Role
VIEWERS = (Role.OWNER, Role.EDITOR, Role.VIEWER)
EDITORS = (Role.OWNER, Role.EDITOR)
OWNERS = (Role.OWNER,)

User = AbstractUser | AnonymousUser


def memberships(user: User, roles: tuple[Role, ...]) -> QuerySet[Membership]:
    """Where this user has one of these roles."""
    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.filter(user_id=user.pk, role__in=roles)


def organization_ids(user: User, roles: tuple[Role, ...]) -> list[str]:
    """The organizations in which this user has one of these roles."""
    return sorted(memberships(user, roles).values_list("organization_id", flat=True))


def may(user: User, roles: tuple[Role, ...], widget: Widget | None = None) -> bool:
    """Whether the user has one of these roles, for this widget or for any. Superusers have all."""
    if user.is_active and user.is_superuser:
        return True
    if widget is None:
        return memberships(user, roles).exists()
    return memberships(user, roles).filter(organization_id=widget.organization_id).exists()


def widgets_of(user: User) -> QuerySet[Widget]:
    """Every widget the user may see."""
    if user.is_active and user.is_superuser:
        return Widget.objects.all()
    return Widget.objects.filter(organization_id__in=organization_ids(user, VIEWERS))
