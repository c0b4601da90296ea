"""Fixtures: the wheel, and a fresh project that has it."""

import shutil
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
from tests.install.project import ROOT, Project, make_environment
from tests.sandbox_rig import Sandbox, SandboxProcess
from tests.shared import make_once


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m build` makes of this repository: a wheel, out of the source distribution."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "build", "--no-isolation"]
        command += ["--outdir", str(folder), str(ROOT)]
        subprocess.run(command, check=True, capture_output=True)

    folder = make_once(tmp_path_factory, "dist", build)
    (wheel,) = folder.glob("livechat_web_widget-*.whl")
    return wheel


@pytest.fixture(scope="session")
def fresh_project(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, sandbox_process: SandboxProcess
) -> Path:
    """What every worker copies: a project with the five lines, and its environment."""

    def start(folder: Path) -> None:
        make_environment(folder / "venv", wheel)
        Project(folder / "shop", folder / "venv", sandbox_process.url).start()

    return make_once(tmp_path_factory, "project", start)


@pytest.fixture(scope="session")
def project(
    tmp_path_factory: pytest.TempPathFactory, fresh_project: Path, sandbox_process: SandboxProcess
) -> Project:
    """A fresh project with the five lines, and one widget with the key `shop`."""
    folder = tmp_path_factory.mktemp("host") / "shop"
    shutil.copytree(fresh_project / "shop", folder)
    project = Project(folder, fresh_project / "venv", sandbox_process.url)
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


# By day the others are met in other tests, by one each: daphne as `runserver`.
@pytest.fixture(
    params=[
        "uvicorn",
        pytest.param("daphne", marks=pytest.mark.night),
        pytest.param("hypercorn", marks=pytest.mark.night),
        pytest.param("granian", marks=pytest.mark.night),
    ]
)
def server(request: pytest.FixtureRequest, project: Project, sandbox: Sandbox) -> Iterator[str]:
    """The project under this server."""
    with project.served_by(request.param):
        yield request.param
