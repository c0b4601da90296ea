"""Which URL leads where. What machines ask is in probes.py."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

admin.site.site_title = _("Chat widgets")
admin.site.site_header = _("Chat widgets")
admin.site.index_title = _("What would you like to set up?")
admin.site.site_url = None  # this server has no site of its own

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("widget.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("config.demo.shop")))
