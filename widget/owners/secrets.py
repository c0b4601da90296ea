"""The secrets of a widget: what signs customers in, and the agent's token for the test."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from widget.models import Widget
from widget.owners import access, webhooks
from widget.owners.addresses import to_admin
from widget.owners.connection import SCOPES_OF_AGENT, report_connection

MOST_OF_A_TOKEN = 1000  # characters
AGENT_TOKEN_NOTE = _(
    "Optional. With this token, the connection test also checks whether "
    "customers' addresses are masked and what your app may do. It lets us act "
    "as that agent, so give it no scopes but %(scopes)s. We keep it encrypted "
    "and never show it again. Save the empty field to delete it."
)


def agent_token_form(widget: Widget) -> SafeString:
    """The form with which an owner stores a token; it never shows the one there is."""
    note = str(AGENT_TOKEN_NOTE) % {"scopes": ", ".join(SCOPES_OF_AGENT)}
    context = {"widget": widget, "note": note, "webhook": webhooks.form(widget)}
    return render_to_string("widget/owners/agent_token.html", context)


@access.changes_widget(access.OWNERS)
def renew_secret(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Make what was signed with the old secret worthless. POST."""
    widget.renew_secret()
    messages.success(
        request,
        gettext(
            "The secret was renewed. Give the new one to your website's server now: "
            "until then, it cannot sign customers in to the chat."
        ),
    )
    return to_admin(request, "widget_widget_change", widget.pk)


@access.changes_widget(access.OWNERS)
def keep_agent_token(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Store another token for the connection test, or none. POST.

    Without one we could not stop LiveChat's calls: they end with it.
    """
    token = request.POST.get("agent_token", "").strip()[:MOST_OF_A_TOKEN]
    if not token:
        webhooks.switch_off(widget, request)
    widget.agent_token = token
    widget.save(update_fields=["agent_token"])
    report_connection(request, widget)
    return to_admin(request, "widget_widget_change", widget.pk)
