"""Which URL leads where."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from .health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("widget.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("widget.demo")))
