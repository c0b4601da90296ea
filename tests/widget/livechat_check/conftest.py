"""What the command is given, and how long it waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.livechat_check.run import LONG


@pytest.fixture
def arguments(sandbox: Sandbox, settings: Any) -> list[str]:
    """The sandbox's organization, client ID and redirect URI."""
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    return [sandbox.config[name] for name in ("organization_id", "client_id", "redirect_uri")]


@pytest.fixture
def token(agent: Agent) -> str:
    token: str = agent.config["token"]
    return token


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The command's. What is lost need not be waited for long."""
    patience = SimpleNamespace(push=LONG, calm=0.02)
    command = "widget.management.commands.livechat_check"
    monkeypatch.setattr(f"{command}.Patience", lambda **_: patience)
    return patience
