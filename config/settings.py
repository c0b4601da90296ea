"""Settings, all from the environment, in the order in which someone who deploys meets them."""

import os
import secrets
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env
from environs import validate as must

from chatproxy.conf import DEFAULTS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# Off unless asked for: a forgotten variable must never open a debugger to the internet.
DEBUG = env.bool("DEBUG", False)

# The demo's shop on every host. Only for trying things out.
DEMO = env.bool("DEMO", False)

# Where files are kept: the SQLite database, the demo's data, collected static files.
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
DATA_DIR.mkdir(exist_ok=True)


def development_key(path: Path) -> str:
    """A key that stays beside the database, so that the next process reads what it encrypts."""
    made = path.with_suffix(f".{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text("development-only-" + secrets.token_hex(32))
    with suppress(FileExistsError):
        path.hardlink_to(made)
    made.unlink()
    return path.read_text()


def is_weak(secret: str, length: int) -> bool:
    """Whether a secret could be guessed: shorter than this, of few characters, or known to many."""
    known = secret.startswith(("django-insecure-", "development-only-"))
    return known or len(secret) < length or len(set(secret)) < 5


# Django's own measure for `check --deploy`, its security.W009.
SECRET_KEY = env.str("DJANGO_SECRET_KEY", "")
if DEBUG:
    SECRET_KEY = SECRET_KEY or development_key(DATA_DIR / "development.key")
elif is_weak(SECRET_KEY, length=50):
    raise ImproperlyConfigured(
        "Set DJANGO_SECRET_KEY to a random text of at least 50 characters, for example: "
        + secrets.token_urlsafe(50)  # which no shell changes
    )

# Host names this server answers to, separated by commas. A leading dot takes in subdomains.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [".localhost", "127.0.0.1", "[::1]"] if DEBUG else [])


def keep_to_ourselves(name: str) -> None:
    """Make the database's file before SQLite does, which would let everybody here read it.

    The files SQLite keeps beside it have the same permissions.
    """
    if not name.startswith((":memory:", "file:")) and Path(name).parent.is_dir():
        Path(name).touch(mode=0o600)
        Path(name).chmod(0o600)


# A URL such as postgres://user:password@host/name. Without it: one SQLite file.
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL",
        f"sqlite:///{DATA_DIR / 'db.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    keep_to_ourselves(DATABASES["default"]["NAME"])
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Who falls silent without a goodbye is given up: the few threads that ask for everybody else
    # would wait for as long as the kernel does, a quarter of an hour. The URL may say otherwise.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,  # seconds
        "tcp_user_timeout": 10_000,  # milliseconds
        "keepalives_idle": 30,  # seconds, then
        "keepalives_interval": 5,
        **DATABASES["default"].get("OPTIONS", {}),
    }

# Needed as soon as more than one process serves: it carries what really crosses processes
# (changed widgets, erased customers, rate limits). Without it each process keeps its own.
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "chatproxy.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "config.cache.TidyLocMemCache",
            # Past this it drops the oldest: locks and counts of sends must not be among them.
            "OPTIONS": {"MAX_ENTRIES": 200_000, "CULL_FREQUENCY": 20},
        }
    }

# Where LiveChat is. An owner can never choose these: our server must not be pointed elsewhere
# from a form. In the European region "api." becomes "api-fra.".
LIVECHAT_ACCOUNTS_URL = env.str("LIVECHAT_ACCOUNTS_URL", DEFAULTS["LIVECHAT_ACCOUNTS_URL"])
LIVECHAT_API_URL = env.str("LIVECHAT_API_URL", DEFAULTS["LIVECHAT_API_URL"])

# Keys that encrypt LiveChat's cookies and tokens at rest, newest first, separated by commas.
# Without them one is derived from DJANGO_SECRET_KEY. See docs/operators.md for rotating them.
CHAT_ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", [])
if not DEBUG and any(is_weak(key, length=32) for key in CHAT_ENCRYPTION_KEYS):
    raise ImproperlyConfigured("Each of ENCRYPTION_KEYS needs at least 32 random characters.")

# Whether an address, a customer or a widget may act only so often: see docs/security.md.
CHAT_LIMITS = env.bool("LIMITS", not DEBUG)

# How many days a browser's token holds when it is not used.
CHAT_TOKEN_DAYS = env.int("TOKEN_DAYS", DEFAULTS["CHAT_TOKEN_DAYS"])

# With these customers may be told of an answer after they have left: PUSH_KEY is what
# `manage.py new_push_key` writes, PUSH_CONTACT a mailto: or https: address for the browsers' push
# services. Without them nobody is offered it.
CHAT_PUSH_KEY = env.str("PUSH_KEY", DEFAULTS["CHAT_PUSH_KEY"])
CHAT_PUSH_CONTACT = env.str("PUSH_CONTACT", DEFAULTS["CHAT_PUSH_CONTACT"])
# For how many hours after their last visit we listen for them, for how many in each process.
CHAT_PUSH_HOURS = env.float("PUSH_HOURS", DEFAULTS["CHAT_PUSH_HOURS"])
CHAT_PUSH_BROWSERS = env.int("PUSH_BROWSERS", DEFAULTS["CHAT_PUSH_BROWSERS"])
# Origins of push services that need be neither public nor https: for tests alone.
CHAT_PUSH_SERVICES: list[str] = env.list("PUSH_SERVICES", DEFAULTS["CHAT_PUSH_SERVICES"])

# How many requests run at the same moment, in each process. A part of them may wait for LiveChat:
# see chatproxy/places.py.
WORKER_THREADS = env.int("WORKER_THREADS", 330)
# How long the connection to LiveChat outlives a customer's last tab, in seconds.
CHAT_RELAY_LINGER = env.float("RELAY_LINGER", DEFAULTS["CHAT_RELAY_LINGER"])
# How many customers may log in to LiveChat at the same moment, in each process.
CHAT_RELAY_LOGINS_AT_ONCE = env.int("RELAY_LOGINS_AT_ONCE", DEFAULTS["CHAT_RELAY_LOGINS_AT_ONCE"])
# How many log in during the first second after a start. Each success brings one more a second,
# each refusal of LiveChat's halves it.
CHAT_RELAY_LOGINS_PER_SECOND = env.float(
    "RELAY_LOGINS_PER_SECOND", DEFAULTS["CHAT_RELAY_LOGINS_PER_SECOND"]
)
# How long nobody logs in, at most, while LiveChat refuses, in seconds.
CHAT_RELAY_LOGIN_PAUSE = env.float("RELAY_LOGIN_PAUSE", DEFAULTS["CHAT_RELAY_LOGIN_PAUSE"])

INSTALLED_APPS = [
    "config.apps.ChatAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "servestatic",
    "config",
    "chatproxy",
    "widget",
]

MIDDLEWARE = [
    "config.policy.SafeHeadersMiddleware",
    "config.probes.Probes",
    "config.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "config.charsets.Utf8Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.admin_language.AdminLanguageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# What customers and owners are spoken to in, each by its own name. See docs/languages.md.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "العربية"),
    ("zh-hans", "简体中文"),
    ("nl", "Nederlands"),
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("he", "עברית"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("es", "Español"),
    ("tr", "Türkçe"),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "servestatic.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGIN_URL = "admin:login"

# Where e-mail is handed over: invitations of colleagues are all there is. Without a host none is
# sent, and whoever invites gets the link to pass on.
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)  # by STARTTLS
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "chat@localhost")

# What an owner's app with codes calls this server.
OTP_TOTP_ISSUER = "Chat widgets"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Behind a proxy that ends TLS and sets X-Forwarded-Proto and X-Real-IP itself.
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", not DEBUG)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", not DEBUG)
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# "line" to read, "json" to collect. Neither holds what people write, their names or tokens.
LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=must.OneOf(["line", "json"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"about_request": {"()": "config.logging.AboutRequest"}},
    "formatters": {
        "line": {
            "()": "config.logging.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s%(about)s",
        },
        "json": {"()": "config.logging.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["about_request"],
            "formatter": LOG_FORMAT,
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}

# Networks whose addresses may read /metrics, as the TCP connection or the proxy names them.
METRICS_ALLOW = [
    ip_network(network) for network in env.list("METRICS_ALLOW", ["127.0.0.0/8", "::1/128"])
]
