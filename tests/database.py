"""Emptying the database after a test that commits, and leaving it after the last one."""

from typing import Any
from weakref import WeakSet

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

# What `migrate` has filled: every test finds it, none changes it.
KEPT = {"auth_permission", "django_content_type"}


def delete_rows(_case: TransactionTestCase) -> None:
    """Delete every row. Keys that point at each other are looked at only when all are gone."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(set(tables) - KEPT):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


class Opened:
    """Every connection that is opened from now on, in whichever thread."""

    def __init__(self) -> None:
        self._connections: WeakSet[BaseDatabaseWrapper] = WeakSet()
        connection_created.connect(self._note)

    def _note(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        self._connections.add(connection)

    def close(self) -> None:
        for each in list(self._connections):
            each.inc_thread_sharing()
            each.close()
            each.dec_thread_sharing()
