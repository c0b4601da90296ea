"""Which websocket leads where."""

from django.urls import path

from widget.customers.consumers import ChatConsumer

websocket_urlpatterns = [
    path("w/<slug:key>/socket", ChatConsumer.as_asgi(), name="socket"),
]
