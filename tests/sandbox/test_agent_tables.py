"""docs/agent-side.md and docs/customer-side.md say what is true."""

import json
import os
import subprocess
import sys
from functools import cache

from tests.sandbox_rig import ROOT

ASK = (
    "import json; from tests.sandbox import agent_tables as t;"
    "is_true = t.PAGE.read_text() == t.page();"
    "from tests.sandbox import customer_tables as c;"
    "is_true = is_true and c.PAGE.read_text() == c.page();"
    "others = [t.missing(), t.in_other_versions(), t.never_pushed(), t.pushed_in_other_versions()];"
    "print(json.dumps([is_true, *map(sorted, others)]))"
)


@cache
def ask() -> list[object]:
    """The sandbox has settings of its own, so it is asked in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "livechat_sandbox.settings",
            "PYTHONPATH": str(ROOT / "sandbox"),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer: list[object] = json.loads(told.stdout)
    return answer


def test_the_tables_are_what_the_sandbox_makes_of_them() -> None:
    assert ask()[0]


def test_no_documented_method_is_missing() -> None:
    assert ask()[1] == []


def test_every_method_is_in_the_versions_that_document_it() -> None:
    assert ask()[2] == []


def test_every_documented_push_is_built_or_named_as_not_built() -> None:
    assert ask()[3] == []


def test_every_push_is_in_the_versions_that_document_it() -> None:
    assert ask()[4] == []
