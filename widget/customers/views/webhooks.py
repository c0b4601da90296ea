"""LiveChat's own calls: an agent has said something in a chat."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST

from chatproxy.encryption import UnreadableSecret
from chatproxy.livechat import webhooks
from widget.customers.security import too_often, widget_view
from widget.limits import wait_before
from widget.models import Subscription, Webhook, Widget

logger = logging.getLogger(__name__)

LARGEST = 256 * 1024  # bytes of a call: an event has 16 kB, and properties


@require_POST
@widget_view
def webhook(request: HttpRequest, widget: Widget) -> HttpResponse:
    """What was said is not read here: who is to be told is looked for in their chat.

    204 for LiveChat, also if nobody is; 403 for anybody else.
    """
    if len(request.body) > LARGEST:  # Django stops at DATA_UPLOAD_MAX_MEMORY_SIZE
        return HttpResponse(status=413)
    try:
        call = webhooks.parse(request.body)
    except ValueError:
        return HttpResponse(status=400)
    try:
        ours = Webhook.objects.filter(widget=widget).first()
    except UnreadableSecret:
        logger.warning("no key of ours opens the webhook of %s", widget.key)
        return HttpResponse(status=403)
    if ours is None or not constant_time_compare(call.secret, ours.secret):
        return HttpResponse(status=403)
    if seconds := wait_before("webhook", widget.key, "", ""):
        return too_often(request, seconds)
    ours.hear()
    if call.action == webhooks.INCOMING_EVENT and call.chat_id:
        Subscription.objects.call(widget, call.chat_id)
    return HttpResponse(status=204)
