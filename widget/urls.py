"""Everything under /w/<key>/: one widget, from its loader to its last form."""

from django.urls import path

from widget.customers.views import (
    conversation,
    customers,
    events,
    files,
    forms,
    greetings,
    history,
    noticed,
    panel,
    plain,
    rating,
    rich_messages,
    stream,
    stylesheet,
)
from widget.embed import views as embed

app_name = "widget"

urlpatterns = [
    path("w/<slug:key>/", panel.panel, name="panel"),
    path("w/<slug:key>/embed.js", embed.embed, name="embed"),
    path("w/<slug:key>/loader_panel.js", embed.panel_part, name="panel_part"),
    path("w/<slug:key>/invitations.js", embed.invitations_part, name="invitations"),
    path("w/<slug:key>/invited.js", embed.count_invitation, name="invited"),
    path("w/<slug:key>/lc_api.js", embed.older_api, name="older_api"),
    path("w/<slug:key>/look.css", stylesheet.stylesheet, name="stylesheet"),
    path("w/<slug:key>/panel.js", panel.scripts, name="scripts"),
    path("w/<slug:key>/conversation.js", panel.conversation_part, name="conversation_part"),
    path("w/<slug:key>/welcome", panel.welcome, name="welcome"),
    path("w/<slug:key>/back", panel.back, name="back"),
    path("w/<slug:key>/expected", panel.expect_tab, name="expect_tab"),
    path("w/<slug:key>/opened", panel.count_opening, name="count_opening"),
    path("w/<slug:key>/invited", panel.count_invited_chat, name="count_invited_chat"),
    path("w/<slug:key>/customer", customers.customer, name="customer"),
    path("w/<slug:key>/logout", customers.logout, name="logout"),
    path("w/<slug:key>/details", customers.details, name="details"),
    path("w/<slug:key>/greeting", greetings.greeting, name="greeting"),
    path("w/<slug:key>/events", conversation.send, name="events"),
    path("w/<slug:key>/events/delete", events.delete, name="delete_event"),
    path("w/<slug:key>/answer", events.rate, name="answer"),
    path("w/<slug:key>/end", conversation.end, name="end"),
    path("w/<slug:key>/files", files.send, name="files"),
    path("w/<slug:key>/postback", rich_messages.postback, name="postback"),
    path("w/<slug:key>/rating", rating.rate, name="rating"),
    path("w/<slug:key>/forms/<slug:kind>", forms.form, name="form"),
    path("w/<slug:key>/forms/<str:thread_id>/<str:event_id>", forms.form_in_chat, name="chat_form"),
    path("w/<slug:key>/stream", stream.stream, name="stream"),
    path("w/<slug:key>/seen", noticed.mark_seen, name="seen"),
    path("w/<slug:key>/sneak_peek", noticed.show_sneak_peek, name="sneak_peek"),
    path("w/<slug:key>/history", history.earlier, name="history"),
    path("w/<slug:key>/transcript", history.transcript, name="transcript"),
    path("w/<slug:key>/transcript/link", history.transcript_link, name="transcript_link"),
    path("w/<slug:key>/transcript/email", history.transcript_by_email, name="transcript_email"),
    path("w/<slug:key>/plain/", plain.plain, name="plain"),
    path("w/<slug:key>/plain/log", plain.log, name="plain_log"),
    path("w/<slug:key>/plain/end", plain.end, name="plain_end"),
]
