"""The sandbox as a process: started by Django's command, kept in a file."""

import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.sandbox.clients import Customer
from tests.sandbox_rig import ROOT, Sandbox, SandboxProcess, free_port


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


def test_djangos_command_starts_it_with_the_bot() -> None:
    port = free_port()
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--bot"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until_ready(port)
        customer = Customer(Sandbox(f"http://127.0.0.1:{port}"))
        chat_id, _ = customer.start("hello")
        users = customer.call("get_chat", chat_id=chat_id)["users"]
        assert any(user.get("is_bot") for user in users)
    finally:
        process.terminate()
        process.wait(10)


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/healthz", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the sandbox did not start in time")
