"""Does a widget reach its LiveChat? Tried for real, and answered in its owner's words."""

from contextlib import suppress

from django.utils.translation import gettext as _

from chatproxy.livechat import accounts
from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.service import Reason
from chatproxy.models import Customer
from widget.explanations import explanation
from widget.models import Widget
from widget.running import running


class ConnectionFailed(Exception):
    """The widget cannot chat. The message says why, and what its owner can do."""


def try_connection(widget: Widget) -> str:
    """Become a customer of this widget for a moment; say what was found.

    Raises ConnectionFailed.
    """
    try:
        grant = accounts.exchange(widget.organization, None)
        try:
            statuses = group_statuses(widget, grant)
        finally:
            with suppress(LiveChatError):  # the token ends by itself in a few hours
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
    if statuses[widget.group_id] == "offline":
        return _("It works. At the moment nobody is there to take chats in this group.")
    return _("It works, and somebody is there to take chats.")


def group_statuses(widget: Widget, grant: accounts.Grant) -> dict[int, str]:
    """Ask as a customer whom nobody will remember."""
    passer_by = Customer(widget_key=widget.key, organization_id=widget.organization_id)
    passer_by.accept(grant)
    return running().acting(passer_by, widget).because(Reason.TEST).list_group_statuses()
