"""Threads for whoever asks the database from the event loop."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from django.db import connection

from chatproxy.threads import Threads


def age() -> None:
    """Use this thread's connection until it is too old."""
    connection.ensure_connection()
    connection.close_at = time.monotonic() - 1


def is_connected() -> bool:
    return connection.connection is not None


def fail() -> None:
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
async def test_a_connection_that_is_too_old_is_closed() -> None:
    one = Threads(1, "test")
    await one.run(age)
    assert not await one.run(is_connected)


async def test_what_fails_there_fails_here() -> None:
    with pytest.raises(ZeroDivisionError):
        await Threads(1, "test").run(fail)


async def test_threads_end_with_who_holds_them() -> None:
    held = Threads(1, "test")
    thread = await held.run(threading.current_thread)
    del held
    gc.collect()
    thread.join(30)
    assert not thread.is_alive()
