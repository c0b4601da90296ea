"""What a customer is answered when LiveChat did not do what a view asked of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from chatproxy.livechat.errors import LiveChatError

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest, str | Promise], HttpResponse]


def on_failure(answer: Answer) -> Callable[[View], View]:
    """Let the view raise LiveChatError: the customer gets `answer` with the error's advice.

    Only a view that has something to give back (a form with what was typed) catches it itself.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except LiveChatError as error:
                log_failure(request, error)
                return answer(request, error.advice)

        return inner

    return decorate


def log_failure(request: HttpRequest, error: LiveChatError) -> None:
    """With the name of the view: the path holds the ids of chats."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    logger.warning("%s failed: %s", view, error)


def first_error(form: forms.Form) -> str:
    """One reason is enough for one line."""
    return str(next(iter(form.errors.values()))[0])


def words(request: HttpRequest, advice: str | Promise) -> HttpResponse:
    """The advice alone, for what asked to show it in its own place."""
    return render(request, "widget/customers/refusal.html", {"advice": advice})


def notice(request: HttpRequest, advice: str | Promise) -> HttpResponse:
    """The advice in the panel's notice, for a button that has no place for it."""
    return render(request, "widget/customers/notice.html", {"text": advice})
