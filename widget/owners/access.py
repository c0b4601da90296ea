"""Who may look at, change and delete which widgets: the one gate of every way into the admin.

What is decided on is what is stored. A form, a draft or a file may name any organization.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from widget.models import Membership, Widget, is_superuser, may_enter

Role = Membership.Role
VIEWERS = (Role.OWNER, Role.EDITOR, Role.VIEWER)
EDITORS = (Role.OWNER, Role.EDITOR)
OWNERS = (Role.OWNER,)
# What somebody with a role may give a colleague: never more than they have.
ROLES_TO_GIVE = {Role.OWNER: (Role.OWNER, Role.EDITOR, Role.VIEWER), Role.EDITOR: VIEWERS[1:]}

Roles = tuple[Role, ...]
User = AbstractUser | AnonymousUser
View = Callable[..., HttpResponse]


def organization_ids(user: User, roles: Roles) -> list[str]:
    """The organizations in which this user has one of these roles."""
    if not user.is_authenticated or not may_enter(user):
        return []
    found = Membership.objects.filter(user_id=user.pk, role__in=roles)
    return sorted(found.values_list("organization_id", flat=True))


def stored_organization_id(widget: Widget) -> str:
    """Whose widget it is in the database, whatever this object says; "" if it is not saved."""
    stored = Widget.objects.filter(pk=widget.pk).values_list("organization_id", flat=True)
    return stored.first() or ""


def may(user: User, roles: Roles, widget: Widget | None = None) -> bool:
    """Whether the user has one of these roles for this saved widget, or for any widget at all."""
    if is_superuser(user):
        return True
    allowed = organization_ids(user, roles)
    return bool(allowed) if widget is None else stored_organization_id(widget) in allowed


def choices_of_organization(user: User, widget: Widget | None) -> list[str]:
    """The organizations that the user may give a widget to. None is a new one.

    A saved widget leaves its organization only with its owner, for another that they own.
    """
    if widget is None or widget.pk is None:
        return organization_ids(user, EDITORS)
    stored = stored_organization_id(widget)
    owned = organization_ids(user, OWNERS)
    if stored not in owned:
        return [stored] if stored in organization_ids(user, EDITORS) else []
    return [stored, *(id_ for id_ in owned if id_ != stored)]


def may_save(user: User, widget: Widget) -> bool:
    """Whether the user may store this widget as the object is now, its organization included."""
    return is_superuser(user) or widget.organization_id in choices_of_organization(user, widget)


def widgets_of(user: User) -> QuerySet[Widget]:
    """Every widget the user may see."""
    if is_superuser(user):
        return Widget.objects.all()
    return Widget.objects.filter(organization_id__in=organization_ids(user, VIEWERS))


def widget_for(user: User, pk: int, roles: Roles) -> Widget:
    """The stored widget, for a user with one of these roles.

    Raises Http404 for those who may not see it, PermissionDenied for those who may only see it.
    """
    widget = get_object_or_404(widgets_of(user), pk=pk)
    if not may(user, roles, widget):
        raise PermissionDenied
    return widget


def roles_to_give(user: User, organization_id: str) -> Roles:
    """The roles to which the user may invite a colleague in this organization."""
    return roles_to_give_in_each(user, [organization_id])[organization_id]


def roles_to_give_in_each(user: User, organizations: Collection[str]) -> dict[str, Roles]:
    """As `roles_to_give`, of many organizations at once, by their IDs."""
    if is_superuser(user):
        return dict.fromkeys(organizations, VIEWERS)
    given = {
        each: roles
        for role, roles in ROLES_TO_GIVE.items()
        for each in organization_ids(user, (role,))
    }
    return {each: given.get(each, ()) for each in organizations}


def shared_organizations(user: User) -> list[str]:
    """The organizations to which the user may invite a colleague."""
    if not is_superuser(user):
        return organization_ids(user, EDITORS)
    ids = Widget.objects.order_by().values_list("organization_id", flat=True)
    return sorted({*ids, *Membership.objects.values_list("organization_id", flat=True)})


def shows_widget(view: View) -> View:
    """Give the view the widget with this `pk`, for those who may see it."""

    @wraps(view)
    def inner(request: HttpRequest, pk: int, **others: Any) -> HttpResponse:
        return view(request, widget_for(request.user, pk, VIEWERS), **others)

    return inner


def changes_widget(roles: Roles) -> Callable[[View], View]:
    """Give the view the widget with this `pk`, for a POST of somebody with one of these roles."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, pk: int, **others: Any) -> HttpResponse:
            widget = widget_for(request.user, pk, roles)
            if request.method != "POST":
                raise PermissionDenied
            return view(request, widget, **others)

        return inner

    return decorate
