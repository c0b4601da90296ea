"""Does a widget reach its LiveChat? Tried for real, and answered in its owner's words."""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatproxy.livechat import accounts
from chatproxy.livechat.agent_api import AgentApi, Monitoring, TokenInfo
from chatproxy.livechat.errors import LiveChatError, NotAuthorized
from chatproxy.livechat.organization_api import OrganizationApi
from chatproxy.livechat.service import Reason
from chatproxy.models import Customer
from chatproxy.versions import version_end
from widget.explanations import explanation
from widget.models import Widget
from widget.owners.websockets_check import NotReached, NoWebsocket, try_websocket
from widget.running import running

MOST_WEBSITES = 5
# What an agent's token needs so that the mask can be seen, and what the app itself should have.
# Source: Configuration API v3.6, "List License Properties"; the Customer SDK's "Getting started".
SCOPES_OF_AGENT = ("properties.license.value--all:ro", "customers:own")


class ConnectionFailed(Exception):
    """The widget cannot chat. The message says why, and what its owner can do."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One that works: how well, in words, and what its owner had better change."""

    words: str
    advice: tuple[str, ...]


def try_connection(widget: Widget) -> Connection:
    """Become a customer of this widget for a moment; say what was found.

    Raises ConnectionFailed.
    """
    try:
        grant = accounts.exchange(widget.organization, None)
        try:
            statuses = group_statuses(widget, grant)
        finally:
            with suppress(LiveChatError):  # the token expires in a few hours
                accounts.revoke(widget.organization.service, grant.access_token)
    except LiveChatError as error:
        raise ConnectionFailed(explanation(error)) from error
    if widget.group_id not in statuses:
        known = ", ".join(str(group_id) for group_id in sorted(statuses))
        raise ConnectionFailed(
            _(
                "LiveChat answers, but there is no group %(number)s. "
                "This organization has: %(known)s."
            )
            % {"number": widget.group_id, "known": known or _("none")}
        )
    refuse_untrusted_websites(widget)
    advice = (words_for_version(widget), *advice_with_token(widget))
    return Connection(words_for(statuses[widget.group_id]), tuple(filter(None, advice)))


def words_for(status: str) -> str:
    """Whether somebody would answer."""
    if status == "offline":
        return _("It works. At the moment nobody is there to take chats in this group.")
    return _("It works, and somebody is there to take chats.")


def words_for_version(widget: Widget) -> str:
    """When LiveChat ends the widget's API version, "" if it has not said so."""
    if (end := version_end(widget.api_version)) is None:
        return ""
    return _(
        "LiveChat will end this stage of API version %(version)s on %(date)s. "
        "Choose the stable version before then."
    ) % {"version": end.version, "date": date_format(end.date)}


def refuse_untrusted_websites(widget: Widget) -> None:
    """LiveChat can be told which domains may chat. Raises ConnectionFailed for one it refuses."""
    for origin in websites_of(widget):
        visited = OrganizationApi(widget.organization.on_page(f"{origin}/"))
        try:
            availability = visited.get_dynamic_configuration()
        except LiveChatError as error:
            raise ConnectionFailed(explanation(error)) from error
        if not availability.is_domain_allowed:
            raise ConnectionFailed(
                _(
                    "LiveChat does not trust %(website)s. Add it to the trusted domains in "
                    "LiveChat's settings, or customers on that website cannot chat."
                )
                % {"website": origin}
            )


def advice_with_token(widget: Widget) -> tuple[str, ...]:
    """What an agent's token shows that no customer can see; "" is said of what is well."""
    if not widget.agent_token:
        return ()
    api = AgentApi(widget.organization, widget.agent_token)
    try:
        info = api.info()
        if info and info.organization_id != widget.organization_id:
            words = _(
                "The agent's token belongs to another organization. Enter one of yours, or leave "
                "the field empty."
            )
            return (words,)
        monitoring = api.monitoring()
        return (
            words_for_app(widget, info),
            words_for_mask(monitoring),
            words_for_websites(widget, monitoring),
        )
    except NotAuthorized:
        words = _(
            "The agent's token lacks the scope “%(scope)s”, so we could not see whether customers' "
            "addresses are masked."
        ) % {"scope": SCOPES_OF_AGENT[0]}
    except LiveChatError:
        words = _(
            "LiveChat refused the agent's token. Enter another one, or leave the field empty."
        )
    return (words,)


def words_for_app(widget: Widget, info: TokenInfo | None) -> str:
    """What the app may not do, if the token was given to it; nothing is known of another's.

    A personal access token is nobody's app, and LiveChat documents no way to read its scopes.
    """
    if info is None:
        return _(
            "A personal access token does not show what your app may do. Check in the "
            "LiveChat Developer Console, under “App authorization”, that it has the "
            "scope “customers:own”."
        )
    if info.client_id == widget.client_id and not info.allows(SCOPES_OF_AGENT[1]):
        return _(
            "Your app lacks the scope “customers:own”. Add it in the LiveChat Developer Console, "
            "under “App authorization”."
        )
    return ""


def words_for_mask(monitoring: Monitoring) -> str:
    """Whether banning one address would ban everybody."""
    if monitoring.ip_mask:
        return ""
    return _(
        "Set LiveChat's property “monitoring.ip_mask” before you go live: all "
        "customers share this server's address, so banning it bans everybody."
    )


def words_for_websites(widget: Widget, monitoring: Monitoring) -> str:
    """Which websites could not be tried, where LiveChat lets only trusted ones chat."""
    tried = websites_of(widget)
    others = [origin for origin in widget.allowed_origins if origin not in tried]
    if not monitoring.only_trusted_domains or not others:
        return ""
    return _(
        "LiveChat only lets trusted domains chat, and we could not test these "
        "websites: %(websites)s. Check that they are among the trusted domains in "
        "LiveChat's settings."
    ) % {"websites": ", ".join(others)}


def websites_of(widget: Widget) -> list[str]:
    """The first of the allowed websites that are named in full; each is a request."""
    return [origin for origin in widget.allowed_origins if "*" not in origin][:MOST_WEBSITES]


def trouble_with_websockets(address: str) -> str:
    """What is wrong if no websocket opens at the widget's public address, else ""."""
    try:
        try_websocket(address)
    except NoWebsocket as error:
        return _(
            "Websockets don't reach this server: the proxy in front of it answers "
            "%(status)s. Chats work, but messages arrive later. Whoever runs the "
            "server can find out more with “manage.py check_websockets”."
        ) % {"status": error.status}
    except NotReached:  # a server need not know itself by the name that others know
        return ""
    return ""


def group_statuses(widget: Widget, grant: accounts.Grant) -> dict[int, str]:
    """Ask as a customer nobody will remember."""
    passer_by = Customer(widget_key=widget.key, organization_id=widget.organization_id)
    passer_by.accept(grant)
    return running().acting(passer_by, widget).because(Reason.TEST).list_group_statuses()


def report_connection(request: HttpRequest, widget: Widget) -> None:
    """Test one widget and say what was found, above the next page."""
    try:
        connection = try_connection(widget)
    except ConnectionFailed as failure:
        messages.error(request, f"{widget}: {failure}")
    else:
        messages.success(request, f"{widget}: {connection.words}")
        for advice in connection.advice:
            messages.warning(request, f"{widget}: {advice}")
    address = request.build_absolute_uri(reverse("widget:panel", args=[widget.key]))
    if trouble := trouble_with_websockets(address):
        messages.warning(request, trouble)
