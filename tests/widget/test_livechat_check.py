"""`manage.py livechat_check` holds a whole conversation, and says what it found, cost and left."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chatproxy.doctor.chat import ExaminedChat
from chatproxy.doctor.recording import Recorder, Recording
from chatproxy.livechat import accounts
from chatproxy.livechat.customer_api import CustomerApi
from tests.sandbox_rig import ROOT, Agent, Sandbox

SHIPPED = Path(__file__).parents[2] / "chatproxy/doctor/recordings"
WELL, FAILED, MISUSED, DIFFERENT, STOPPED = 0, 1, 2, 3, 130


class Run:
    """The command's output and its exit code."""

    def __init__(self, *arguments: str, **options: Any) -> None:
        out = io.StringIO()
        self.code = WELL
        try:
            call_command("livechat_check", *arguments, calm=0.02, stdout=out, **options)
        except CommandError as error:
            self.code = error.returncode
        self.text = out.getvalue()

    def outcome(self, step: str) -> str:
        """Its word and its words."""
        found = re.search(rf"^ *(\S+)  {step} +(.*)$", self.text, re.MULTILINE)
        return f"{found[1]} {found[2]}" if found else "not made"


@pytest.fixture
def arguments(sandbox: Sandbox, settings: Any) -> list[str]:
    """The sandbox's organization, client ID and redirect URI."""
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    return [sandbox.config[name] for name in ("organization_id", "client_id", "redirect_uri")]


@pytest.fixture
def token(agent: Agent) -> str:
    token: str = agent.config["token"]
    return token


@pytest.fixture
def ip_mask(agent: Agent) -> None:
    """The organization hides the addresses of its customers."""
    configure(
        agent, "update_license_properties", properties={"monitoring": {"ip_mask": "10.0.0.1"}}
    )


def configure(agent: Agent, action: str, version: str = "3.6", **parameters: Any) -> None:
    agent.sandbox.http.post(
        f"{agent.sandbox.url}/v{version}/configuration/action/{action}",
        json=parameters,
        headers={"Authorization": agent.authorization},
        timeout=10,
    ).raise_for_status()


STEPS = (
    "availability", "grant", "login", "groups", "rights", "start", "send", "answer", "file", "form",
    "rating", "end", "read", "resume", "refused", "delete", "leave",
)  # fmt: skip


def test_with_an_agents_token_every_step_is_made(
    sandbox: Sandbox, arguments: list[str], token: str, ip_mask: None
) -> None:
    sandbox.settings(forms={"postchat": True})
    run = Run(*arguments, agent_token=token)
    assert {step: run.outcome(step)[:3] for step in STEPS} == dict.fromkeys(STEPS, "ok ")
    assert (run.code, "The sandbox does the same in every step" in run.text) == (WELL, True)


COUNT = re.compile(r"^ +(\d+) (\w+)$", re.MULTILINE)
NAMES = {"token": "exchange"}  # the accounts service's methods, as the sandbox calls them


def test_what_differs_is_said_where_a_step_fails_too(
    sandbox: Sandbox, arguments: list[str], token: str
) -> None:
    sandbox.fault("error", type="internal", method="get_form", transport="web")
    run = Run(*arguments, agent_token=token)
    assert "refused: web get_form: answered with 500, here with 400" in run.text
    assert run.code == FAILED


def test_a_step_that_was_not_made_is_no_difference(sandbox: Sandbox, arguments: list[str]) -> None:
    assert "this step" not in Run(arguments[0], "0" * 32, arguments[2]).text


@pytest.mark.parametrize(("verbosity", "is_there"), [(1, False), (2, True)])
def test_log_lines_stand_between_the_plain_words_only_on_request(
    arguments: list[str],
    token: str,
    caplog: pytest.LogCaptureFixture,
    verbosity: int,
    is_there: bool,
) -> None:
    Run(*arguments, agent_token=token, verbosity=verbosity)
    assert ("the token was refused" in caplog.text) == is_there


def test_it_says_what_it_cost(sandbox: Sandbox, arguments: list[str], token: str) -> None:
    sandbox.control("requests", method="DELETE")
    run = Run(*arguments, agent_token=token)
    asked = sandbox.control("requests", method="GET")
    assert f"It took {len(asked)} requests" in run.text
    counted = {action: int(count) for count, action in re.findall(COUNT, run.text)}
    assert counted == Counter(NAMES.get(each["method"], each["method"]) for each in asked)


def test_what_livechat_answers_with_500_costs_nothing(
    sandbox: Sandbox, arguments: list[str], token: str
) -> None:
    sandbox.fault("status", status=500, method="upload_file")
    run = Run(*arguments, agent_token=token)
    assert "upload_file" not in [action for _count, action in re.findall(COUNT, run.text)]


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


LONG, SHORT = 30.0, 0.5  # seconds: for what comes, however slow we are, and for what does not


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The command's. What is lost need not be waited for long."""
    patience = SimpleNamespace(push=LONG, calm=0.02)
    command = "widget.management.commands.livechat_check"
    monkeypatch.setattr(f"{command}.Patience", lambda **_: patience)
    return patience


@pytest.mark.parametrize("lost", LOSSES)
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


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
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


class Person(threading.Thread):
    """Answers the first chat that comes, from LiveChat's app."""

    def __init__(self, agent: Agent, after: int) -> None:
        super().__init__(daemon=True)
        self.agent, self.after, self.gives_up = agent, after, threading.Event()

    def run(self) -> None:
        while not self.gives_up.wait(0.1):
            for chat in self.agent.chats():
                if len(self.agent.chat(chat["id"])["thread"]["events"]) >= self.after:
                    self.agent.type(chat["id"])
                    self.agent.send(chat["id"], "I am here")
                    return


@pytest.fixture(params=[1, 2])
def person(agent: Agent, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Answers after so many messages: before they are asked to, or then."""
    person = Person(agent, request.param)
    person.start()
    yield person
    person.gives_up.set()
    person.join()


@pytest.mark.usefixtures("person")
def test_without_a_token_a_person_is_asked_to_answer(arguments: list[str]) -> None:
    run = Run(*arguments, wait=20)
    assert "Please open LiveChat's app now" in run.text
    assert run.outcome("answer").startswith("ok ")
    assert run.code == WELL, run.text


def test_a_person_who_does_not_answer_is_waited_for_only_so_long(
    agent: Agent, arguments: list[str]
) -> None:
    run = Run(*arguments, wait=0.1)
    assert run.outcome("answer").startswith("FAILED The push incoming_event did not come within")
    assert run.code == FAILED
    assert run.outcome("leave").startswith("ok ")
    assert not agent.chat(agent.chats()[0]["id"])["thread"]["active"]


Changes = dict[str, Any]  # of the command's arguments


def mistype_the_client_id(sandbox: Sandbox, agent: Agent) -> Changes:
    return {"client_id": "0" * 32}


def name_another_redirect_uri(sandbox: Sandbox, agent: Agent) -> Changes:
    client_id = sandbox.config["strict_client"]["client_id"]
    return {"client_id": client_id, "redirect_uri": "https://elsewhere.example/"}


def name_another_organization(sandbox: Sandbox, agent: Agent) -> Changes:
    return {"organization": "00000000-0000-4000-8000-000000000000"}


def trust_another_domain(sandbox: Sandbox, agent: Agent) -> Changes:
    sandbox.settings(trusted_domains=["other.example"])
    return {"page": "https://shop.example/"}


def send_everybody_home(sandbox: Sandbox, agent: Agent) -> Changes:
    sandbox.settings(agents={agent.id: "offline"})
    return {}


def name_another_group(sandbox: Sandbox, agent: Agent) -> Changes:
    return {"group": 9}


def ban_our_address(sandbox: Sandbox, agent: Agent) -> Changes:
    configure(agent, "ban_customer", "3.7", ip="127.0.0.1", seconds=60)
    return {}


# What is wrong, the step that says so, and what of its words one can act on.
TROUBLES: list[tuple[Callable[[Sandbox, Agent], Changes], str, str]] = [
    (mistype_the_client_id, "grant", "Copy it again from your app"),
    (name_another_redirect_uri, "grant", "Add exactly this address"),
    (name_another_organization, "availability", "Copy it again, all of it"),
    (trust_another_domain, "availability", "Add its domain to the trusted domains"),
    (send_everybody_home, "groups", "switch “Accept chats” on"),
    (name_another_group, "availability", "There is no group with this number"),
    (ban_our_address, "grant", "monitoring.ip_mask"),
]


@pytest.mark.parametrize(
    ("spoil", "step", "words"), TROUBLES, ids=lambda each: getattr(each, "__name__", "")
)
def test_what_is_wrong_is_a_sentence_to_act_on(
    sandbox: Sandbox,
    agent: Agent,
    arguments: list[str],
    spoil: Callable[[Sandbox, Agent], Changes],
    step: str,
    words: str,
) -> None:
    named = dict(zip(("organization", "client_id", "redirect_uri"), arguments, strict=True))
    changed = named | spoil(sandbox, agent)
    run = Run(*(changed.pop(name) for name in named), agent_token="unused", **changed)
    assert run.outcome(step).startswith("FAILED ")
    assert words in run.outcome(step)
    assert run.outcome("start") == "not made"
    assert run.code == FAILED


def test_another_region_is_followed_and_named(sandbox: Sandbox, settings: Any) -> None:
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    other = sandbox.config["other_organization"]
    token = other["agents"][0]["token"]
    run = Run(other["organization_id"], other["client_id"], "https://a.example/", agent_token=token)
    assert "lives in the region “fra”" in run.outcome("grant")
    assert run.outcome("refused").startswith("ok ")


def test_a_wrong_call_says_how_it_is_called() -> None:
    assert Run("only-an-organization").code == MISUSED


def token_that_may_not_answer(sandbox: Sandbox) -> str:
    less = sandbox.control("tokens", {"agent": "piotr@shop.example", "scopes": ["customers:ro"]})
    token: str = less["token"]
    return token


def test_an_agents_token_that_may_not_answer_is_named(
    sandbox: Sandbox, arguments: list[str]
) -> None:
    run = Run(*arguments, agent_token=token_that_may_not_answer(sandbox), wait=0.1)
    assert run.outcome("answer").startswith("FAILED ")
    assert "needs the scope chats--access:rw" in run.outcome("answer")
    assert "lacks the scope properties.license.value--all:ro" in run.outcome("rights")
    assert run.code == FAILED


@pytest.mark.usefixtures("person")
def test_a_person_answers_where_the_token_may_not(sandbox: Sandbox, arguments: list[str]) -> None:
    run = Run(*arguments, agent_token=token_that_may_not_answer(sandbox), wait=20)
    assert "Please open LiveChat's app now" in run.text
    assert run.outcome("answer").startswith("note A person's answer arrives")
    assert "needs the scope chats--access:rw" in run.outcome("answer")
    assert run.code == WELL, run.text


# What is kept


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
