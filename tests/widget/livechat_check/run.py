"""One run of `manage.py livechat_check`: what it says and how it ends."""

from __future__ import annotations

import io
import re
from typing import Any

from django.core.management import CommandError, call_command

from tests.sandbox_rig import Agent

WELL, FAILED, MISUSED, DIFFERENT, STOPPED = 0, 1, 2, 3, 130
LONG, SHORT = 30.0, 0.5  # seconds: for what comes, however slow we are, and for what does not


class Run:
    """The command's output and its exit code."""

    def __init__(self, *arguments: str, **options: Any) -> None:
        out = io.StringIO()
        self.code = WELL
        try:
            call_command("livechat_check", *arguments, calm=0.02, stdout=out, **options)
        except CommandError as error:
            self.code = error.returncode
        self.text = out.getvalue()

    def outcome(self, step: str) -> str:
        """Its word and its words."""
        found = re.search(rf"^ *(\S+)  {step} +(.*)$", self.text, re.MULTILINE)
        return f"{found[1]} {found[2]}" if found else "not made"


def configure(agent: Agent, action: str, version: str = "3.6", **parameters: Any) -> None:
    agent.sandbox.http.post(
        f"{agent.sandbox.url}/v{version}/configuration/action/{action}",
        json=parameters,
        headers={"Authorization": agent.authorization},
        timeout=10,
    ).raise_for_status()
