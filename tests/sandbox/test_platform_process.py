"""The sandbox as a process: how it is started, what it keeps in a file."""

import socket
import subprocess
import sys
from pathlib import Path

import requests

from tests.sandbox.clients import Customer
from tests.sandbox_rig import ROOT, Sandbox, SandboxProcess


def test_a_state_file_outlives_the_process(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "chats.state"))
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


def test_a_token_with_few_scopes_has_them_after_a_restart(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "chats.state"))
    process = SandboxProcess(*arguments)
    try:
        wished = {"agent": "piotr@shop.example", "scopes": ["customers:ro"]}
        token = Sandbox(process.url).control("tokens", wished)["token"]
    finally:
        process.stop()
    process = SandboxProcess(*arguments, port=process.port)
    try:
        headers = {"Authorization": f"Bearer {token}"}
        told = requests.get(f"{process.url}/v2/info", headers=headers, timeout=5).json()
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
            config = requests.get(f"{url}sandbox/config", timeout=5).json()
            assert config["api_url"] == url.removesuffix("/")
        finally:
            process.terminate()


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "livechat_sandbox", "--port", port],
            cwd=ROOT / "sandbox",
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert port in ended.stderr
