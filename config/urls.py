"""Which URL leads where. What machines ask is in probes.py."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("widget.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("config.demo.shop")))
