"""`manage.py check` names what is missing or wrong, and how to fix it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache.backends.base import BaseCache
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.urls import include, path
from pytest_django import Settings

from tests.widget import test_checks as own
from widget import checks
from widget.asgi import with_chat

urlpatterns: list[Any] = []  # of a project that forgot the chat


class Elsewhere:
    """URLs that have the chat under a path of their own."""

    urlpatterns = [path("help/chat/", include("widget.urls"))]


class Cache(BaseCache):
    """Some other package's, as that of django-redis."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)


class Sessions(SessionMiddleware):
    """A project's own."""


class ChatElsewhere:
    """A router that has a database for the chat alone."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "chat" if model._meta.app_label == "chatproxy" else None

    db_for_write = db_for_read


class Replica:
    """A router that reads from a copy."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return "replica"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """A project's own, without the chat."""


def found(check: Callable[..., Any]) -> list[CheckMessage]:
    return list(check(app_configs=None, databases=None))


def ids(check: Callable[..., Any]) -> list[str | None]:
    return [message.id for message in found(check)]


def test_this_project_of_ours_has_nothing_wrong() -> None:
    everything = (
        checks.check_apps,
        checks.check_urls,
        checks.check_asgi,
        checks.check_templates,
        checks.check_static_files,
        checks.check_settings,
        checks.check_databases,
        checks.check_time_zones,
        checks.check_sessions,
    )
    assert [message for check in everything for message in found(check)] == []


def test_an_app_that_is_missing_is_named(settings: Settings) -> None:
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_htmx"]
    (message,) = found(checks.check_apps)
    assert (message.id, "django_htmx" in str(message.hint)) == ("widget.E001", True)


def test_urls_that_are_missing_are_named(settings: Settings) -> None:
    settings.ROOT_URLCONF = own.__name__
    (message,) = found(checks.check_urls)
    assert (message.id, 'include("widget.urls")' in str(message.hint)) == ("widget.E002", True)


def test_an_application_without_the_chat_is_noticed(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{own.__name__}.application"
    assert ids(checks.check_asgi) == ["widget.W001"]


def test_an_application_that_is_not_there_is_noticed(settings: Settings) -> None:
    settings.ASGI_APPLICATION = "nowhere.application"
    assert ids(checks.check_asgi) == ["widget.E003"]


def test_paths_that_differ_are_refused_by_both_their_names(settings: Settings) -> None:
    settings.ROOT_URLCONF = Elsewhere
    with pytest.raises(ImproperlyConfigured, match=r"'chat/'.*'help/chat/'"):
        with_chat(application, path="chat/")
    with_chat(application, path="/help/chat")


def test_templates_that_are_not_looked_for_are_named(settings: Settings) -> None:
    backend = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**backend, "DIRS": [], "APP_DIRS": False}]
    assert ids(checks.check_templates) == ["widget.E004"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # In this repository it finds none of ours, for they are not inside the apps.
        ("STATICFILES_FINDERS", ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]),
        ("STORAGES", {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}),
    ],
)
def test_static_files_that_would_not_be_found_are_named(
    settings: Settings, name: str, value: Any
) -> None:
    setattr(settings, name, value)
    assert ids(checks.check_static_files) == ["widget.E010"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIVECHAT_API_URL", "api.livechatinc.com"),
        ("LIVECHAT_ACCOUNTS_URL", None),
        ("CHAT_ENCRYPTION_KEYS", "one,two"),
        ("CHAT_LIMITS", "no"),
        ("CHAT_RELAY_LINGER", -1),
        ("CHAT_RELAY_LOGINS_AT_ONCE", "many"),
        ("CHAT_RELAY_LOGINS_AT_ONCE", 0.5),
        ("CHAT_RELAY_LINGER", float("inf")),
        ("CHAT_TOKEN_DAYS", 0),
        ("CHAT_TOKEN_DAYS", 10**9),
        ("CHAT_PUSH_HOURS", 10**9),
        ("CHAT_IDENTITY", "nowhere.claims"),
    ],
)
def test_a_setting_that_is_wrong_is_named(settings: Settings, name: str, value: Any) -> None:
    setattr(settings, name, value)
    (message,) = found(checks.check_settings)
    assert message.id == "widget.E005"
    assert message.msg.startswith(name)


def test_a_setting_that_is_misspelt_is_noticed(settings: Settings) -> None:
    settings.CHAT_LIMIT = False
    assert ids(checks.check_settings) == ["widget.W002"]


@pytest.mark.parametrize(
    ("project_router", "expected"), [(ChatElsewhere, "widget.E009"), (Replica, "widget.W005")]
)
def test_another_database_than_the_default_is_named(
    settings: Settings, project_router: type, expected: str
) -> None:
    settings.DATABASE_ROUTERS = [project_router()]
    assert ids(checks.check_databases) == [expected]


def test_times_without_a_zone_are_refused(settings: Settings) -> None:
    settings.USE_TZ = False
    assert ids(checks.check_time_zones) == ["widget.E006"]


def test_what_needs_sessions_is_said(settings: Settings) -> None:
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    assert ids(checks.check_sessions) == ["widget.W003"]


def test_sessions_of_the_projects_own_are_sessions(settings: Settings) -> None:
    settings.MIDDLEWARE = [f"{own.__name__}.Sessions"]
    assert ids(checks.check_sessions) == []


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("locmem.LocMemCache", ["widget.I001", "widget.W004"]),
        ("db.DatabaseCache", ["widget.I001", "widget.W004"]),
        ("filebased.FileBasedCache", ["widget.I001", "widget.W004"]),
        ("dummy.DummyCache", ["widget.E007"]),
    ],
)
def test_a_cache_that_holds_too_little_is_named(
    settings: Settings, tmp_path: Path, backend: str, expected: list[str]
) -> None:
    cache = {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": str(tmp_path)}
    settings.CACHES = {"default": cache}
    assert ids(checks.check_cache) == expected


def test_a_cache_that_locks_nothing_between_processes_is_named(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{own.__name__}.Cache"}}
    assert ids(checks.check_cache) == ["widget.I001"]
