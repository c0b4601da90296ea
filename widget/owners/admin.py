"""Where owners set up their widgets."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from widget.models import Membership, Widget, new_secret
from widget.owners import access, preview, revisions
from widget.owners.connection import ConnectionFailed, try_connection
from widget.owners.forms import ImportForm, WidgetForm, label_of
from widget.statistics import figures as statistics
from widget.statistics import last_seen

admin.site.site_title = _("Chat widgets")
admin.site.site_header = _("Chat widgets")
admin.site.index_title = _("What would you like to set up?")
admin.site.site_url = None  # this server has no site of its own

PREVIEW_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

SIGNED_IN_CUSTOMERS = (
    _("Signed-in customers"),
    {
        "classes": ("collapse",),
        "description": _(
            "Your website can say who is signed in, so that a customer has one conversation on "
            "all their devices. Its server signs that with this secret: docs/host-site.md."
        ),
        "fields": ("secret",),
    },
)


@admin.register(Widget)
class WidgetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    form = WidgetForm
    list_display = ("name", "state", "websites", "seen", "group", "changed", "figures")
    search_fields = ("name", "key", "organization_id", "allowed_origins")
    actions = ("test_the_connection",)
    save_on_top = False
    fieldsets = (
        (None, {"fields": ("name", "key", "enabled")}),
        (_("Your website"), {"fields": ("allowed_origins",)}),
        (
            _("Your LiveChat"),
            {
                "description": _(
                    "Four values connect the widget with your LiveChat account. "
                    "“Save and test” tries them and says what is wrong."
                ),
                "fields": ("organization_id", "client_id", "redirect_uri", "group_id", "region"),
            },
        ),
        (
            _("Look"),
            {
                "fields": (
                    "brand_color",
                    "theme",
                    "font",
                    "corner_radius",
                    "position",
                    ("offset_x", "offset_y"),
                    "launcher_size",
                    "launcher_shape",
                    "launcher_icon",
                    "launcher_label",
                    "header_picture",
                    "agent_pictures",
                )
            },
        ),
        (_("Where it stands"), {"fields": ("hide_on_mobile", "shown_pages", "hidden_pages")}),
        (
            _("Words"),
            {
                "description": _(
                    "What you leave empty has a good text of its own in each language."
                ),
                "fields": (
                    "default_language",
                    "header_title",
                    "header_text",
                    "greeting_text",
                    "offline_text",
                    ("opening_hours", "opening_zone"),
                    "texts",
                ),
            },
        ),
        (
            _("What customers can do"),
            {
                "fields": (
                    "ask_first",
                    "files",
                    "emoji",
                    "sound",
                    "rating",
                    "transcript",
                    "history",
                )
            },
        ),
        (_("Privacy"), {"fields": ("connect_early", "sneak_peek", "retention_days")}),
        (
            _("For experts"),
            {
                "classes": ("collapse",),
                "fields": ("identity_per_group", "api_version", "variables"),
            },
        ),
    )

    class Media:
        css = {"all": ["widget/owners/form.css"]}
        js = ["widget/owners/form.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Widget]:
        return access.widgets_of(request.user).order_by("name")

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

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Let who is no superuser choose among their own organizations only."""
        if db_field.name == "organization_id" and not request.user.is_superuser:
            own = access.organization_ids(request.user, access.EDITORS)
            return forms.ChoiceField(
                label=label_of(db_field.name), choices=[(id_, id_) for id_ in own]
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # The list

    @admin.display(description=_("State"), ordering="enabled")
    def state(self, widget: Widget) -> SafeString:
        return render_to_string("widget/owners/state.html", {"widget": widget})

    @admin.display(description=_("Appears on"))
    def websites(self, widget: Widget) -> str:
        return ", ".join(widget.allowed_origins) or gettext("No website yet")

    @admin.display(description=_("Last seen there"))
    def seen(self, widget: Widget) -> str:
        sighting = last_seen.last(widget)
        return f"{naturaltime(sighting.at)}" if sighting else gettext("Not yet")

    @admin.display(description=_("group"), ordering="group_id")
    def group(self, widget: Widget) -> str:
        return f"{widget.group_id}" if widget.group_id else gettext("0 (General)")

    @admin.display(description=_("Last change"), ordering="updated_at")
    def changed(self, widget: Widget) -> str:
        return f"{naturaltime(widget.updated_at)}"

    @admin.display(description=_("What happened"))
    def figures(self, widget: Widget) -> SafeString:
        url = reverse("admin:widget_statistics", args=[widget.pk])
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
            self.tell_connection(request, widget)

    def tell_connection(self, request: HttpRequest, widget: Widget) -> None:
        """Test one widget and say what was found, above the next page."""
        try:
            self.message_user(request, f"{widget}: {try_connection(widget)}", messages.SUCCESS)
        except ConnectionFailed as failure:
            self.message_user(request, f"{widget}: {failure}", messages.ERROR)

    # One widget

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        request.shows_draft = True  # type: ignore[attr-defined]  # see get_object
        return super().change_view(request, object_id, form_url, extra_context)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Widget | None:
        """In the form, what its owner last wrote there, published or not."""
        widget = super().get_object(request, object_id, from_field)
        if widget and hasattr(request, "shows_draft"):
            revisions.take_up(widget)
        return widget

    def get_fieldsets(self, request: HttpRequest, obj: Widget | None = None) -> Any:
        """With the secret, for an owner; whoever has it can be any customer who is signed in."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not access.may(request.user, access.OWNERS, obj):
            return fieldsets
        return (*fieldsets, SIGNED_IN_CUSTOMERS)

    @admin.display(description=_("Secret"))
    def secret(self, widget: Widget) -> SafeString:
        return render_to_string("widget/owners/secret.html", {"widget": widget})

    def renew_secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make what was signed with the old secret worthless. POST."""
        widget = self.editable(request, pk)
        if not access.may(request.user, access.OWNERS, widget):
            raise PermissionDenied
        widget.identity_secret = new_secret()
        widget.save(update_fields=["identity_secret"])
        said = gettext("Give your website the new secret now.")
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:widget_widget_change", pk)

    def get_readonly_fields(self, request: HttpRequest, obj: Widget | None = None) -> list[str]:
        return ["key", "secret"] if obj else ["secret"]

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
            context["sighting"] = last_seen.last(obj)
            context["full_page"] = request.build_absolute_uri(obj.get_absolute_url())
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(
        self, request: HttpRequest, obj: Widget, post_url_continue: str | None = None
    ) -> HttpResponse:
        if "_test" not in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.tell_connection(request, obj)
        return redirect("admin:widget_widget_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Widget) -> HttpResponse:
        if "_draft" in request.POST:
            said = gettext("The draft is kept. Your websites still show what was published.")
            self.message_user(request, said, messages.SUCCESS)
            return redirect("admin:widget_widget_change", obj.pk)
        if "_test" not in request.POST:
            return super().response_change(request, obj)
        self.tell_connection(request, obj)
        return redirect("admin:widget_widget_change", obj.pk)

    # Its history, its copies, its file

    def save_model(self, request: HttpRequest, obj: Widget, form: Any, change: bool) -> None:
        if "_draft" in request.POST:
            revisions.put_aside(obj)
            return
        obj.draft = None
        if change:
            revisions.begin(obj)
        super().save_model(request, obj, form, change)
        revisions.record(obj, request.user)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        widget = get_object_or_404(self.get_queryset(request), pk=object_id)
        context = {
            "history": revisions.history(widget),
            "may_restore": self.has_change_permission(request, widget),
        }
        return super().history_view(request, object_id, context | (extra_context or {}))

    def restore(self, request: HttpRequest, pk: int, revision_pk: int) -> HttpResponse:
        """Make a widget what it was after an earlier change. POST."""
        widget = self.editable(request, pk)
        revision = get_object_or_404(widget.revisions, pk=revision_pk)
        try:
            revisions.choose(widget, revision.settings)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            said = gettext("“%(widget)s” is again what it was.") % {"widget": widget}
            self.keep(request, widget, said)
        return redirect("admin:widget_widget_change", pk)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Drop the draft. POST."""
        Widget.objects.filter(pk=self.editable(request, pk).pk).update(draft=None)
        self.message_user(request, gettext("The draft was dropped."), messages.SUCCESS)
        return redirect("admin:widget_widget_change", pk)

    def duplicate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a twin to change. POST."""
        twin = revisions.copy_of(self.editable(request, pk))
        said = gettext("This is the copy. It is switched off until you are done.")
        self.keep(request, twin, said)
        return redirect("admin:widget_widget_change", twin.pk)

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The widget's settings as a file; it holds no secrets."""
        widget = get_object_or_404(self.get_queryset(request), pk=pk)
        response = JsonResponse(revisions.chosen(widget), json_dumps_params={"indent": 2})
        response["Content-Disposition"] = f'attachment; filename="{widget.key}.json"'
        return response

    def bring_in(self, request: HttpRequest) -> HttpResponse:
        """Make a widget from a file that was exported."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            widget: Widget = form.cleaned_data["file"]
            if access.may(request.user, access.EDITORS, widget):
                said = gettext("“%(widget)s” was imported. It is switched off.") % {
                    "widget": widget
                }
                self.keep(request, widget, said)
                return redirect("admin:widget_widget_change", widget.pk)
            form.add_error("file", _("It belongs to an organization that you have no part in."))
        context = self.admin_site.each_context(request) | {
            "form": form,
            "title": gettext("Import a widget"),
            "opts": self.opts,
        }
        return render(request, "widget/owners/import.html", context)

    def editable(self, request: HttpRequest, pk: int) -> Widget:
        """The widget that a POST is to change. Raises PermissionDenied, Http404."""
        widget = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, widget):
            raise PermissionDenied
        return widget

    def keep(self, request: HttpRequest, widget: Widget, said: str) -> None:
        """Save, remember who did it, and say so."""
        widget.save()
        revisions.record(widget, request.user)
        self.message_user(request, said, messages.SUCCESS)

    # What happened

    def statistics(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Figures and plots of the last days; `?days=` is one of the periods."""
        widget = get_object_or_404(self.get_queryset(request), pk=pk)
        days = statistics.days_of(widget, period_of(request))
        context = self.admin_site.each_context(request) | {
            "title": gettext("Statistics of %(widget)s") % {"widget": widget},
            "opts": self.opts,
            "widget": widget,
            "period": len(days),
            "periods": statistics.PERIODS,
            "figures": statistics.figures_of(days),
            "live_now": statistics.live_now(widget),
            "troubles": statistics.troubles_of(widget),
            "columns": statistics.COLUMNS,
            "rows": [day.row() for day in reversed(days)],
        }
        return render(request, "widget/owners/statistics.html", context)

    def statistics_file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same as a file for a spreadsheet."""
        widget = get_object_or_404(self.get_queryset(request), pk=pk)
        table = statistics.as_csv(statistics.days_of(widget, period_of(request)))
        response = HttpResponse(table, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{widget.key}.csv"'
        return response

    # The preview

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("import/", view(self.bring_in), name="widget_import"),
            path("<int:pk>/export/", view(self.export), name="widget_export"),
            path("<int:pk>/statistics/", view(self.statistics), name="widget_statistics"),
            path(
                "<int:pk>/statistics.csv", view(self.statistics_file), name="widget_statistics_file"
            ),
            path("<int:pk>/duplicate/", view(self.duplicate), name="widget_duplicate"),
            path("<int:pk>/discard/", view(self.discard), name="widget_discard"),
            path("<int:pk>/new-secret/", view(self.renew_secret), name="widget_new_secret"),
            path("<int:pk>/restore/<int:revision_pk>/", view(self.restore), name="widget_restore"),
            path("preview/", view(self.preview), name="widget_preview_new"),
            path("preview/<int:pk>/", view(self.preview), name="widget_preview"),
            path("previewed/<slug:key>/", view(self.previewed), name="widget_previewed"),
        ]
        return own + super().get_urls()

    def preview(self, request: HttpRequest, pk: int = 0) -> HttpResponse:
        """Take the form as it stands, unsaved, and say where it can be seen for a while."""
        saved = access.widgets_of(request.user).filter(pk=pk).first()
        if not access.may(request.user, access.EDITORS, saved):
            raise PermissionDenied
        form = self.get_form(request, saved, change=saved is not None)(
            request.POST, instance=copy.copy(saved) if saved else Widget()
        )
        draft = preview.without(form.instance, form.errors, saved or Widget())
        draft.theme = request.POST.get("preview_theme") or draft.theme
        key = preview.publish(draft, f"{request.scheme}://{request.get_host()}")
        websites = [
            f"{origin}/#chat-draft={key}" for origin in draft.allowed_origins if "*" not in origin
        ]
        url = reverse("admin:widget_previewed", args=[key])
        return JsonResponse({"url": url, "websites": websites})

    @method_decorator(xframe_options_sameorigin)
    def previewed(self, request: HttpRequest, key: str) -> HttpResponse:
        """A page that carries the draft with this key, as a website would."""
        response = render(
            request,
            "widget/owners/previewed.html",
            {"key": key, "language": request.GET.get("language", "en")},
        )
        response["Content-Security-Policy"] = PREVIEW_POLICY
        return response


def period_of(request: HttpRequest) -> int:
    """The days that were asked for, else a month."""
    asked = request.GET.get("days", "")
    return next((days for days in statistics.PERIODS if str(days) == asked), 30)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    list_display = ("user", "role", "organization_id")
    list_filter = ("role",)
    search_fields = ("user__username", "organization_id")
