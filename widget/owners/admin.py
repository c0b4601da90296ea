"""Where owners set up their widgets."""

from __future__ import annotations

import copy
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from widget.models import Membership, Widget, is_superuser
from widget.owners import access, changes, colleagues, history, joining, preview, secrets
from widget.owners.addresses import admin_url, to_admin
from widget.owners.careful import CarefulAdmin, is_id
from widget.owners.connection import report_connection
from widget.owners.fieldsets import (
    AGENTS_TOKEN,
    FIELDSETS,
    SIGNED_IN_CUSTOMERS,
    for_readers,
    in_steps,
)
from widget.owners.forms import WidgetForm, label_of
from widget.owners.meanwhile import Opened, State, what_happened
from widget.owners.reading import words_of
from widget.owners.urls import FRAMED_ROUTES, ROUTES
from widget.statistics import last_seen


class WidgetList(ChangeList):
    """One page of the list; its widgets know where they were `seen` last."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        widgets: Any = self.result_list
        seen = last_seen.last_of_each(widgets)
        for widget in widgets:
            widget.seen = seen.get(widget.key)


class ToBeTested(HttpResponseRedirect):
    """Leads back to the form of a widget that was saved, and whose connection is to be tested."""

    def __init__(self, request: HttpRequest, widget: Widget) -> None:
        super().__init__(admin_url(request, "widget_widget_change", widget.pk))
        self.widget = widget


@admin.register(Widget)
class WidgetAdmin(CarefulAdmin):
    form = WidgetForm
    list_display = (
        "name",
        "state",
        "websites",
        "last_seen_at",
        "group",
        "last_changed_at",
        "figures",
    )
    search_fields = ("name", "key", "organization_id", "allowed_origins")
    actions = ("test_the_connection",)
    save_on_top = False
    fieldsets = FIELDSETS

    class Media:
        css = {"all": ["widget/owners/pages.css", "widget/owners/form.css"]}
        js = ["widget/owners/form.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Widget]:
        return access.widgets_of(request.user).order_by("name")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        framed = {"site": self.admin_site}
        own = [
            *(path(route, view(shown), name=name) for route, shown, name in ROUTES),
            *(path(route, view(shown), framed, name) for route, shown, name in FRAMED_ROUTES),
        ]
        previews = [
            path("preview/", view(self.preview), name="widget_preview_new"),
            path("preview/<int:pk>/", view(self.preview), name="widget_preview"),
        ]
        # Who is invited need not have an account yet.
        joining = [
            path("join/", colleagues.join, framed, "widget_join"),
            path("join/<str:token>/", colleagues.join_by_older_link, name="widget_join_older"),
        ]
        return [*own, *previews, *joining, *super().get_urls()]

    # Who may do what

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Widget | None = None) -> bool:
        return access.may(request.user, access.VIEWERS, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.may(request.user, access.EDITORS)

    def has_change_permission(self, request: HttpRequest, obj: Widget | None = None) -> bool:
        return access.may(request.user, access.EDITORS, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Widget | None = None) -> bool:
        return access.may(request.user, access.OWNERS, obj)

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[WidgetList]:
        return WidgetList

    @admin.display(description=_("State"), ordering="enabled")
    def state(self, widget: Widget) -> SafeString:
        return render_to_string("widget/owners/state.html", {"widget": widget})

    @admin.display(description=_("Appears on"))
    def websites(self, widget: Widget) -> str:
        return ", ".join(widget.allowed_origins) or gettext("No website yet")

    @admin.display(description=_("Last seen there"))
    def last_seen_at(self, widget: Any) -> str:
        """Of one in a WidgetList."""
        return f"{naturaltime(widget.seen.at)}" if widget.seen else gettext("Not yet")

    @admin.display(description=_("group"), ordering="group_id")
    def group(self, widget: Widget) -> str:
        return f"{widget.group_id}" if widget.group_id else gettext("0 (General)")

    @admin.display(description=_("Last change"), ordering="updated_at")
    def last_changed_at(self, widget: Widget) -> str:
        return f"{naturaltime(widget.updated_at)}"

    @admin.display(description=_("What happened"))
    def figures(self, widget: Widget) -> SafeString:
        url = reverse("admin:widget_statistics", args=[widget.pk], current_app=self.admin_site.name)
        of_which = gettext("Statistics of %(widget)s") % {"widget": widget}
        text = gettext("Statistics")
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, of_which, text)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural)} | (extra_context or {})
        )

    @admin.action(description=_("Test the connection to LiveChat"), permissions=["view"])
    def test_the_connection(self, request: HttpRequest, widgets: QuerySet[Widget]) -> None:
        for widget in widgets:
            report_connection(request, widget)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The widgets alone: what is kept about them has no names that an owner knows."""
        _all, _counts, lacking, protected = super().get_deleted_objects(objs, request)
        names = [str(widget) for widget in objs]
        return names, {self.opts.verbose_name_plural: len(names)}, lacking, protected

    def delete_model(self, request: HttpRequest, obj: Widget) -> None:
        changes.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Widget]) -> None:
        """One by one, so that no cache shows it any longer."""
        for widget in queryset:
            changes.delete(widget)

    # One widget

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Widget | None:
        """Whoever saves it waits until somebody else has, and is told of that."""
        is_saved = request.method == "POST" and transaction.get_connection().in_atomic_block
        if is_saved and is_id(object_id):
            list(Widget.objects.select_for_update().filter(pk=object_id).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def get_form(
        self, request: HttpRequest, obj: Widget | None = None, change: bool = False, **kwargs: Any
    ) -> type[WidgetForm]:
        """Let who is no superuser choose among their own organizations only."""
        form = cast(type[WidgetForm], super().get_form(request, obj, change, **kwargs))
        if "organization_id" in form.base_fields and not is_superuser(request.user):
            ids = access.choices_of_organization(request.user, obj)
            form.base_fields["organization_id"] = forms.ChoiceField(
                label=label_of("organization_id"),
                choices=joining.choices_among(ids),
                help_text=form.base_fields["organization_id"].help_text,
            )
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Widget | None = None) -> Any:
        """A new widget in steps; an old one with its secret, for an owner.

        Whoever has the secret can be any customer who is signed in.
        """
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return in_steps(fieldsets)
        if not access.may(request.user, access.EDITORS, obj):
            return for_readers(fieldsets)
        if not access.may(request.user, access.OWNERS, obj):
            return fieldsets
        return (*fieldsets, SIGNED_IN_CUSTOMERS, AGENTS_TOKEN)

    @admin.display(description=_("Connection to LiveChat"))
    def connection_test(self, widget: Widget) -> SafeString:
        return render_to_string("widget/owners/connection_test.html")

    @admin.display(description=_("Secret"))
    def secret(self, widget: Widget) -> SafeString:
        return render_to_string("widget/owners/secret.html", {"widget": widget})

    @admin.display(description=_("agent's token"))
    def agent_token_form(self, widget: Widget) -> SafeString:
        return secrets.agent_token_form(widget)

    def get_readonly_fields(self, request: HttpRequest, obj: Widget | None = None) -> list[str]:
        shown = ["connection_test", "secret", "agent_token_form"]
        return ["key", *shown] if obj else shown

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Widget | None = None,
    ) -> HttpResponse:
        context["languages"] = settings.LANGUAGES
        context["language"] = obj.default_language if obj else settings.LANGUAGE_CODE
        context["title"] = obj.name if obj else gettext("A new widget")
        context["subtitle"] = None
        if obj:
            base_url = request.build_absolute_uri("/")
            context["snippet"] = obj.snippet(base_url)
            context["host_policy"] = obj.host_policy(base_url)
            context["last_seen"] = last_seen.last(obj)
            context["full_page"] = request.build_absolute_uri(obj.panel_path)
            context["seen"] = Opened.page(context["adminform"].form.state)
            self.tell_what_happened_meanwhile(request, context, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def tell_what_happened_meanwhile(
        self, request: HttpRequest, context: dict[str, Any], widget: Widget
    ) -> None:
        """In its own words, if the form says nothing else that is wrong."""
        form = context["adminform"].form
        if not form.meanwhile:
            return
        context["what_happened"] = what_happened(request, widget)
        context["meanwhile"] = [
            {
                "setting": each,
                "now": words_of(each.name, each.now),
                "entered": words_of(each.name, each.entered),
            }
            for each in form.meanwhile
        ]
        unseen = form.errors.as_data().get(NON_FIELD_ERRORS, [])
        if [error.code for error in unseen] == ["meanwhile"]:
            del form.errors[NON_FIELD_ERRORS]
            context["errors"] = list(form.errors.values())

    def preview(self, request: HttpRequest, pk: int = 0) -> HttpResponse:
        """Take the form as it is, unsaved, and say where it can be seen for a while."""
        saved = access.widgets_of(request.user).filter(pk=pk).first()
        if not access.may(request.user, access.EDITORS, saved):
            raise PermissionDenied
        form = self.get_form(request, saved, change=saved is not None)
        instance = copy.copy(saved) if saved else Widget()
        return preview.preview_form(request, form(request.POST, instance=instance), saved)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = extra_context or {}
        if widget := self.get_object(request, unquote(object_id)):
            context["history"] = history.history_of(widget)
            context["seen"] = Opened.page(State.of(widget))
            context["may_restore"] = self.has_change_permission(request, widget)
        return super().history_view(request, object_id, context)

    # Saving

    def save_model(self, request: HttpRequest, obj: Widget, form: Any, change: bool) -> None:
        if change and "_draft" in request.POST:
            changes.save_draft(obj, request.user)
        else:
            obj.draft = None  # the form showed it
            changes.publish(obj, request.user)
        for note in preview.color_notes(obj):
            messages.info(request, note)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Test the connection, if that was wished, once the widget is stored for good."""
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if isinstance(response, ToBeTested):
            report_connection(request, response.widget)
        return response

    def response_add(
        self, request: HttpRequest, obj: Widget, post_url_continue: str | None = None
    ) -> HttpResponse:
        if "_test" in request.POST:
            return ToBeTested(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Widget) -> HttpResponse:
        if "_draft" in request.POST:
            saved = gettext("The draft is saved. Your websites still show what was published.")
            messages.success(request, saved)
            return to_admin(request, "widget_widget_change", obj.pk)
        if "_test" in request.POST:
            return ToBeTested(request, obj)
        return super().response_change(request, obj)


@admin.register(Membership)
class MembershipAdmin(CarefulAdmin):
    list_display = ("user", "role", "organization_id")
    list_filter = ("role",)
    raw_id_fields = ("user",)  # a project may have any number of them

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return (f"user__{get_user_model().USERNAME_FIELD}", "organization_id")
