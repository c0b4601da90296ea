"""What LiveChat's errors mean for the owner of a widget, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatproxy.livechat.errors import (
    CustomerBanned,
    GrantRefused,
    GroupNotFound,
    LicenseExpired,
    LicenseNotFound,
    LiveChatError,
    NotAuthorized,
    Unreachable,
    UnsupportedVersion,
    WrongProductVersion,
)

# What the accounts service's words mean for the owner, the most telling word first.
# Source: Customer Accounts API v2, "Errors".
REFUSED_GRANTS = {
    "client_id_not_found": gettext_lazy(
        "LiveChat does not know this client ID. "
        "Copy it again from your app in the LiveChat Developer Console, under “App authorization”."
    ),
    "invalid_redirect_uri": gettext_lazy(
        "This redirect URI is not registered for your app. Add exactly this "
        "address in the LiveChat Developer Console, under “App authorization”, or "
        "enter one that is listed there."
    ),
    "redirect_uri_not_set": gettext_lazy(
        "Your app has no redirect URI yet. "
        "Add one in the LiveChat Developer Console, under “App authorization”, and enter the same "
        "here."
    ),
    "too_many_redirects": gettext_lazy(
        "Your app has too many redirect URIs. Remove some in the LiveChat Developer Console."
    ),
    "unauthorized_client": gettext_lazy(
        "LiveChat does not accept this client ID together with this redirect URI. "
        "Compare both with your app in the LiveChat Developer Console."
    ),
    "access_denied": gettext_lazy(
        "LiveChat did not let this app act for this organization. "
        "Check in the LiveChat Developer Console that the app is installed for it."
    ),
    "invalid_request": gettext_lazy(
        "LiveChat did not understand the request. "
        "Check that the organization ID is complete and belongs to your account."
    ),
}

REFUSALS: tuple[tuple[type[LiveChatError], Promise], ...] = (
    (
        Unreachable,
        gettext_lazy(
            "We cannot reach LiveChat at the moment. Your settings seem to be fine: "
            "try again in a minute. If it still fails, tell whoever runs this server."
        ),
    ),
    (
        LicenseNotFound,
        gettext_lazy("LiveChat does not know this organization ID. Copy it again, all of it."),
    ),
    (
        LicenseExpired,
        gettext_lazy("Your LiveChat subscription has ended. Renew it, then test again."),
    ),
    (
        GroupNotFound,
        gettext_lazy(
            "There is no group with this number. Open the group in LiveChat: its "
            "number is in the address."
        ),
    ),
    (
        CustomerBanned,
        gettext_lazy(
            "LiveChat has banned this server's address, and with it every customer. "
            "Lift the ban in LiveChat, and set its property “monitoring.ip_mask”: all "
            "customers share this server's address, so banning it bans everybody."
        ),
    ),
    (
        NotAuthorized,
        gettext_lazy(
            "LiveChat does not let your app act for customers. In the LiveChat Developer "
            "Console, under “App authorization”, check first that it is a server-side app, "
            "then that it has the scope “customers:own”."
        ),
    ),
    (
        UnsupportedVersion,
        gettext_lazy("LiveChat no longer offers this API version: choose the stable one."),
    ),
    (
        WrongProductVersion,
        gettext_lazy(
            "This organization still uses LiveChat Classic, which has no chat API. Ask "
            "LiveChat's support to move it."
        ),
    ),
)


def explanation(error: LiveChatError) -> str:
    """What this error means for the owner of a widget."""
    if isinstance(error, GrantRefused):
        for word in (error.detail, error.reason):
            if word in REFUSED_GRANTS:
                return str(REFUSED_GRANTS[word])
    for kind, meaning in REFUSALS:
        if isinstance(error, kind):
            return str(meaning)
    return _("LiveChat refused: %(reason)s.") % {"reason": error}
