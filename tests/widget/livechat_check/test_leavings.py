"""Nothing stays at LiveChat that can be removed, whatever goes wrong and whoever stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatproxy.doctor.chat import ExaminedChat
from chatproxy.doctor.recording import Recording
from chatproxy.livechat import accounts
from chatproxy.livechat.customer_api import CustomerApi
from tests.sandbox_rig import ROOT, Agent, Sandbox
from tests.widget.livechat_check.run import LONG, SHORT, STOPPED, Run


def left_behind(agent: Agent) -> list[str]:
    """What is there of the only chat that could have been removed."""
    (summary,) = agent.chats()
    threads = agent.call("list_threads", chat_id=summary["id"], min_events_count=100)["threads"]
    customer = next(user for user in summary["users"] if user["type"] == "customer")
    own = [
        event["type"]
        for thread in threads
        for event in thread["events"]
        if event.get("author_id") == customer["id"] and not event.get("deleted")
    ]
    ratings = ["rating" for thread in threads if thread.get("properties", {}).get("rating")]
    return own + ratings + ["active" for thread in threads if thread["active"]]


def test_nothing_stays_that_can_be_removed(
    sandbox: Sandbox, agent: Agent, arguments: list[str], token: str
) -> None:
    Run(*arguments, agent_token=token)
    assert left_behind(agent) == []


# What goes wrong at LiveChat, and the step that suffers.
LOSSES: dict[str, tuple[str, dict[str, Any]]] = {
    "the push of the first message": (
        "start",
        {"kind": "push_lost", "method": "incoming_chat", "count": 1},
    ),
    "the push of the rating": (
        "rating",
        {"kind": "push_lost", "method": "thread_properties_updated"},
    ),
    "the answer to the first message": ("start", {"kind": "reset_after", "method": "start_chat"}),
    "the answer to the rating": (
        "rating",
        {"kind": "reset_after", "method": "update_thread_properties"},
    ),
    "the answer to the next thread": ("resume", {"kind": "reset_after", "method": "resume_chat"}),
}


# By day a push and an answer.
@pytest.mark.parametrize(
    "lost",
    [
        "the push of the first message",
        "the answer to the next thread",
        *(
            pytest.param(each, marks=pytest.mark.night)
            for each in (
                "the push of the rating",
                "the answer to the first message",
                "the answer to the rating",
            )
        ),
    ],
)
def test_nothing_stays_where_a_push_or_an_answer_is_lost(
    sandbox: Sandbox,
    agent: Agent,
    arguments: list[str],
    token: str,
    patience: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    lost: str,
) -> None:
    step, fault = LOSSES[lost]
    begin = ExaminedChat.begin

    def begin_impatiently(it: ExaminedChat, name: str) -> None:
        patience.push = SHORT if name == step else LONG
        begin(it, name)

    monkeypatch.setattr(ExaminedChat, "begin", begin_impatiently)
    sandbox.control("faults", [fault])
    run = Run(*arguments, agent_token=token)
    assert run.outcome(step).startswith("FAILED ")
    assert left_behind(agent) == []


@pytest.mark.night  # by day a push and an answer are lost
def test_nothing_stays_where_the_websocket_drops(
    sandbox: Sandbox,
    agent: Agent,
    arguments: list[str],
    token: str,
    patience: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = CustomerApi.upload_file

    def drop_before(*arguments: Any) -> str:
        sandbox.fault("drop", side="customer")
        patience.push = SHORT
        return upload(*arguments)

    monkeypatch.setattr(CustomerApi, "upload_file", drop_before)
    run = Run(*arguments, agent_token=token)
    assert run.outcome("file").startswith("FAILED ")
    assert left_behind(agent) == []
    assert run.outcome("delete") == "ok Our events are deleted."
    assert run.outcome("leave").startswith("ok ")


def test_a_token_that_cannot_be_revoked_does_not_keep_the_others_alive(
    sandbox: Sandbox, arguments: list[str], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke, asked = accounts.revoke, []

    def revoke_but_the_first(service: Any, access_token: str) -> None:
        asked.append(access_token)
        if len(asked) == 1:
            sandbox.control("faults", [{"kind": "reset_before", "method": "revoke", "count": 1}])
        revoke(service, access_token)

    monkeypatch.setattr(accounts, "revoke", revoke_but_the_first)
    run = Run(*arguments, agent_token=token)
    assert run.outcome("leave").startswith("FAILED ")
    assert len(set(asked)) == 2


class Stopped:
    """The command in a process of its own, which is stopped while a person is asked."""

    def __init__(self, sandbox: Sandbox, how: signal.Signals, *arguments: str) -> None:
        there = {"LIVECHAT_ACCOUNTS_URL": sandbox.url, "LIVECHAT_API_URL": sandbox.url}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "livechat_check", *arguments, "--calm", "0.02"],
            cwd=ROOT,
            env={**os.environ, "DEBUG": "1", **there},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background job ignores Ctrl-C, and so would all that it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        with process:
            assert process.stdout
            while "Please open LiveChat's app" not in process.stdout.readline():
                assert process.poll() is None
            process.send_signal(how)
            try:
                _, self.errors = process.communicate(timeout=30)
            finally:
                process.kill()  # if it goes on, to let the test end
        self.code = process.returncode


# By day the one that people use.
@pytest.fixture(
    params=[signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.night)],
    ids=["Ctrl-C", "SIGTERM"],
)
def stopped(
    request: pytest.FixtureRequest, sandbox: Sandbox, arguments: list[str], tmp_path: Path
) -> Stopped:
    return Stopped(sandbox, request.param, *arguments, "--record", str(tmp_path / "run.json"))


def test_nothing_stays_after_a_stop(stopped: Stopped, sandbox: Sandbox, agent: Agent) -> None:
    assert left_behind(agent) == []
    assert sandbox.requests().count("revoke") == 2


def test_a_stop_ends_in_plain_words(stopped: Stopped) -> None:
    assert (stopped.code, "Traceback" in stopped.errors) == (STOPPED, False)
    assert "Stopped before the end." in stopped.errors


def test_what_was_said_before_a_stop_is_recorded(stopped: Stopped, tmp_path: Path) -> None:
    steps = [step.name for step in Recording.load(tmp_path / "run.json").steps]
    assert steps[-3:] == ["answer", "delete", "leave"]
