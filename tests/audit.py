"""Judges a report of pip-audit: no known vulnerability, and something was really checked.

    pip-audit -f json … | python -m tests.audit

Fails also if no package could be checked, unless OFFLINE is set: an index that only serves files
knows of no vulnerability, and silence is no finding.
"""

import json
import os
import sys
from typing import Any


def judge(report: dict[str, Any], *, offline: bool) -> tuple[bool, str]:
    """Whether this may pass, and why."""
    packages = report["dependencies"]
    checked = [package for package in packages if "skip_reason" not in package]
    vulnerable = [package for package in checked if package["vulns"]]
    words = [f"{len(checked)} of {len(packages)} packages could be checked."]
    for package in vulnerable:
        ids = ", ".join(found["id"] for found in package["vulns"])
        words.append(f"{package['name']} {package['version']} is vulnerable: {ids}.")
    if not checked:
        words.append("OFFLINE is set: nothing was audited." if offline else "Set OFFLINE=1 if so.")
    return not vulnerable and (bool(checked) or offline), "\n".join(words)


def main() -> None:
    text = sys.stdin.read()
    report = json.loads(text) if text.strip() else {"dependencies": []}
    passes, words = judge(report, offline=bool(os.environ.get("OFFLINE")))
    print(words)  # noqa: T201 - what it is for
    sys.exit(not passes)


if __name__ == "__main__":
    main()
