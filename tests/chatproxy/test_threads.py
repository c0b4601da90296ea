"""Threads for whoever asks the database from the event loop."""

from __future__ import annotations

import time

import pytest
from django.db import connection

from chatproxy.threads import in_threads

in_thread = in_threads(1, "test")


@in_thread
def age() -> None:
    """Use this thread's connection until it is too old."""
    connection.ensure_connection()
    connection.close_at = time.monotonic() - 1


@in_thread
def is_connected() -> bool:
    return connection.connection is not None


@in_thread
def fail() -> None:
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
async def test_a_connection_that_is_too_old_is_closed() -> None:
    await age()
    assert not await is_connected()


async def test_what_fails_there_fails_here() -> None:
    with pytest.raises(ZeroDivisionError):
        await fail()
