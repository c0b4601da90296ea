"""The addresses of the admin beside Django's own, for whoever is logged in."""

from collections.abc import Callable

from django.http import HttpResponse

from widget.owners import colleagues, files, history, preview, secrets, statistics, webhooks

# Each with its view and its name; the views say who may see what.
ROUTES: list[tuple[str, Callable[..., HttpResponse], str]] = [
    ("<int:pk>/export/", files.export_widget, "widget_export"),
    ("<int:pk>/duplicate/", files.duplicate, "widget_duplicate"),
    ("<int:pk>/statistics.csv", statistics.statistics_file, "widget_statistics_file"),
    ("<int:pk>/last-seen/", statistics.where_last_seen, "widget_last_seen"),
    ("<int:pk>/discard/", history.discard, "widget_discard"),
    ("<int:pk>/restore/<int:revision_pk>/", history.restore, "widget_restore"),
    ("<int:pk>/new-secret/", secrets.renew_secret, "widget_new_secret"),
    ("<int:pk>/agent-token/", secrets.keep_agent_token, "widget_agent_token"),
    ("<int:pk>/webhook/", webhooks.change_webhook, "widget_webhook"),
    ("preview-page/<slug:key>/", preview.preview_page, "widget_preview_page"),
    ("colleagues/<uuid:invitation_pk>/withdraw/", colleagues.withdraw, "widget_withdraw"),
    ("colleagues/<int:membership_pk>/let-go/", colleagues.let_go, "widget_let_go"),
]

# Pages in the frame of an admin, which are given it as `site`: a project may have its own.
FRAMED_ROUTES: list[tuple[str, Callable[..., HttpResponse], str]] = [
    ("import/", files.import_widget, "widget_import"),
    ("<int:pk>/statistics/", statistics.statistics, "widget_statistics"),
    ("colleagues/", colleagues.colleagues, "widget_colleagues"),
]
