"""Watching over open sockets goes on, whatever fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest

from chatproxy.endings import Ending
from widget import sockets
from widget.sockets import OpenSockets


async def test_who_may_stay_elsewhere_is_listened_for_again_after_a_bug(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listened_again = asyncio.Event()
    endings = iter([ZeroDivisionError()])

    async def endings_elsewhere() -> AsyncIterator[Ending]:
        if bug := next(endings, None):
            raise bug
        listened_again.set()
        await asyncio.Event().wait()
        yield Ending("shop")

    monkeypatch.setattr(sockets, "endings_elsewhere", endings_elsewhere)
    monkeypatch.setattr(sockets, "RETRY_AFTER", 0)
    watching, socket = OpenSockets(), Mock(widget_key="shop", customer_pk=1)
    watching.add(socket)
    async with asyncio.timeout(30):
        await listened_again.wait()
    watching.remove(socket)
    assert "endings elsewhere are not heard" in caplog.text
