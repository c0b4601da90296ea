"""sandbox/examples: each does in its language what it says, where the language is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox_rig import ROOT, Sandbox

EXAMPLES = ROOT / "sandbox" / "examples"
LONGEST = 280  # seconds: Go compiles its library first

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("curl", ["sh", "curl/chat.sh"]),
        ("node", ["node", "javascript/chat.mjs"]),
        ("go", ["go", "run", "go/chat.go"]),
    ],
)
def test_a_customer_writes_and_an_agent_answers(
    sandbox: Sandbox, tmp_path: Path, language: str, command: list[str]
) -> None:
    if shutil.which(language) is None:
        pytest.skip(f"{language} is not installed here")
    told = subprocess.run(
        command,
        cwd=EXAMPLES,
        env=os.environ | {"LIVECHAT_URL": sandbox.url, "GOCACHE": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert told.stdout.splitlines() == ["Hello", "How can I help?"]


def test_the_python_example_passes() -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "livechat_sandbox.pytest_plugin"),
            *("-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:django", "python/test_chat.py"),
        ],
        cwd=EXAMPLES,
        env=os.environ | {"PYTHONPATH": str(ROOT / "sandbox")},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert "2 passed" in ended.stdout, ended.stdout + ended.stderr
