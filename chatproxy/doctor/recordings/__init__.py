"""What the sandbox says in each step, recorded: what a real conversation is compared with.

`manage.py livechat_check --compare FILE --record FILE` writes a file of this folder anew.
"""

from pathlib import Path

from chatproxy.doctor.recording import Recording


def of_sandbox(version: str) -> Recording:
    """For this version of LiveChat's API."""
    return Recording.load(Path(__file__).parent / f"{version}.json")
