"""Emptying the database after a test that commits."""

from django.db import connection, transaction
from django.test import TransactionTestCase

# What `migrate` has filled: every test finds it, none changes it.
KEPT = {"auth_permission", "django_content_type"}


def delete_rows(_case: TransactionTestCase) -> None:
    """Delete every row. Keys that point at each other are looked at only when all are gone."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(set(tables) - KEPT):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
