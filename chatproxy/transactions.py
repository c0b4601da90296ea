"""Transactions that wait for their turn to write, on every database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that may write from its first statement on.

    SQLite begins one as a reader, and refuses whoever has read and then wants to write while
    somebody else does ("database is locked", at once). Who writes first waits for their turn.
    Source: https://www.sqlite.org/lang_transaction.html
    """
    with transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM chatproxy_bearertoken WHERE FALSE")
        yield
