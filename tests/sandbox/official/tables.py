"""The tables of docs/official-clients.md, made from the clients and the tests.

`python -m tests.sandbox.official.tables` writes them into the page.
"""

import json
import re
import subprocess
from pathlib import Path

from .javascript import FOLDER
from .python import CLIENTS, REPORTS_THERE_ARE, VERSIONS, methods_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "official-clients.md"
LIST_METHODS = (
    "const {JSDOM} = require('jsdom'); const fs = require('fs');"
    "const {window} = new JSDOM('', {url: 'https://shop.example/', runScripts: 'outside-only'});"
    "window.eval(fs.readFileSync(require.resolve("
    "'@livechat/customer-sdk/dist/customer-sdk.js'), 'utf8'));"
    "const sdk = window.CustomerSDK.init({clientId: 'a', organizationId: 'b', autoConnect: false});"
    "console.log(JSON.stringify(Object.keys(sdk))); process.exit();"
)


def python_methods(kind: str, version: str) -> set[str]:
    """What a client of lc-sdk-python can do in a version."""
    make, _ = CLIENTS[kind]
    needs: dict[str, object] = {}
    if kind.endswith("web"):
        needs = {"access_token": "Bearer x", "disable_logging": True}
    elif kind in ("configuration", "reports"):
        needs = {"token": "Bearer x", "disable_logging": True}
    organization = {"organization_id": "x"} if kind.startswith("customer") else {}
    return methods_of(
        make.get_client(version=version, base_url="localhost", **needs, **organization)
    )


def python_table(kind: str) -> str:
    by_version = {version: python_methods(kind, version) for version in VERSIONS}
    lines = [
        f"### {kind.capitalize()}",
        "",
        f"| method | {' | '.join(VERSIONS)} |",
        "|---|---|---|---|",
    ]
    for method in sorted(set().union(*by_version.values())):
        passes = "passes" if kind != "reports" or method in REPORTS_THERE_ARE else "not built"
        marks = [passes if method in by_version[version] else "not there" for version in VERSIONS]
        lines.append(f"| `{method}` | {' | '.join(marks)} |")
    return "\n".join(lines)


def javascript_methods() -> set[str]:
    """What the SDK's object has, asked in Node."""
    listed = subprocess.run(
        ["node", "-e", LIST_METHODS],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(json.loads(listed.stdout))


def javascript_called() -> set[str]:
    """The methods that the tests of the SDK call, and those its driver uses for them."""
    tests = (FOLDER / "test_customer_sdk.py").read_text()
    driver = (FOLDER / "driver.mjs").read_text()
    called = set(re.findall(r'\.call\(\s*f?"([\w.{}()]+)"', tests))
    properties = {
        f"{verb}{level}Properties"
        for verb in ("update", "delete")
        for level in ("Chat", "Thread", "Event")
    }
    used = set(re.findall(r"customer\.(\w+)", driver))
    return {name.partition(".")[0] for name in called} | properties | used


def javascript_emitted() -> set[str]:
    """The events of the SDK that the tests wait for."""
    tests = (FOLDER / "test_customer_sdk.py").read_text()
    waited = set(re.findall(r'wait_for\("(\w+)"\)', tests))
    levels = ("chat", "thread", "event")
    return waited | {
        f"{level}_properties_{verb}" for level in levels for verb in ("updated", "deleted")
    }


def javascript_table() -> str:
    lines = ["| method | state |", "|---|---|"]
    called = javascript_called()
    for method in sorted(javascript_methods()):
        lines.append(f"| `{method}` | {'passes' if method in called else 'not tried'} |")
    lines += ["", "| event | state |", "|---|---|"]
    lines += [f"| `{event}` | arrives |" for event in sorted(javascript_emitted())]
    return "\n".join(lines)


def page() -> str:
    """The page with its tables as they ought to be."""
    text = PAGE.read_text()
    python = "\n\n".join(python_table(kind) for kind in CLIENTS)
    text = between(text, "<!-- python -->", "## @livechat", python)
    return between(text, "<!-- javascript -->", None, javascript_table())


def between(text: str, start: str, end: str | None, filling: str) -> str:
    head, _, rest = text.partition(start)
    tail = f"\n\n{end}{rest.partition(end)[2]}" if end else "\n"
    return f"{head}{start}\n\n{filling}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page())
