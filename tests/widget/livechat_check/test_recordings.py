"""A recording may be published, and is compared with a sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatproxy.doctor.recording import Recorder, Recording
from tests.sandbox_rig import ROOT, Sandbox
from tests.widget.livechat_check.run import DIFFERENT, MISUSED, WELL, Run

SHIPPED = ROOT / "chatproxy/doctor/recordings"


class Eavesdropper(Recorder):
    """Remembers every word as it was said."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording)
        self.words: set[str] = set()

    def hear_answer(self, call: Any, sent: Any, status: int, headers: Any, body: bytes) -> None:
        self.words |= words_in([sent, json.loads(body or b"{}")])
        super().hear_answer(call, sent, status, headers, body)

    def hear_request(self, frame: Any) -> None:
        self.words |= words_in(frame["payload"])
        super().hear_request(frame)

    def hear_frame(self, frame: Any) -> None:
        self.words |= words_in(frame["payload"])
        super().hear_frame(frame)


def words_in(value: Any) -> set[str]:
    """Every text of at least four letters that is a value, and every key that is no plain name."""
    match value:
        case dict():
            odd = {key for key in value if len(key) >= 4 and not key.isidentifier()}
            return odd | {word for each in value.values() for word in words_in(each)}
        case list() | tuple():
            return {word for each in value for word in words_in(each)}
        case str() if len(value) >= 4:
            return {value}
    return set()


def test_a_recording_may_be_published(
    sandbox: Sandbox,
    arguments: list[str],
    token: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    eavesdroppers: list[Eavesdropper] = []

    def overheard(recording: Recording) -> Eavesdropper:
        eavesdroppers.append(Eavesdropper(recording))
        return eavesdroppers[-1]

    monkeypatch.setattr("widget.management.commands.livechat_check.Recorder", overheard)
    sandbox.settings(forms={"postchat": True}, welcome_message="Good morning, Nora")
    file = tmp_path / "run.json"
    run = Run(*arguments, agent_token=token, record=file, page="https://shop.example/cart?q=1")
    assert run.code == WELL, run.text
    text = file.read_text()
    said = eavesdroppers[0].words - PROTOCOL
    assert len(said) > 60
    assert [word for word in sorted(said) if json.dumps(word)[1:-1] in text] == []
    for private in (*arguments, token, "shop.example", "piotr", "Piotr", "localhost", "127.0.0.1"):
        assert private not in text


def test_a_recording_is_compared_with_a_sandbox_that_is_started_for_it() -> None:
    run = Run(compare=SHIPPED / "3.6.json")
    assert (run.code, "does the same in every step" in run.text) == (WELL, True)


def test_drift_is_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "real.json"
    file.write_text((SHIPPED / "3.6.json").read_text().replace('"expires_in"', '"lives_for"'))
    run = Run(compare=file, sandbox=sandbox.url)
    assert run.code == DIFFERENT
    assert "grant: accounts exchange: `lives_for` is missing here" in run.text
    assert "grant: accounts exchange: `expires_in` is only here" in run.text


def test_a_file_that_is_no_recording_is_named(tmp_path: Path) -> None:
    assert Run(compare=tmp_path / "nothing.json").code == MISUSED


# Words of LiveChat's that a recording keeps.
PROTOCOL = frozenset(
    (
        "Bearer", "access_token_revoked", "accepted", "active", "agent", "agents", "all", "api",
        "authentication", "chat_already_active", "chat_inactive", "chat_limit_reached", "checkbox",
        "code", "cookie", "customer", "email", "file", "filled_form", "header", "image/png",
        "livechat", "manual", "manual_archived_customer", "message", "monitoring", "name",
        "not_found", "offline", "online", "postchat", "push", "rating", "rating.chat_rated",
        "rating.chat_rating_canceled", "response", "score", "subject", "system_message", "text",
        "textarea", "token", "validation",
    )
)  # fmt: skip
