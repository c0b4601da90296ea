"""Fixtures for every test: a sandbox in a process of its own, fresh each time, and its agent."""

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from chatproxy.regions import Regions
from chatproxy.versions import VersionEnds
from tests.database import Opened, delete_rows
from tests.sandbox_rig import Agent, Sandbox, SandboxProcess
from widget.running import Running

# A slow machine is no bug of what is tested. What chance finds is looked for longer at night:
# `--hypothesis-profile night`.
PATIENT = hypothesis_settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hypothesis_settings.register_profile("day", PATIENT, max_examples=40)
hypothesis_settings.register_profile("night", PATIENT, max_examples=1000)
hypothesis_settings.load_profile("day")
TIMEOUT = 120  # seconds, as in pyproject.toml


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before `-m` chooses, and after the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what touches the database `stored`: `make test` runs it on PostgreSQL only.

    What takes longest comes first, so that in the end no worker waits for another.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or "_django_db_helper" in fixtures:
            item.add_marker("stored")
    yield
    items.sort(key=patience, reverse=True)


def patience(item: pytest.Item) -> float:
    """Seconds a test has asked for beyond what every test has."""
    asked = item.get_closest_marker("timeout")
    return max(asked.args[0] - TIMEOUT, 0) if asked else 0


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in production.

    Django would keep it in memory, where a thread that meets another's lock fails at once.
    """
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "db.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is connected to.

    The thread that Django keeps for asynchronous code stays connected, and so does one that has
    ended until its connection is garbage.
    """
    opened = Opened()
    yield
    opened.close()


@pytest.fixture(scope="session", autouse=True)
def the_database_is_emptied_row_by_row() -> Iterator[None]:
    """After each test that commits.

    Django's way cuts every table and makes permissions again: most of such a test's time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_rows)
        yield


@pytest.fixture(scope="session", autouse=True)
def counts_stay_in_memory() -> None:
    """Serving a test's request must not begin to write to its database, every five seconds."""
    Running.has_begun = True


@pytest.fixture(autouse=True)
def _one_day() -> None:
    """No test counts something on one day and reads it on the next."""
    now = dt.datetime.now(dt.UTC)
    left = dt.timedelta(days=1) - (now - now.replace(hour=0, minute=0, second=0, microsecond=0))
    if left < dt.timedelta(seconds=20):  # longer than a test takes on a busy machine
        time.sleep(left.total_seconds())


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of earlier tests: a widget that was rolled back would be served for its minute."""
    cache.clear()
    chatproxy = apps.get_app_config("chatproxy")
    monkeypatch.setattr(chatproxy, "regions", Regions())
    monkeypatch.setattr(chatproxy, "version_ends", VersionEnds())


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox for all tests of a worker."""
    process = SandboxProcess("--reach-private-addresses")
    yield process
    process.stop()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> Iterator[Sandbox]:
    """The sandbox as if it had just been started."""
    running = Sandbox(sandbox_process.url)
    running.reset()
    yield running
    running.http.close()


@pytest.fixture
def agent(sandbox: Sandbox) -> Agent:
    """Piotr, who is accepting chats."""
    return Agent(sandbox)
