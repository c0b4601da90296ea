"""The sandbox as the other side of a comparison: the same steps, made once more there.

We meet it over the wire only, in a process of its own.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatproxy.doctor.answering import AnsweringAgent
from chatproxy.doctor.chat import ExaminedChat, Patience
from chatproxy.doctor.examination import examine
from chatproxy.doctor.recording import Recorder, Recording
from chatproxy.doctor.service import ExaminedService
from chatproxy.livechat import http
from chatproxy.livechat.agent_api import AgentApi
from chatproxy.livechat.organization import Organization

READY = "LiveChat sandbox on "
PACKAGE = "livechat_sandbox"
CHECKOUT = Path(__file__).parents[2] / "sandbox"  # where it is in a checkout of ours
PATIENCE = Patience(push=10.0, calm=0.05)


class NoSandbox(Exception):
    """There is none to compare with. The message says what to do."""


@contextmanager
def run_sandbox() -> Iterator[str]:
    """The address of one that lives as long as this block. Raises NoSandbox."""
    is_beside_us = (CHECKOUT / PACKAGE).is_dir()
    if not is_beside_us and importlib.util.find_spec(PACKAGE) is None:
        raise NoSandbox("The sandbox is not installed: pip install livechat-sandbox.")
    process = subprocess.Popen(  # noqa: S603 - its own command
        [sys.executable, "-m", PACKAGE, "--port", "0"],
        cwd=CHECKOUT if is_beside_us else None,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith(READY):
                raise NoSandbox("The sandbox did not start.")
            yield line.removeprefix(READY).strip().rstrip("/")
        finally:
            process.terminate()


async def replay(recording: Recording, url: str) -> Recording:
    """The same steps at the sandbox of this address, which is reset for it."""
    _control(url, "reset", {})
    config = http.request("GET", f"{url}/sandbox/config").json()
    for kind in ("prechat", "postchat"):
        _control(url, "settings", {"forms": {kind: kind == recording.form}})
    ours = Recording(version=recording.version, answered_by="token")
    service = ExaminedService(url, url, Recorder(ours))
    organization = Organization(
        organization_id=config["organization_id"],
        client_id=config["client_id"],
        redirect_uri=config["redirect_uri"],
        service=service,
        version=recording.version,
    )
    agent = AgentApi(organization, config["agents"][0]["token"])
    it = ExaminedChat(organization, service, AnsweringAgent(agent, PATIENCE.push), PATIENCE)
    await examine(it, lambda _finding: None)
    return ours


def _control(url: str, path: str, body: Any) -> None:
    http.request("POST", f"{url}/sandbox/{path}", json=body)
