"""Django's settings for the sandbox alone: no database, no sessions, everything in memory."""

import secrets
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SECRET_KEY = secrets.token_hex()  # nothing is signed that outlives the process
DEBUG = False
ALLOWED_HOSTS = ["*"]  # clients reach the sandbox under any name, as they reach LiveChat
USE_X_FORWARDED_HOST = False
INSTALLED_APPS = ["django.contrib.staticfiles", "django_htmx"]
MIDDLEWARE = [
    "livechat_sandbox.transports.own_addresses.refuse_strangers",
    "livechat_sandbox.transports.cors.allow_origins",
]
ROOT_URLCONF = "livechat_sandbox.urls"
ASGI_APPLICATION = "livechat_sandbox.asgi.application"
DATABASES: dict[str, dict[str, str]] = {}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
USE_TZ = True
APPEND_SLASH = False
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # the doors have their own limits
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},  # refusals are no news here
}
