"""Django's admin, for addresses and forms that none of its pages has led to."""

from contextlib import nullcontext
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from chatproxy.transactions import writing


class CarefulAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    """Answers 400 where Django's own would fail with 500."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by `list_filter` alone: any field else could be guessed from the address."""
        return lookup.partition("__")[0] in map(str, self.list_filter)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Raises BadRequest for NUL: PostgreSQL takes it in no text, a filter's for example."""
        if "%00" in request.GET.urlencode():
            raise BadRequest("No text has this character.")
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What is sent is read and stored in one transaction, which waits for its turn."""
        with writing() if request.method == "POST" else nullcontext():
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As `changeform_view`."""
        with writing() if request.method == "POST" else nullcontext():
            return super().delete_view(request, object_id, extra_context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Raises BadRequest for NUL, which autocompletion hands on as it came."""
        if "\0" in search_term:
            raise BadRequest("No text has this character.")
        return super().get_search_results(request, queryset, search_term)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Raises BadRequest for chosen rows that cannot be any."""
        if not all(map(is_id, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("These rows do not exist.")
        return super().response_action(request, queryset, *args, **kwargs)


def is_id(text: str) -> bool:
    """Whether this can be a row's id."""
    return text.isascii() and text.isdigit() and len(text) < 19  # digits of a 64-bit integer
