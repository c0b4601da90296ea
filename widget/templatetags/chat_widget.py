"""`{% load chat_widget %}{% chat_widget "KEY" %}`: the chat on this page, for those signed in."""

from __future__ import annotations

import logging
from typing import Any

from django import template
from django.http import QueryDict
from django.template import RequestContext
from django.urls import reverse
from django.utils import translation

from widget.identity import statement_of
from widget.languages import nearest_language
from widget.models import Widget

logger = logging.getLogger(__name__)
register = template.Library()


@register.inclusion_tag("widget/embed/snippet.html", takes_context=True)
def chat_widget(context: RequestContext, key: str) -> dict[str, Any]:
    """The snippet of the widget with this key; nothing, if it is switched off or there is none."""
    try:
        widget = Widget.objects.find(key)
    except Widget.DoesNotExist:
        logger.warning("no widget with the key %s is switched on: the page has no chat", key)
        return {}
    request = context.get("request")
    return {
        "loader": loader_url(key),
        "page": reverse("widget:panel", args=[key]),
        "identity": statement_of(request, widget) if request else "",
        "nonce": nonce_of(context),
    }


def loader_url(key: str) -> str:
    """In the language of the page, and for a website where people sign in and out."""
    query = QueryDict(mutable=True)
    query["person"] = ""
    if language := nearest_language(translation.get_language() or ""):
        query["lang"] = language
    return f"{reverse('widget:embed', args=[key])}?{query.urlencode()}"


def nonce_of(context: RequestContext) -> str:
    """What Django 6 or django-csp made for the scripts of this page, "" without them.

    It is made when it is read as a text, and false before.
    """
    nonce = context.get("csp_nonce")
    if nonce is None:
        nonce = getattr(context.get("request"), "csp_nonce", "")
    return str(nonce)
