"""LiveChat calls us with what agents say, where an owner wants it: switched on and off."""

import logging

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from chatproxy.livechat.agent_api import AgentApi
from chatproxy.livechat.errors import LiveChatError, NotAuthorized
from chatproxy.transactions import writing
from widget.explanations import explanation
from widget.models import Webhook, Widget, new_secret
from widget.notifications import keys
from widget.owners import access
from widget.owners.addresses import to_admin

logger = logging.getLogger(__name__)

# Source: Configuration API v3.6, "Register Webhook", "Enable License Webhooks".
SCOPES = ("webhooks.configuration:rw", "webhooks.state:rw")
NOT_YET = gettext_lazy(
    "LiveChat has not called yet. Until it does, the server stays logged in as before."
)


def form(widget: Widget) -> SafeString:
    """The button, for those who gave us an agent's token, or whom LiveChat calls."""
    webhook = Webhook.objects.filter(widget=widget).first()
    if webhook is None and not (widget.agent_token and keys.is_possible()):
        return SafeString()
    context = {"webhook": webhook, "scopes": ", ".join(SCOPES), "not_yet": NOT_YET}
    return render_to_string("widget/owners/webhook.html", context)


@access.changes_widget(access.OWNERS)
def change_webhook(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Switch it on, or off if it is on. POST."""
    if not switch_off(widget, request):
        address = request.build_absolute_uri(reverse("widget:webhook", args=[widget.key]))
        switch_on(request, widget, address)
    return to_admin(request, "widget_widget_change", widget.pk)


def switch_off(widget: Widget, request: HttpRequest | None = None) -> bool:
    """Whether it was on. What LiveChat still sends is refused, should it not hear of this.

    It is told with what the widget has now, once the database says so for good. Whoever asked for
    it, if somebody did, reads what came of that.
    """
    webhook = Webhook.objects.filter(widget=widget).first()
    if webhook is None:
        return False
    api, client_id = api_of(widget), widget.client_id

    def tell_livechat() -> None:
        try:
            api.unregister_webhook(client_id, webhook.livechat_id)
        except LiveChatError as error:
            logger.warning(
                "widget %s: LiveChat keeps webhook %s of app %s: %r",
                widget.pk,
                webhook.livechat_id,
                client_id,
                error,
            )
            if request:
                messages.warning(request, explanation(error))
        else:
            if request:
                messages.success(request, gettext("LiveChat does not call us any more."))

    webhook.delete()
    transaction.on_commit(tell_livechat)
    return True


def switch_on(request: HttpRequest, widget: Widget, address: str) -> None:
    secret = new_secret()
    try:
        webhook_id = api_of(widget).register_webhook(widget.client_id, address, secret)
    except NotAuthorized:
        scopes = ", ".join(SCOPES)
        words = gettext("The agent's token needs these scopes: %(scopes)s.") % {"scopes": scopes}
        messages.error(request, words)
    except LiveChatError as error:
        messages.error(request, explanation(error))
    else:
        made = {"livechat_id": webhook_id, "secret": secret}
        with writing():
            Webhook.objects.update_or_create(widget=widget, defaults=made)
        messages.success(request, str(NOT_YET))


def api_of(widget: Widget) -> AgentApi:
    return AgentApi(widget.organization, widget.agent_token)
