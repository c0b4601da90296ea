"""Puts this deployment's admin in the place of Django's."""

from django.contrib.admin import apps


class ChatAdminConfig(apps.AdminConfig):
    default = False  # it stands for django.contrib.admin, not for `config`
    default_site = "config.admin_site.ChatAdminSite"
