"""Everything under /w/<key>/: one widget, from its loader to its last form."""

from django.urls import path

from widget.views import conversation, customers, embed, look, panel, plain

app_name = "widget"

urlpatterns = [
    path("w/<slug:key>/", panel.panel, name="panel"),
    path("w/<slug:key>/embed.js", embed.embed, name="embed"),
    path("w/<slug:key>/loader_panel.js", embed.panel_part, name="panel_part"),
    path("w/<slug:key>/lc_api.js", embed.older_api, name="older_api"),
    path("w/<slug:key>/look.css", look.look, name="look"),
    path("w/<slug:key>/welcome", panel.welcome, name="welcome"),
    path("w/<slug:key>/customer", customers.customer, name="customer"),
    path("w/<slug:key>/events", conversation.send, name="events"),
    path("w/<slug:key>/end", conversation.end, name="end"),
    path("w/<slug:key>/plain/", plain.plain, name="plain"),
    path("w/<slug:key>/plain/log", plain.log, name="plain_log"),
    path("w/<slug:key>/plain/end", plain.end, name="plain_end"),
]
