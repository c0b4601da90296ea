"""Fixtures: the wheel, and a fresh project that has it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import (  # noqa: F401  # a browser whose console is watched
    browser_type_launch_args,
    console,
    new_context,
)
from tests.install.project import ROOT, Project
from tests.sandbox_rig import Sandbox, SandboxProcess


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m build` makes of this repository: a wheel, out of the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("livechat_web_widget-*.whl")
    return wheel


@pytest.fixture(scope="session")
def project(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, sandbox_process: SandboxProcess
) -> Project:
    """A fresh project with the five lines, and one widget with the key `shop`."""
    project = Project(tmp_path_factory.mktemp("host"), wheel, sandbox_process.url)
    config = Sandbox(sandbox_process.url).config
    project.add_widget(
        key="shop",
        name="Shop",
        organization_id=config["organization_id"],
        client_id=config["client_id"],
        redirect_uri=config["redirect_uri"],
        allowed_origins=[project.url],
    )
    return project


@pytest.fixture(params=["daphne", "uvicorn", "hypercorn", "granian"])
def server(request: pytest.FixtureRequest, project: Project, sandbox: Sandbox) -> Iterator[str]:
    """The project under this server."""
    with project.served_by(request.param):
        yield request.param
