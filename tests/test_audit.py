"""The audit of what we depend on says what it could check."""

from typing import Any

import pytest

from tests.audit import judge

GOOD: dict[str, Any] = {"name": "django", "version": "5.2.1", "vulns": []}
BAD: dict[str, Any] = {"name": "jinja", "version": "1", "vulns": [{"id": "CVE-2026-1"}]}
SKIPPED: dict[str, Any] = {"name": "channels", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "offline", "passes", "words"),
    [
        ([GOOD, GOOD], False, True, "2 of 2 packages"),
        ([GOOD, SKIPPED], False, True, "1 of 2 packages"),
        ([GOOD, BAD], False, False, "jinja 1 is vulnerable: CVE-2026-1"),
        ([GOOD, BAD], True, False, "CVE-2026-1"),
        ([SKIPPED], False, False, "0 of 1 packages"),
        ([SKIPPED], True, True, "nothing was audited"),
        ([], False, False, "0 of 0 packages"),
    ],
)
def test_nothing_checked_is_no_finding(
    packages: list[dict[str, Any]], offline: bool, passes: bool, words: str
) -> None:
    verdict, said = judge({"dependencies": packages}, offline=offline)
    assert verdict is passes
    assert words in said
