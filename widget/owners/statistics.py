"""What happened to a widget, as a page and as a file."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from widget.models import InvitationTally, Widget
from widget.owners.access import shows_widget
from widget.statistics import figures, last_seen
from widget.statistics.invitations import results_of

DAYS = 30  # unless another period is asked for


@shows_widget
def statistics(request: HttpRequest, widget: Widget, site: AdminSite) -> HttpResponse:
    """Figures and plots of the last days; `?days=` is one of the periods."""
    days = figures.days_of(widget, period_of(request))
    context = site.each_context(request) | {
        "title": gettext("Statistics of %(widget)s") % {"widget": widget},
        "opts": Widget._meta,
        "widget": widget,
        "period": len(days),
        "periods": figures.PERIODS,
        "figures": figures.figures_of(widget, days),
        "live_now": figures.live_now(widget),
        "invitations": results_of(widget, len(days)),
        "invitation_columns": InvitationTally.What.labels,
        "troubles": figures.troubles_of(widget),
        "columns": figures.COLUMNS,
        "rows": [day.row() for day in reversed(days)],
    }
    return render(request, "widget/owners/statistics.html", context)


@shows_widget
def statistics_file(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    table = figures.as_csv(figures.days_of(widget, period_of(request)))
    response = HttpResponse(table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{widget.key}.csv"'
    return response


def period_of(request: HttpRequest) -> int:
    """The days that were asked for, else a month."""
    asked = request.GET.get("days", "")
    return next((days for days in figures.PERIODS if str(days) == asked), DAYS)


@shows_widget
def where_last_seen(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Where the widget was seen last; 204 while it was seen nowhere yet."""
    if (seen := last_seen.last(widget)) is None:
        return HttpResponse(status=204)
    return render(request, "widget/owners/last_seen.html", {"last_seen": seen})
