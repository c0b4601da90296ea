"""@livechat/customer-sdk in a Node process, obeying line by line."""

import base64
import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from .tls import TlsFront

FOLDER = Path(__file__).parent
PATIENCE = 30.0  # seconds to wait for one answer or one emitted event, Node's start included


class SdkError(Exception):
    """The SDK rejected a call; `code` is its own, for example CHAT_INACTIVE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class CustomerSdk:
    """One instance of the SDK at a time, in one tab of a browser without windows.

    One process has all the tabs, one after the other: to load such a browser takes a second.
    """

    def __init__(self, front: TlsFront) -> None:
        self.emitted: queue.Queue[dict[str, Any]] = queue.Queue()
        self.broken: list[str] = []
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._last_id = 0
        self._process = subprocess.Popen(
            ["node", "--require", "./hosts.cjs", "driver.mjs"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "SANDBOX_TLS_PORT": str(front.port),
                "NODE_EXTRA_CA_CERTS": str(front.certificate),
            },
        )
        threading.Thread(target=self._listen, name="customer-sdk", daemon=True).start()

    def open_tab(self) -> None:
        """One that knows nothing of those before."""
        self.call("open")
        self.emitted = queue.Queue()
        self.broken = []

    def close_tab(self) -> None:
        """All that it does ends, its connection too."""
        self.call("close")

    def call(self, method: str, *args: Any) -> Any:
        """Call a method of the SDK; return what its promise resolves with.

        Raises SdkError when the promise is rejected, TimeoutError when it never settles.
        """
        self._last_id += 1
        call_id = self._last_id
        self._answers[call_id] = queue.Queue()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": call_id, "method": method, "args": args}))
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        try:
            answer = self._answers[call_id].get(timeout=PATIENCE)
        except queue.Empty:
            raise TimeoutError(f"{method} never settled; broken: {self.broken}") from None
        if error := answer.get("error"):
            raise SdkError(error["code"], error["message"])
        return answer["result"]

    def upload(self, name: str, content_type: str, content: bytes) -> Any:
        """Upload a file with the SDK's uploadFile."""
        encoded = base64.b64encode(content).decode()
        return self.call("uploadFile", {"name": name, "type": content_type, "content": encoded})

    def wait_for(self, event: str) -> Any:
        """Return the data of the next `event` the SDK emits, passing over others."""
        deadline = time.monotonic() + PATIENCE
        passed = []
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self.emitted.get(timeout=left)
            except queue.Empty:
                break
            if line["event"] == event:
                return line["data"]
            passed.append(line["event"])
        raise TimeoutError(f"no {event}; emitted: {passed}; broken: {self.broken}")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "id" in said:
                self._answers[said["id"]].put(said)
            elif "event" in said:
                self.emitted.put(said)
            else:
                self.broken.append(said["broken"])
