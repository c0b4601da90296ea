"""What `manage.py check` says of a project that has the apps: what is wrong, and how to fix it.

docs/django.md explains each id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import STATICFILES_STORAGE_ALIAS, settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.db import DEFAULT_DB_ALIAS, router
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from chatproxy import conf
from widget.asgi import ChatApplication, path_in_urls
from widget.notifications import keys

# Entries of a cache that drops some when it is full: counts must not be among them.
FEWEST_ENTRIES = 10_000
MOST_DAYS = 100 * 365
FORGETFUL = (LocMemCache, DatabaseCache, FileBasedCache)
OWN = ("chatproxy", "widget")
NEEDED = ("django_htmx", "django.contrib.staticfiles")


@checks.register()
def check_apps(**_: Any) -> Iterator[checks.CheckMessage]:
    for name in NEEDED:
        if not apps.is_installed(name):
            yield checks.Error(
                f"The chat needs “{name}”.",
                hint=f'Add "{name}" to INSTALLED_APPS.',
                id="widget.E001",
            )


@checks.register()
def check_urls(**_: Any) -> Iterator[checks.CheckMessage]:
    try:
        reverse("widget:panel", args=["key"])
    except NoReverseMatch:
        yield checks.Error(
            "No URL leads to the chat.",
            hint='Add path("chat/", include("widget.urls")) to the project\'s urlpatterns, '
            "outside i18n_patterns().",
            id="widget.E002",
        )


@checks.register()
def check_asgi(**_: Any) -> Iterator[checks.CheckMessage]:
    """Only where the project says which its ASGI application is; a server may be told another."""
    name = getattr(settings, "ASGI_APPLICATION", None)
    if not name:
        return
    try:
        application = import_string(name)
    except Exception as error:
        yield checks.Error(f"{name} can't be imported: {error}", id="widget.E003")
        return
    if not isinstance(application, ChatApplication):
        yield checks.Warning(
            f"{name} is not what with_chat() gave: it has no websocket for the chat, unless it "
            "is inside another application.",
            hint="from widget.asgi import with_chat\n"
            'application = with_chat(get_asgi_application(), path="chat/")',
            id="widget.W001",
        )
    elif (path := path_in_urls()) not in (None, application.path):
        yield checks.Error(
            f"with_chat() and the URLs have the chat under different paths: "
            f"{application.path!r} and {path!r}.",
            hint="Give both the same path.",
            id="widget.E003",
        )


@checks.register()
def check_templates(**_: Any) -> Iterator[checks.CheckMessage]:
    try:
        get_template("widget/customers/panel.html")
    except TemplateDoesNotExist:
        yield checks.Error(
            "The chat's templates are not found.",
            hint='Set "APP_DIRS": True in TEMPLATES.',
            id="widget.E004",
        )


@checks.register()
def check_static_files(**_: Any) -> Iterator[checks.CheckMessage]:
    """The server reads the chat's scripts, and pages name them."""
    if finders.find("widget/worker.js") is None:
        yield checks.Error(
            "The chat's scripts are not found.",
            hint='Add "django.contrib.staticfiles.finders.AppDirectoriesFinder" to '
            "STATICFILES_FINDERS.",
            id="widget.E010",
        )
    if STATICFILES_STORAGE_ALIAS not in settings.STORAGES:
        yield checks.Error(
            "Nothing says where static files are: pages of the chat would fail.",
            hint=f'Add "{STATICFILES_STORAGE_ALIAS}" to STORAGES, as Django has it by default.',
            id="widget.E010",
        )


def is_address(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return bool(parts and parts.scheme in ("http", "https") and parts.netloc)


def is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value)


def is_positive(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < value < float("inf")


def is_count(value: Any) -> bool:
    return is_positive(value) and int(value) == value


def is_days(value: Any) -> bool:
    """Not so many that no date is that far away."""
    return is_positive(value) and value < MOST_DAYS


def is_hours(value: Any) -> bool:
    return is_positive(value) and value < 24 * MOST_DAYS


def is_list_of_origins(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(is_address(one) for one in value)


def is_push_key(value: Any) -> bool:
    return value == "" or (isinstance(value, str) and bool(keys.public_key_of(value)))


def is_push_contact(value: Any) -> bool:
    return value == "" or (isinstance(value, str) and value.startswith(keys.CONTACTS))


def is_callable_path(value: Any) -> bool:
    """The dotted path of something that can be called, or nothing at all."""
    try:
        return not value or callable(import_string(value))
    except (ImportError, AttributeError, TypeError):
        return False


RIGHT: dict[str, tuple[Callable[[Any], bool], str]] = {
    "LIVECHAT_ACCOUNTS_URL": (is_address, "an address such as https://accounts.livechat.com"),
    "LIVECHAT_API_URL": (is_address, "an address such as https://api.livechatinc.com"),
    "CHAT_ENCRYPTION_KEYS": (is_list_of_texts, "a list of long, random texts"),
    "CHAT_LIMITS": (lambda value: value in (None, True, False), "True, False or None"),
    "CHAT_RELAY_LINGER": (is_positive, "a number of seconds"),
    "CHAT_RELAY_LOGINS_AT_ONCE": (is_count, "a whole number"),
    "CHAT_RELAY_LOGINS_PER_SECOND": (is_positive, "a number"),
    "CHAT_RELAY_LOGIN_PAUSE": (is_positive, "a number of seconds"),
    "CHAT_TOKEN_DAYS": (is_days, "a number of days"),
    "CHAT_PUSH_KEY": (is_push_key, "a key as manage.py new_push_key makes it, or empty"),
    "CHAT_PUSH_CONTACT": (is_push_contact, "a mailto: or https: address, or empty"),
    "CHAT_PUSH_HOURS": (is_hours, "a number of hours"),
    "CHAT_PUSH_BROWSERS": (is_count, "a whole number"),
    "CHAT_PUSH_SERVICES": (is_list_of_origins, "a list of origins"),
    "CHAT_IDENTITY": (is_callable_path, "the dotted path of a function, or empty"),
}


@checks.register()
def check_settings(**_: Any) -> Iterator[checks.CheckMessage]:
    for name, (is_right, what) in RIGHT.items():
        if not is_right(conf.setting(name)):
            yield checks.Error(
                f"{name} is not {what}.",
                hint=f"Set it, or leave it out: the default is {conf.DEFAULTS[name]!r}.",
                id="widget.E005",
            )
    for name in set(dir(settings)) - set(conf.DEFAULTS):
        if meant := get_close_matches(name, conf.DEFAULTS, n=1, cutoff=0.8):
            yield checks.Warning(
                f"{name} is no setting of the chat.",
                hint=f"Did you mean {meant[0]}?",
                id="widget.W002",
            )


@checks.register()
def check_notifications(**_: Any) -> Iterator[checks.CheckMessage]:
    """A key alone tells nobody of an answer."""
    if not conf.push_key():
        return
    if not keys.has_library():
        yield checks.Error(
            "CHAT_PUSH_KEY is set, but what sends notifications is not installed.",
            hint='pip install "livechat-web-widget[push]"',
            id="widget.E008",
        )
    if not keys.has_contact():
        yield checks.Error(
            "CHAT_PUSH_KEY is set without CHAT_PUSH_CONTACT: push services would refuse us.",
            hint="Set a mailto: or https: address at which they can reach you.",
            id="widget.E008",
        )


@checks.register()
def check_databases(**_: Any) -> Iterator[checks.CheckMessage]:
    """Our transactions are the default database's, and we read at once what we wrote."""
    models = [model for app in OWN for model in apps.get_app_config(app).get_models()]
    hint = f'Let DATABASE_ROUTERS lead the apps {" and ".join(OWN)} to "{DEFAULT_DB_ALIAS}".'
    if any(router.db_for_write(model) != DEFAULT_DB_ALIAS for model in models):
        yield checks.Error(
            f"Tables of the chat are in another database than “{DEFAULT_DB_ALIAS}”, to which "
            "its transactions belong.",
            hint=hint,
            id="widget.E009",
        )
    elif any(router.db_for_read(model) != DEFAULT_DB_ALIAS for model in models):
        yield checks.Warning(
            "Tables of the chat are read from another database than they are written to: where "
            "that lags behind, a customer is not known at once.",
            hint=hint,
            id="widget.W005",
        )


@checks.register()
def check_time_zones(**_: Any) -> Iterator[checks.CheckMessage]:
    if not settings.USE_TZ:
        yield checks.Error(
            "The chat counts in times that know their zone.",
            hint="Set USE_TZ = True.",
            id="widget.E006",
        )


def is_session_middleware(name: str) -> bool:
    """Django's own, or what a project made of it."""
    try:
        found = import_string(name)
    except ImportError:
        return False  # Django says so itself
    return isinstance(found, type) and issubclass(found, SessionMiddleware)


@checks.register()
def check_sessions(**_: Any) -> Iterator[checks.CheckMessage]:
    if not any(is_session_middleware(name) for name in settings.MIDDLEWARE):
        yield checks.Warning(
            "Without sessions nobody can chat without JavaScript.",
            hint="Add Django's SessionMiddleware to MIDDLEWARE.",
            id="widget.W003",
        )


@checks.register(deploy=True)
def check_cache(**_: Any) -> Iterator[checks.CheckMessage]:
    cache = caches["default"]
    if isinstance(cache, DummyCache):
        yield checks.Error(
            "The default cache remembers nothing: a message may be sent twice, and no limit holds.",
            hint="Use chatproxy.cache.ForgivingRedisCache.",
            id="widget.E007",
        )
    elif not isinstance(cache, RedisCache):
        yield checks.Info(
            "The default cache is not Django's RedisCache: locks between customers' requests and "
            "news of a change hold for one process alone.",
            hint="With more than one process, use chatproxy.cache.ForgivingRedisCache.",
            id="widget.I001",
        )
        if isinstance(cache, FORGETFUL) and cache._max_entries < FEWEST_ENTRIES:
            yield checks.Warning(
                "The default cache is small: what it drops may be a limit's count or a lock.",
                hint=f'Set "OPTIONS": {{"MAX_ENTRIES": {FEWEST_ENTRIES}}} or more in CACHES.',
                id="widget.W004",
            )
