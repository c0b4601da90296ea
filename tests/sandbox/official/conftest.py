"""Fixtures for LiveChat's own clients: the sandbox behind TLS, and Node's packages installed."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox_rig import Sandbox, SandboxProcess
from tests.shared import alone

from .javascript import FOLDER, CustomerSdk
from .tls import TlsFront, tls_front

INSTALL_LIMIT = 120  # seconds


@pytest.fixture(scope="session")
def front(
    sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TlsFront]:
    with tls_front(sandbox_process.port, tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """The packages of the lock file, installed where they are missing, by one worker."""
    packages = FOLDER / "node_modules"
    with alone(FOLDER / "package-lock.json"):
        if not (packages / ".package-lock.json").exists():
            subprocess.run(["npm", "ci"], cwd=FOLDER, check=True, timeout=INSTALL_LIMIT)
    return packages


@pytest.fixture(scope="session")
def node(front: TlsFront, node_packages: Path) -> Iterator[CustomerSdk]:
    """A browser without windows, and without a tab."""
    running = CustomerSdk(front)
    yield running
    running.stop()


@pytest.fixture
def sdk(sandbox: Sandbox, node: CustomerSdk) -> Iterator[CustomerSdk]:
    """One tab of a customer whose SDK has connected."""
    node.open_tab()
    node.call(
        "init",
        {
            "clientId": sandbox.config["client_id"],
            "organizationId": sandbox.config["organization_id"],
            "groupId": 0,
            "page": {"url": "https://shop.example/help", "title": "Help"},
        },
    )
    node.wait_for("connected")
    yield node
    node.close_tab()
    assert not node.broken
