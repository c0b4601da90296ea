"""What the guides have somebody copy works as it stands there."""

import ast
import builtins
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "README.md", ROOT / "sandbox" / "README.md", *(ROOT / "docs").rglob("*.md")]
FENCED = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(guide: Path, language: str) -> list[str]:
    return [code for kind, code in FENCED.findall(guide.read_text()) if kind == language]


def is_released() -> bool:
    versions = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    return any("unreleased" not in version for version in versions)


def test_nothing_is_installed_by_a_name_that_no_index_has() -> None:
    named = {
        guide.name: names
        for guide in GUIDES
        if (names := re.findall(r"pip install \'?livechat-\S+", guide.read_text()))
    }
    assert named == {} or is_released()


def test_what_a_template_uses_it_loads() -> None:
    templates = [
        (guide.name, code)
        for guide in GUIDES
        for code in blocks(guide, "html")
        if "{% static " in code
    ]
    assert templates
    assert [each for each in templates if "{% load static" not in each[1]] == []


def test_the_guide_for_django_imports_what_it_names() -> None:
    for code in blocks(ROOT / "docs" / "install" / "django.md", "python"):
        tree = ast.parse(code)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        made = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        assert used - made - imported - set(dir(builtins)) == set()


def test_the_guide_to_deployment_asks_a_server_with_a_certificate_of_its_own() -> None:
    guide = (ROOT / "docs" / "deployment.md").read_text()
    check = guide.partition("**Check that it works.**")[2].partition("```\n\n")[0]
    asked = check.replace("\\\n", " ")
    lines = [line for line in asked.splitlines() if "https://chat.example.com" in line]
    made = "/etc/ssl/chat/certificate.pem"
    assert made in guide.partition("**Check that it works.**")[0]
    assert all(f"--cacert {made}" in line and "--resolve" in line for line in lines)
    assert lines
