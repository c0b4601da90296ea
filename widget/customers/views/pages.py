"""What a page says of itself that somebody has linked to. LiveChat reads it; we ask once a day."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from chatproxy.livechat.errors import LiveChatError
from widget.assets import digest
from widget.customers.failures import on_failure
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.limits import wait_before
from widget.models import Widget
from widget.rendering.pages import cut, proof_of

HOLDS = 24 * 60 * 60  # seconds
NOTHING_HOLDS = 60 * 60  # seconds after which a page without a title is asked for again


def say_nothing(request: HttpRequest, error: LiveChatError) -> HttpResponse:  # noqa: ARG001
    """The card keeps the address alone."""
    return HttpResponse(status=204)


@require_safe
@widget_view
@customer_required
@on_failure(say_nothing)
def page(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Title and first words of the page at `url`. 204 if it has none, or too many were asked for.

    `proof` says that the address is from a message to this customer: nobody makes LiveChat read
    another, and the owner pay for it.
    """
    url, proof = request.GET.get("url", ""), request.GET.get("proof", "")
    if not widget.link_previews or not is_proven(url, request.customer.entity_id, proof):
        return HttpResponseBadRequest()
    key = f"page:{widget.key}:{digest(url)}"
    words = cache.get(key)
    if words is None:
        if wait_before("page", widget.key, request.META.get("REMOTE_ADDR", ""), request.token):
            return HttpResponse(status=204)
        cache.set(key, {}, NOTHING_HOLDS)  # whoever asks meanwhile, and if LiveChat refuses
        found = request.api.get_url_info(url)
        words = {"page_title": cut(found.get("title")), "page_words": cut(found.get("description"))}
        cache.set(key, words, HOLDS if words["page_title"] else NOTHING_HOLDS)
    if not words.get("page_title"):
        return HttpResponse(status=204)
    return render(request, "widget/rendering/events/page_words.html", words)


def is_proven(url: str, customer_id: str, proof: str) -> bool:
    return constant_time_compare(proof_of(url, customer_id), proof)
