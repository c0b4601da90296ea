"""Where owners invite colleagues and let them go, and where an invited colleague comes in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import get_script_prefix, is_valid_path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from widget.models import ColleagueInvitation, Membership, Widget, is_superuser
from widget.owners import access, joining
from widget.owners.addresses import admin_url, to_admin
from widget.owners.joining import MOST_A_DAY, NoLongerOpen

Role = Membership.Role
OPENED = "colleague-invitation"  # in the session: the invitation whose link was opened


class ColleagueForm(forms.Form):
    """Whom to invite, and to what. For somebody who may invite."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    organization_id = forms.ChoiceField(label=_("Widgets"))

    def __init__(self, user: access.User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user
        organizations = access.shared_organizations(user)
        given = access.roles_to_give_in_each(user, organizations)
        roles = {role for each in given.values() for role in each}
        of_role: Any = self.fields["role"]
        of_role.choices = [choice for choice in Role.choices if choice[0] in roles]
        of_organization: Any = self.fields["organization_id"]
        of_organization.choices = joining.choices_among(organizations)
        if len(organizations) == 1:
            of_organization.widget = forms.HiddenInput()
            of_organization.initial = organizations[0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        organization_id = cleaned["organization_id"]
        if cleaned["role"] not in access.roles_to_give(self.user, organization_id):
            raise ValidationError(
                _("You can't give a role higher than your own. Choose another one.")
            )
        if joining.invitations_today(organization_id) >= MOST_A_DAY:
            raise ValidationError(
                _("You can invite %(count)s colleagues a day. Try again tomorrow."),
                params={"count": MOST_A_DAY},
            )
        return cleaned


def colleagues(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Who works here, who is invited, and a form to invite one more."""
    if not access.shared_organizations(request.user):
        raise PermissionDenied
    form = ColleagueForm(request.user, *([request.POST] if request.method == "POST" else []))
    if form.is_valid():
        made = joining.invite(request.user, **form.cleaned_data)  # type: ignore[arg-type]  # signed in
        report_invitation(request, made)
        return to_admin(request, "widget_colleagues")
    context = site.each_context(request) | {
        "title": gettext("Colleagues"),
        "opts": Widget._meta,
        "form": form,
        "sends_mail": joining.sends_mail(),
        "members": members_beside(request.user),
        "invitations": [
            {"invitation": each, "link": link_of(request, each)}
            for each in open_invitations(request.user)
        ],
    }
    return render(request, "widget/owners/colleagues.html", context)


def report_invitation(request: HttpRequest, invitation: ColleagueInvitation) -> None:
    """Send the invitation, and say whether that was possible."""
    if joining.send_invitation(invitation, link_of(request, invitation)):
        sent = gettext("The invitation was sent to %(email)s.")
        messages.success(request, sent % {"email": invitation.email})
    else:
        not_sent = gettext("This server could not send an e-mail. Give %(email)s the link below.")
        messages.warning(request, not_sent % {"email": invitation.email})


def link_of(request: HttpRequest, invitation: ColleagueInvitation) -> str:
    """No log sees what comes after the `#`."""
    page = request.build_absolute_uri(admin_url(request, "widget_join"))
    return f"{page}#{joining.token_of(invitation)}"


def open_invitations(user: access.User) -> list[ColleagueInvitation]:
    """Those that the user could have made."""
    ids = access.shared_organizations(user)
    found = ColleagueInvitation.objects.open().filter(organization_id__in=ids)
    given = access.roles_to_give_in_each(user, ids)
    return [each for each in found if each.role in given[each.organization_id]]


def members_beside(user: access.User) -> list[dict[str, Any]]:
    """Everybody in the organizations to which the user may invite, and who can be let go."""
    ids = access.shared_organizations(user)
    found = Membership.objects.filter(organization_id__in=ids).select_related("user")
    members = list(found.order_by("organization_id", "user_id"))
    names, may_go = joining.names_of_widgets_of_each(ids), who_may_go(user, members)
    return [
        {
            "membership": each,
            "widgets": names[each.organization_id],
            "may_go": each in may_go,
        }
        for each in members
    ]


def who_may_go(user: access.User, members: Collection[Membership]) -> set[Membership]:
    """Owners let others go; nobody leaves an organization by mistake."""
    others = {each for each in members if each.user_id != user.pk}
    if is_superuser(user):
        return others
    owned = access.organization_ids(user, access.OWNERS)
    return {each for each in others if each.organization_id in owned}


def withdraw(request: HttpRequest, invitation_pk: Any) -> HttpResponse:
    """Make an invitation's link worthless. POST."""
    possible = {each.pk: each for each in open_invitations(request.user)}
    if request.method != "POST" or invitation_pk not in possible:
        raise PermissionDenied
    ColleagueInvitation.objects.filter(pk=invitation_pk).close()
    withdrawn = gettext("The invitation was withdrawn: its link no longer works.")
    messages.success(request, withdrawn)
    return to_admin(request, "widget_colleagues")


def let_go(request: HttpRequest, membership_pk: int) -> HttpResponse:
    """Take a colleague's role away. POST."""
    membership = get_object_or_404(Membership, pk=membership_pk)
    if request.method != "POST" or not who_may_go(request.user, [membership]):
        raise PermissionDenied
    membership.delete()
    gone = gettext("%(user)s no longer has access to: %(widgets)s.")
    widgets = joining.names_of_widgets(membership.organization_id)
    messages.success(request, gone % {"user": membership.user, "widgets": widgets})
    return to_admin(request, "widget_colleagues")


def names_of_account() -> list[str]:
    """What the project's users need besides a password, and their e-mail address if any."""
    user = get_user_model()
    there = {field.name for field in user._meta.get_fields()}
    names = (user.USERNAME_FIELD, user.get_email_field_name(), *user.REQUIRED_FIELDS)
    return [name for name in dict.fromkeys(names) if name in there]


class AccountForm(BaseUserCreationForm):  # type: ignore[type-arg]  # takes none at run time
    """The account of a colleague who has none yet. The invited address cannot be changed."""

    def __init__(self, email: str, *args: Any) -> None:
        user = get_user_model()
        name_of_email = user.get_email_field_name()
        super().__init__(*args, initial={user.USERNAME_FIELD: email, name_of_email: email})
        if name_of_email in self.fields:
            self.fields[name_of_email].disabled = True

    class Meta:
        model = get_user_model()
        fields = names_of_account()


@login_not_required
@csrf_protect  # as every view of the admin, whatever middleware the project has
@never_cache
@sensitive_post_parameters("token", "password1", "password2")
def join(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Accept an invitation, with the account that is signed in or a new one.

    The page's script posts the token of a link; from then on the session knows the invitation.
    """
    try:
        if "token" in request.POST:
            return open_link(request, request.POST["token"])
        if OPENED in request.session:
            invitation = joining.open_invitation(request.session[OPENED])
        elif request.method == "POST":
            raise NoLongerOpen
        else:
            return show(request, site, "open_invitation")
        if request.user.is_authenticated:
            return join_as(request, site, invitation)
        return join_anew(request, site, invitation)
    except NoLongerOpen:
        return show(request, site, "invitation_over", status=410)


@login_not_required
@csrf_exempt  # it changes nothing, and Django would log the path
def join_by_older_link(request: HttpRequest, token: str) -> HttpResponse:
    """Links that were made before tokens stood behind `#`; they hold for seven days."""
    return redirect(f"{admin_url(request, 'widget_join')}#{token}")


def show(
    request: HttpRequest, site: AdminSite, page: str, status: int = 200, **context: Any
) -> HttpResponse:
    """One of the pages of those who are invited."""
    context |= site.each_context(request) | {"title": gettext("Invitation")}
    return render(request, f"widget/owners/{page}.html", context, status=status)


def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Raises NoLongerOpen."""
    request.session[OPENED] = joining.invitation_of(token).pk.hex
    return to_admin(request, "widget_join")


def join_as(request: HttpRequest, site: AdminSite, invitation: ColleagueInvitation) -> HttpResponse:
    """Raises NoLongerOpen."""
    if request.method != "POST":
        return show_invitation(request, site, invitation, None)
    joining.accept(invitation, request.user)  # type: ignore[arg-type]  # signed in
    return welcome(request, invitation)


def join_anew(
    request: HttpRequest, site: AdminSite, invitation: ColleagueInvitation
) -> HttpResponse:
    """Raises NoLongerOpen."""
    form = AccountForm(invitation.email, *([request.POST] if request.method == "POST" else []))
    if not form.is_valid():
        return show_invitation(request, site, invitation, form)
    with transaction.atomic():
        user = form.save()
        joining.accept(invitation, user)
        user.refresh_from_db()
    login(request, user, settings.AUTHENTICATION_BACKENDS[0])
    return welcome(request, invitation)


def show_invitation(
    request: HttpRequest, site: AdminSite, invitation: ColleagueInvitation, form: AccountForm | None
) -> HttpResponse:
    """Who invites to what, and how to accept."""
    return show(
        request,
        site,
        "join",
        invitation=invitation,
        person=joining.inviter_of(invitation),
        widgets=joining.names_of_widgets(invitation.organization_id),
        form=form,
        login_url=login_url_of(site),
    )


def login_url_of(site: AdminSite) -> str:
    """Where the project's users log in: the admin's page, if LOGIN_URL leads nowhere."""
    url = resolve_url(settings.LOGIN_URL)
    parts = urlsplit(url)
    is_ours = not parts.netloc
    if is_ours and not is_valid_path(f"/{parts.path.removeprefix(get_script_prefix())}"):
        return reverse("admin:login", current_app=site.name)
    return url


def welcome(request: HttpRequest, invitation: ColleagueInvitation) -> HttpResponse:
    del request.session[OPENED]
    joined = gettext("Welcome. You can now work on: %(widgets)s.")
    widgets = joining.names_of_widgets(invitation.organization_id)
    messages.success(request, joined % {"widgets": widgets})
    return to_admin(request, "index")
