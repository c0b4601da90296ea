"""The files in deploy/ say what is so: names, programs and metrics that exist."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client

import widget.routing  # noqa: F401 - with all that it counts
from tests.sandbox_rig import ROOT

DEPLOY = ROOT / "deploy"
READ_BY_LIBRARIES = {"MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"}
NAME = re.compile(r"\b(?:chat|process)_[a-z_]+")


def told() -> set[str]:
    """The name of every metric and sample that a process tells."""
    text = Client().get("/metrics").content.decode()
    families = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    samples = set(re.findall(r"^([a-z_]+)[ {]", text, re.MULTILINE))
    histograms = {family + end for family in families for end in ("_bucket", "_count", "_sum")}
    return families | samples | histograms


def dashboard() -> list[str]:
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def alerts() -> list[str]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("expression", [*dashboard(), *alerts()])
def test_what_is_watched_is_told(expression: str) -> None:
    assert set(NAME.findall(expression)) <= told()


def test_every_alert_says_what_to_do() -> None:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    guide = (ROOT / "docs" / "deployment.md").read_text()
    for rule in groups[0]["rules"]:
        assert f"`{rule['alert']}`" in guide


@pytest.mark.parametrize("unit", ["chat@8001.service", "chat-forget.service", "chat-forget.timer"])
def test_systemd_accepts_the_units(unit: str, tmp_path: Path) -> None:
    for file in (DEPLOY / "systemd").iterdir():
        text = file.read_text().replace("/srv/chat/.venv/bin/python", sys.executable)
        (tmp_path / file.name).write_text(text.replace("User=chat", "User=root"))
    (tmp_path / "chat@8001.service").write_text((tmp_path / "chat@.service").read_text())
    verify = shutil.which("systemd-analyze")
    assert verify, "systemd is Debian's own"
    done = subprocess.run(
        [verify, "verify", "--man=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "chat" in line]
    assert ours == []


@pytest.mark.parametrize("unit", ["chat@.service", "chat-forget.service"])
def test_a_unit_may_do_no_more_than_it_must(unit: str) -> None:
    """By systemd's own measure: below 4.0 is what it calls OK."""
    measured = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", DEPLOY / "systemd" / unit],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    [overall] = re.findall(r"Overall exposure level for \S+: ([\d.]+) OK", measured.stdout)
    assert float(overall) < 4.0


def test_a_container_has_no_capability_it_does_not_need() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for service in services.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"] is True
    ours = [service for service in services.values() if service["image"] == "chat"]
    assert ours
    assert not [service for service in ours if "cap_add" in service]


def test_a_pod_writes_nowhere_but_where_nothing_is_kept() -> None:
    parts = yaml.safe_load_all((DEPLOY / "kubernetes" / "chat.yaml").read_text())
    found = [pod for part in parts for pod in pods_of(part)]
    assert len(found) == 3
    for pod in found:
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def pods_of(part: Any) -> list[Any]:
    """What of a Kubernetes object runs containers of ours."""
    if not isinstance(part, dict):
        return []
    own = [part] if any(each.get("envFrom") for each in part.get("containers", [])) else []
    return own + [pod for value in part.values() for pod in pods_of(value)]


@pytest.mark.parametrize("variable", sorted(READ_BY_LIBRARIES))
def test_the_image_tells_libraries_the_same(variable: str) -> None:
    line = re.search(f"^{variable}=.*$", (DEPLOY / "chat.env").read_text(), re.M)
    assert line
    assert line[0] in (DEPLOY / "Dockerfile").read_text()


@pytest.mark.parametrize(
    "variable", sorted(set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "chat.env").read_text(), re.M)))
)
def test_every_variable_of_the_environment_file_is_read(variable: str) -> None:
    read_by_us = f'"{variable}"' in (ROOT / "config" / "settings.py").read_text()
    assert read_by_us or variable in READ_BY_LIBRARIES


def test_every_container_is_given_settings_that_are_read() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    kubernetes = yaml.safe_load_all((DEPLOY / "kubernetes" / "chat.yaml").read_text())
    secret = next(part for part in kubernetes if part["kind"] == "Secret")
    given = set(compose["services"]["chat1"]["environment"]) | set(secret["stringData"])
    read = (ROOT / "config" / "settings.py").read_text()
    assert {name for name in given if f'"{name}"' not in read} == set()


def test_every_container_of_ours_has_all_settings_of_the_operators_file() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = {name: each for name, each in services.items() if each["image"] == "chat"}
    assert set(ours) == {"chat1", "chat2", "migrate", "forget"}
    for service in ours.values():
        assert service["env_file"] == [{"path": "../chat.env", "required": False}]


def test_compose_runs_the_processes_nginx_knows() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    known = re.findall(r"^server (\w+):8000", (DEPLOY / "compose-processes.conf").read_text(), re.M)
    assert known == [name for name in services if name.startswith("chat")]


def test_the_image_holds_all_that_serves() -> None:
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    needed = {"manage.py", "requirements.lock", "config", "templates", "static", "locale"}
    needed |= {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert {f"!{name}" for name in needed} <= set(kept)
