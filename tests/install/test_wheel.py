"""What the wheel holds, and that a project can use all of it."""

import ast
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import widget
from tests.install.project import ROOT, Project

pytestmark = pytest.mark.timeout(300)  # the first builds the wheel and a project

OWN = {"widget", "chatproxy"}
# Imported only where the extra `push` is installed.
OPTIONAL = ROOT / "widget" / "notifications" / "sending.py"
ADMIN_PAGES = """
from django.test import Client
from people.models import Person
root = Person.objects.create_user("root@shop.example", "pass", is_superuser=True)
client = Client(headers={"host": "shop.localhost"})
client.force_login(root)
for path in ("/admin/", "/admin/widget/widget/", "/admin/widget/widget/add/"):
    page = client.get(path)
    print(page.status_code, "Django administration" in page.content.decode())
"""
# Beside a user who may do everything, one who has a role alone.
PLAIN_USERS = """
from django.core.management import call_command
from django.test import Client
from members.models import Member
from widget.models import Membership, Widget
call_command("makemigrations", "members", verbosity=0)
call_command("migrate", verbosity=0)
root = Member.objects.create(email="root@shop.example", is_admin=True)
other = Member.objects.create(email="other@shop.example")
organization = "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
Membership.objects.create(user=other, organization_id=organization, role="owner")
client = Client(headers={"host": "shop.localhost"})
client.force_login(root)
paths = ("add/", "import/", "colleagues/")
print(*(client.get(f"/admin/widget/widget/{path}").status_code for path in paths))
print(*(Membership.objects.let_edit(user.pk, [organization]) for user in (root, other)))
invitation = {"email": "new@shop.example", "role": "editor", "organization_id": organization}
print(client.post("/admin/widget/widget/colleagues/", invitation).status_code)
"""
# In one process: to start Django takes longer than any of them.
COMMANDS = """
from django.core.management import CommandError, call_command
call_command("forget_customers")
call_command("rotate_keys")
for command in ("erase_customer", "export_customer"):
    try:
        call_command(command, "nobody")
    except CommandError as error:
        print(error)
"""


@pytest.fixture(scope="session")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_two_apps_and_nothing_else(names: list[str]) -> None:
    places = {name.split("/")[0] for name in names}
    assert places == OWN | {f"livechat_web_widget-{widget.__version__}.dist-info"}


def test_templates_scripts_and_translations_travel_with_the_apps(names: list[str]) -> None:
    for folder, inside in (
        ("templates/widget", "widget/templates/widget"),
        ("templates/admin/widget", "widget/templates/admin/widget"),
        ("static/widget", "widget/static/widget"),
    ):
        kept = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.*")}
        assert kept == {Path(n).relative_to(inside) for n in names if n.startswith(f"{inside}/")}
    assert sum(name.endswith("LC_MESSAGES/django.mo") for name in names) == 12
    assert {f"{app}/py.typed" for app in OWN} <= {*names}


def test_no_template_of_the_project_is_replaced(names: list[str]) -> None:
    templates = [name for name in names if "/templates/" in name]
    assert [
        name
        for name in templates
        if not name.startswith(("widget/templates/widget/", "widget/templates/admin/widget/"))
    ] == []


def imports_of(paths: Iterable[Path]) -> set[str]:
    """The top-level packages that these modules import, but Python's and our own."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - OWN


def test_the_apps_import_what_the_wheel_asks_for_and_ask_for_what_they_import() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {Requirement(line).name.lower() for line in project["dependencies"]}
    paths = {path for app in OWN for path in (ROOT / app).rglob("*.py")}
    imported = imports_of(paths - {OPTIONAL})
    homes = packages_distributions()
    # urllib3 comes with requests; asgiref with django; django_htmx is an app, not an import.
    given = {"urllib3": "requests", "asgiref": "django"}
    asked = {given.get(name) or homes[name][0].lower() for name in imported}
    assert {name.replace("_", "-") for name in asked} | {"django-htmx"} == wanted


def test_what_sends_notifications_imports_what_the_extra_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = {Requirement(line).name for line in project["optional-dependencies"]["push"]}
    wanted = {Requirement(line).name.lower() for line in project["dependencies"]}
    homes = packages_distributions()
    asked = {homes[name][0].lower().replace("_", "-") for name in imports_of([OPTIONAL])}
    assert asked - wanted == extra


def test_a_project_checks_clean_and_needs_no_migration_of_its_own(project: Project) -> None:
    assert "no issues" in project.manage("check")
    assert "No changes" in project.manage("makemigrations", "--check", "--dry-run")


@pytest.mark.night  # by day tests/widget/test_checks.py names it
def test_what_a_project_forgets_is_named(project: Project) -> None:
    with pytest.raises(RuntimeError, match=r"widget\.E005") as refused:
        project.manage("check", TEST_LIVECHAT="livechat")
    assert "LIVECHAT_API_URL is not an address" in str(refused.value)


@pytest.mark.night  # by day they are tested without the wheel
def test_the_commands_come_with_the_apps(project: Project) -> None:
    lines = project.manage("shell", "-c", COMMANDS)
    assert "shop: 0 forgotten" in lines
    assert "customers and 1 widgets are encrypted" in lines
    assert lines.count("We store nobody with this id") == 2


def test_owners_work_in_the_admin_of_the_project(project: Project) -> None:
    assert project.manage("shell", "-c", ADMIN_PAGES).splitlines()[-3:] == ["200 True"] * 3


@pytest.mark.night  # rare
def test_owners_work_with_a_user_model_without_djangos_permissions(project: Project) -> None:
    lines = project.manage("shell", "-c", PLAIN_USERS, TEST_PLAIN_USERS="1").splitlines()
    assert {"200 200 200", "True False", "302"} <= {*lines}
