"""Fixtures for every test: a sandbox in a process of its own, fresh each time, and its agent."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.sandbox_rig import Agent, Sandbox, SandboxProcess
from widget.running import Running

# A slow machine is no bug of what is tested.
hypothesis_settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hypothesis_settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def counts_stay_in_memory() -> None:
    """Serving a test's request must not begin to write to its database, every five seconds."""
    Running.has_begun = True


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox for all tests of a worker."""
    process = SandboxProcess("--reach-private-addresses")
    yield process
    process.stop()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> Iterator[Sandbox]:
    """The sandbox as if it had just been started."""
    running = Sandbox(sandbox_process.url)
    running.reset()
    yield running
    running.http.close()


@pytest.fixture
def agent(sandbox: Sandbox) -> Agent:
    """Piotr, who is accepting chats."""
    return Agent(sandbox)
