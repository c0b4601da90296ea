"""A bug of ours ends nobody's connection for good."""

from __future__ import annotations

from typing import Any

import pytest

from chatproxy.livechat.errors import LiveChatError
from chatproxy.models import Customer
from chatproxy.relay.observers import Nobody
from chatproxy.relay.relay import Relay
from tests.sandbox_rig import Sandbox


class FailsOnce(Nobody):
    """When it is told that a login was refused."""

    has_failed = False

    def fail(self, customer: Customer, error: LiveChatError) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise ZeroDivisionError


async def test_a_bug_between_two_connections_is_logged_and_the_customer_comes_back(
    watch: Any, relay: Relay, sandbox: Sandbox, soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    relay._observer = FailsOnce()
    tab = await watch()
    sandbox.fault("disconnect", reason="license_expired")
    await tab.snapshot(2)
    assert "after a bug" in caplog.text
