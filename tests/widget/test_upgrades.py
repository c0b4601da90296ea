"""A database of an earlier version, brought up to date with what is in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.widget.owners.admin import OWN
from widget.models import Widget

FIRST = [("widget", "0001_initial"), ("chatproxy", "0001_initial")]
# The last ones of which docs/deployment.md promises nothing.
BEFORE_THE_PROMISE = {"widget": "0019_webhooks", "chatproxy": "0004_moved_browsers"}


def migrate(targets: list[tuple[str, str]]) -> Any:
    """The models as they were at these migrations."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def first_version(transactional_db: None) -> Iterator[Any]:
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(FIRST)
    migrate(latest)  # where the other tests expect the database


def test_an_upgrade_keeps_every_widget_and_gives_new_settings_their_defaults(
    first_version: Any,
) -> None:
    first_version.get_model("widget", "Widget").objects.create(
        key="shop",
        name="Shop",
        organization_id=OWN,
        allowed_origins=["https://shop.example"],
        texts={"de": {"header_title": "Hallo"}},
        identity_secret="kept",
    )
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    widget = Widget.objects.get(key="shop")
    assert (widget.name, widget.allowed_origins) == ("Shop", ["https://shop.example"])
    assert (widget.text("header_title", "de"), widget.identity_secret) == ("Hallo", "kept")
    assert (widget.agent_pictures, widget.variables) == (True, {})
    assert (widget.openers, widget.help_links, widget.show_reply_time) == ("", "", True)
    assert not any((widget.voice_messages, widget.talk_to_person, widget.link_previews))
    widget.full_clean(exclude=["client_id", "redirect_uri"])


@pytest.mark.night  # rare
def test_a_database_of_a_later_version_can_go_back(first_version: Any) -> None:
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    Widget.objects.create(key="shop", name="Shop", organization_id=OWN)
    earlier = migrate(FIRST).get_model("widget", "Widget").objects.get(key="shop")
    assert earlier.name == "Shop"


def stops_older_processes(operation: Operation) -> bool:
    """Whether a process that does not know of this change could no longer write."""
    match operation:
        case migrations.AddField(field=field):
            return not field.null and not field.many_to_many and not field.has_db_default()
        case (
            migrations.CreateModel()
            | migrations.AlterModelOptions()
            | migrations.AddIndex()
            | migrations.RemoveIndex()
            | migrations.SeparateDatabaseAndState(database_operations=[])
        ):
            return False
    return True


@pytest.mark.parametrize(
    ("operation", "stops"),
    [
        (migrations.AddField("widget", "tone", models.CharField(max_length=9)), True),
        (migrations.AddField("widget", "tone", models.CharField(max_length=9, null=True)), False),
        (migrations.AddField("widget", "tone", models.CharField(db_default="")), False),
        (migrations.RemoveField("widget", "tone"), True),
        (migrations.RenameField("widget", "tone", "sound"), True),
        (migrations.CreateModel("Tone", []), False),
        (migrations.SeparateDatabaseAndState([migrations.RemoveField("widget", "tone")]), True),
        (migrations.SeparateDatabaseAndState([], [migrations.RenameField("a", "b", "c")]), False),
    ],
)
def test_what_would_stop_a_process_of_the_version_before(operation: Operation, stops: bool) -> None:
    assert stops_older_processes(operation) is stops


def test_processes_of_the_version_before_go_on_serving_during_an_upgrade() -> None:
    known = MigrationLoader(None).disk_migrations
    assert all((app, name) in known for app, name in BEFORE_THE_PROMISE.items())
    changes = [
        (app, name, operation)
        for (app, name), migration in known.items()
        if app in BEFORE_THE_PROMISE and name > BEFORE_THE_PROMISE[app]
        for operation in migration.operations
    ]
    assert [change for change in changes if stops_older_processes(change[2])] == []
