"""Which websocket leads where."""

from django.urls import path

from widget.customers.consumers import ChatConsumer
from widget.customers.visitors import VisitorConsumer

websocket_urlpatterns = [
    path("w/<slug:key>/socket", ChatConsumer.as_asgi(), name="socket"),
    path("w/<slug:key>/visit", VisitorConsumer.as_asgi(), name="visit"),
]
