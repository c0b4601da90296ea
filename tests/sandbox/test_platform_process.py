"""The sandbox as a process: how it is started, what it keeps in a file."""

import pickle
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.clients import Customer
from tests.sandbox_rig import REQUEST_LIMIT, ROOT, Agent, Refused, Sandbox, SandboxProcess
from tests.waiting import wait_until


def test_a_state_file_outlives_the_process(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "chats.json"))
    process = SandboxProcess(*arguments)
    try:
        customer = Customer(Sandbox(process.url))
        chat_id, _ = customer.start("remember me")
    finally:
        process.stop()
    process = SandboxProcess(*arguments, port=process.port)
    try:
        assert customer.thread(chat_id)["events"][0]["text"] == "remember me"
        assert customer.renew()["entity_id"] == customer.id
    finally:
        process.stop()


@pytest.mark.night  # by day other state outlives the process
def test_a_token_with_few_scopes_has_them_after_a_restart(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "chats.json"))
    process = SandboxProcess(*arguments)
    try:
        wished = {"agent": "piotr@shop.example", "scopes": ["customers:ro"]}
        token = Sandbox(process.url).control("tokens", wished)["token"]
    finally:
        process.stop()
    process = SandboxProcess(*arguments, port=process.port)
    try:
        headers = {"Authorization": f"Bearer {token}"}
        told = requests.get(f"{process.url}/v2/info", headers=headers, timeout=REQUEST_LIMIT).json()
        assert told["scope"] == "customers:ro"
    finally:
        process.stop()


def test_it_can_be_started_with_the_bot() -> None:
    process = SandboxProcess("--bot")
    try:
        customer = Customer(Sandbox(process.url))
        chat_id, _ = customer.start("hello")
        users = customer.call("get_chat", chat_id=chat_id)["users"]
        assert any(user.get("is_bot") for user in users)
    finally:
        process.stop()


def test_port_0_takes_a_free_one_and_says_which() -> None:
    command = [sys.executable, "-m", "livechat_sandbox", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT / "sandbox", stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        url = said.removeprefix("LiveChat sandbox on ").strip()
        try:
            config = requests.get(f"{url}sandbox/config", timeout=REQUEST_LIMIT).json()
            assert config["api_url"] == url.removesuffix("/")
        finally:
            process.terminate()


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = end_of("--port", port)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert port in ended.stderr


def end_of(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that has to fail."""
    return subprocess.run(
        [sys.executable, "-m", "livechat_sandbox", "--port", "0", *arguments],
        cwd=ROOT / "sandbox",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"start": "x", "clock": None, "organizations": {}}),
        b'{"format": "livechat-sandbox/0"}',
        *(
            pytest.param(each, marks=pytest.mark.night)  # by day another format and another version
            for each in (
                b'{"format": "livechat-sandbox/1", "start": 5}',
                b'{"format": "caf\xe9"}',
                b"[" * 100_000,
                b"",
            )
        ),
    ],
)
def test_a_file_it_cannot_read_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "old.state"
    file.write_bytes(content)
    ended = end_of("--state", str(file))
    assert ended.returncode == 1
    assert f"cannot read {file}" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert file.read_bytes() == content


@pytest.mark.night  # by day a taken port is
def test_a_place_where_nothing_can_be_kept_is_said_in_one_line(tmp_path: Path) -> None:
    ended = end_of("--state", str(tmp_path / "nowhere" / "chats.json"))
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "nowhere" in ended.stderr


SAVING = """
import sys
from pathlib import Path
from livechat_sandbox.server import SandboxServer, run
from livechat_sandbox.world import state
state.SAVE_EVERY = 0.05
server = SandboxServer("127.0.0.1", 0)
server.keep_state_in(Path(sys.argv[1]))
print(server.world.base_url, flush=True)
run()
"""


def test_a_save_that_fails_is_logged_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", SAVING, str(folder / "chats.json")],
        cwd=ROOT / "sandbox",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            assert process.stdout.readline().startswith("http")
            folder.rename(tmp_path / "elsewhere")
            assert "the state was not kept" in process.stderr.readline()
            folder.mkdir()
            wait_until((folder / "chats.json").exists)
        finally:
            process.terminate()


def test_a_file_cannot_make_it_run_anything(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    file = tmp_path / "evil.state"
    file.write_bytes(pickle.dumps(Touch(proof)))
    end_of("--state", str(file))
    assert not proof.exists()


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


TWO = """
from livechat_sandbox.server import SandboxServer, run
for server in (SandboxServer("127.0.0.1", 0), SandboxServer("127.0.0.1", 0)):
    print(server.world.base_url, flush=True)
run()
"""


def test_two_in_one_process_know_nothing_of_each_other() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TWO], cwd=ROOT / "sandbox", stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        one, other = (Sandbox(process.stdout.readline().strip()) for _ in range(2))
        try:
            customer = Customer(one)
            one.fault("error", type="internal", method="list_chats")
            one.settings(welcome_message="Only here")
            one.advance(3600)
            with customer.connect() as rtm:
                customer.start("hello")
                assert rtm.next("incoming_chat")
                other.reset()
                rtm.call("ping")
            assert Agent(one).chats()
            assert other.control("requests", method="GET") == []
            assert Agent(other).chats() == []
            assert other.control("faults", method="GET") == {"faults": []}
            assert other.settings()["welcome_message"] is None
            assert one.config["api_url"] != other.config["api_url"]
            with pytest.raises(Refused):
                Customer(other).call("get_chat", chat_id=Agent(one).chats()[0]["id"])
        finally:
            process.terminate()
