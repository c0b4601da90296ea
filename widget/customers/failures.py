"""What a customer is answered when LiveChat did not do what a view asked of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from chatproxy.livechat.errors import (
    CustomerBanned,
    EntityTooLarge,
    Invalid,
    LiveChatError,
    NotAllowed,
    NotAuthorized,
)

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest, LiveChatError], HttpResponse]
# The same request would be refused again, whatever happens meanwhile.
FINAL = (CustomerBanned, EntityTooLarge, Invalid, NotAllowed, NotAuthorized)


def on_failure(answer: Answer) -> Callable[[View], View]:
    """Let the view raise LiveChatError: the customer gets this answer.

    Only a view that has something to give back (a form with what was typed) catches it itself.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except LiveChatError as error:
                log_failure(request, error)
                return answer(request, error)

        return inner

    return decorate


def log_failure(request: HttpRequest, error: LiveChatError) -> None:
    """With the name of the view: the path holds the ids of chats."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    logger.warning("%s failed: %s", view, error)


def words(request: HttpRequest, error: LiveChatError) -> HttpResponse:
    """The advice alone, for what asked to show it in its own place."""
    return refusal(request, str(error.advice), is_final=isinstance(error, FINAL))


def reason(request: HttpRequest, error: LiveChatError) -> HttpResponse:
    """The first sentence of it, for a message: what to do is beside it, on buttons."""
    return refusal(request, first_sentence(error.advice), is_final=isinstance(error, FINAL))


def refuse(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """Why the form cannot be taken, for a message: one reason."""
    advice = next(iter(form.errors.values()))[0]
    return refusal(request, first_sentence(advice), is_final=True)


def first_sentence(advice: object) -> str:
    """In any language. There is one line for it."""
    return re.split(r"(?<=[.。])", str(advice))[0]


def refusal(request: HttpRequest, advice: str, *, is_final: bool) -> HttpResponse:
    context = {"advice": advice, "is_final": is_final}
    return render(request, "widget/customers/refusal.html", context)


def notice(request: HttpRequest, error: LiveChatError) -> HttpResponse:
    """The advice in the panel's notice, for a button that has no place for it."""
    return show_refusal(request, error.advice)


def show_refusal(request: HttpRequest, text: str | Promise) -> HttpResponse:
    context = {"text": text, "kind": "refused"}
    return render(request, "widget/customers/notice.html", context)


def show_success(request: HttpRequest, text: str | Promise) -> HttpResponse:
    return render(request, "widget/customers/notice.html", {"text": text, "kind": "good"})
