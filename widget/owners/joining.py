"""How a colleague joins an organization: an invitation, its link, and what accepting it does."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.mail import send_mail
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from widget.identity import name_of
from widget.models import ColleagueInvitation, Membership, Widget
from widget.owners.access import VIEWERS, Role, roles_to_give

logger = logging.getLogger(__name__)

MOST_A_DAY = 20  # invitations of one organization
DAY = dt.timedelta(days=1)
SENDS_NOTHING = "django.core.mail.backends.dummy.EmailBackend"


class NoLongerOpen(Exception):
    """The invitation was accepted or withdrawn, or whoever made it may no longer give its role."""


def invitations_today(organization_id: str) -> int:
    """How many invitations were made for this organization within a day, open or not."""
    since = timezone.now() - DAY
    return ColleagueInvitation.objects.filter(
        organization_id=organization_id, made_at__gt=since
    ).count()


def invite(user: AbstractUser, organization_id: str, email: str, role: str) -> ColleagueInvitation:
    """Make an invitation in place of any earlier one of the same person that the user may end."""
    ColleagueInvitation.objects.forget_old()
    earlier = ColleagueInvitation.objects.filter(
        organization_id=organization_id,
        email__iexact=email,
        role__in=roles_to_give(user, organization_id),
    )
    earlier.close()
    return ColleagueInvitation.objects.create(
        organization_id=organization_id, email=email, role=role, invited_by_id=user.pk
    )


def signer() -> Signer:
    return Signer(salt="widget.owners.joining")


def token_of(invitation: ColleagueInvitation) -> str:
    """What its link carries."""
    return signer().sign(invitation.pk.hex)


def invitation_of(token: str) -> ColleagueInvitation:
    """Raises NoLongerOpen."""
    try:
        return open_invitation(UUID(signer().unsign(token)))
    except (BadSignature, ValueError):
        raise NoLongerOpen from None


def open_invitation(pk: UUID | str) -> ColleagueInvitation:
    """Raises NoLongerOpen."""
    invitation = ColleagueInvitation.objects.open().filter(pk=pk).first()
    if invitation is None or not still_holds(invitation):
        raise NoLongerOpen
    return invitation


def still_holds(invitation: ColleagueInvitation) -> bool:
    """Whether whoever made the invitation may still give its role."""
    return invitation.role in roles_to_give(invitation.invited_by, invitation.organization_id)


@transaction.atomic
def accept(invitation: ColleagueInvitation, user: AbstractUser) -> Membership:
    """Give the user the role, unless they have a greater one. Raises NoLongerOpen."""
    if not ColleagueInvitation.objects.filter(pk=invitation.pk).close():
        raise NoLongerOpen
    membership, made = Membership.objects.get_or_create(
        user_id=user.pk,
        organization_id=invitation.organization_id,
        defaults={"role": invitation.role},
    )
    if not made and is_greater(invitation.role, membership.role):
        membership.role = invitation.role
        membership.save()
    logger.info("user %s joined organization %s", user.pk, invitation.organization_id)
    return membership


def is_greater(role: str, other: str) -> bool:
    return VIEWERS.index(Role(role)) < VIEWERS.index(Role(other))


def sends_mail() -> bool:
    """Whether Django is set up to send anything. Only trying shows whether it can."""
    return settings.EMAIL_BACKEND != SENDS_NOTHING


def send_invitation(invitation: ColleagueInvitation, link: str) -> bool:
    """Send the link by e-mail, as Django is set up to; whether that was possible."""
    if not sends_mail():
        return False
    try:
        send_mail(subject_of(invitation), text_of(invitation, link), None, [invitation.email])
    except Exception as error:  # a project's backend has errors of its own
        logger.warning("an invitation could not be sent: %s", type(error).__name__)
        return False
    return True


def subject_of(invitation: ColleagueInvitation) -> str:
    return _("%(person)s invites you to look after a chat") % {"person": inviter_of(invitation)}


def text_of(invitation: ColleagueInvitation, link: str) -> str:
    lines = (
        _("%(person)s would like you to work on the chat of: %(widgets)s."),
        _("Your role would be: %(role)s"),
        "%(link)s",
        _("The link works once, until %(date)s. If you did not expect it, ignore this e-mail."),
    )
    return "\n\n".join(lines) % {
        "person": inviter_of(invitation),
        "widgets": names_of_widgets(invitation.organization_id),
        "role": invitation.get_role_display(),
        "link": link,
        "date": date_format(invitation.expires_at),
    }


def inviter_of(invitation: ColleagueInvitation) -> str:
    """On one line, as a subject has to be."""
    return " ".join(name_of(invitation.invited_by).split())


def names_of_widgets(organization_id: str) -> str:
    """What people call an organization: by its widgets, or its ID while it has none."""
    return names_of_widgets_of_each([organization_id])[organization_id]


def choices_among(organizations: Collection[str]) -> list[tuple[str, str]]:
    """Organizations to choose from, told apart by the beginning of their IDs."""
    names = names_of_widgets_of_each(organizations)
    return [
        (each, each if names[each] == each else f"{Truncator(names[each]).chars(60)} ({each[:8]}…)")
        for each in organizations
    ]


def names_of_widgets_of_each(organizations: Collection[str]) -> dict[str, str]:
    """As `names_of_widgets`, of many organizations at once, by their IDs."""
    names: dict[str, list[str]] = {each: [] for each in organizations}
    widgets = Widget.objects.filter(organization_id__in=names)
    for organization_id, name in widgets.values_list("organization_id", "name"):
        names[organization_id].append(name)
    return {each: ", ".join(found) or each for each, found in names.items()}
